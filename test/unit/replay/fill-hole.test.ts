import { describe, expect, it } from 'vitest';
import { acknowledgeGaps } from '../../../src/consumer/ledger/acknowledge-gaps.ts';
import type { CommitTools } from '../../../src/consumer/commit/tools/commit-tools.ts';
import { stepNames } from '../../../src/consumer/commit/tools/pipeline-observer.ts';
import { parseObjectName } from '../../../src/consumer/ledger/keys/object-keys.ts';
import { replayGroup } from '../../../src/consumer/replay/replay.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { testTimestampMs } from '../../support/chunks.ts';
import { crashAfter } from '../../support/crash-after.ts';
import { addIceberg, openIcebergLake, type IcebergTestLake } from '../../support/iceberg-lake.ts';
import {
  commitRows,
  createIcebergTools,
  doubledOffsets,
  rewriteAsOthersDo,
  visibleOffsets,
} from '../../support/iceberg-service.ts';
import {
  audit,
  createTestTools,
  openTestLake,
  readAllOffsets,
  readRows,
  testPath,
  testTable,
  testTopic,
  type TestLake,
} from '../../support/lake.ts';
import { hourOf, mergeLake, rowsByCatalog } from '../../support/merge-lake.ts';
import { mortalStore } from '../../support/mortal-store.ts';
import { planRange } from '../../support/plan-range.ts';

const path = testPath();
const batches = [0, 20, 40];

async function replay(
  tools: CommitTools,
  topic: FakeTopic,
  { from = 0n, to = topic.marksOf(0).high, rowsMax = 20, allowLoss = false } = {},
): Promise<string[]> {
  const plan = await planRange(tools, topic, { from, to, allowLoss });
  const policy = { rowsMax, bytesMax: 1e6, ageMaxMs: 1000 };
  const done: string[] = [];
  for (const item of plan) {
    const options = { reader: topic, tools, policy, allowLoss, signal: new AbortController().signal };
    const [result] = await replayGroup([item], options);
    done.push([item.kind, result?.kind === 'left' ? result.why : ''].filter((part) => part !== '').join(': '));
  }
  return done;
}

/** A topic of rows, and a tombstone and a dead letter in each 20; `isTombstone` makes more of them. */
function topicOf(count: number, isTombstone = (n: number): boolean => n % 20 === 3): FakeTopic {
  const topic = new FakeTopic(1);
  const value = (n: number): string | null =>
    isTombstone(n)
      ? null
      : n % 20 === 4
        ? '{broken'
        : JSON.stringify({ n, eventTime: new Date(testTimestampMs + n * 120_000).toISOString() });
  topic.append(0, ...Array.from({ length: count }, (_, n) => ({ value: value(n) })));
  return topic;
}

/** Three batches of 20 records, of which the entries at these offsets are lost. */
async function holedLake(...lost: readonly number[]): Promise<{ lake: TestLake; topic: FakeTopic }> {
  const [lake, topic] = [await openTestLake(), topicOf(60)];
  await replay(createTestTools(lake), topic);
  await loseEntries(lake, ...lost);
  return { lake, topic };
}

async function loseEntries({ store }: Pick<TestLake, 'store'>, ...lost: readonly number[]): Promise<void> {
  await store.delete(lost.map((from) => `_ledger/${testTable}/${testTopic}/0/${String(from).padStart(20, '0')}.json`));
}

async function objectsOf({ store }: Pick<TestLake, 'store'>, range: { from: number; to: number }): Promise<string[]> {
  const keys = await Array.fromAsync(store.list(''), ({ key }) => key);
  return keys.filter((key) => {
    const name = key.startsWith('_') ? undefined : parseObjectName(key);
    return name?.from === BigInt(range.from) && name.to === BigInt(range.to);
  });
}

async function expectOnce(lake: TestLake, topic: FakeTopic): Promise<void> {
  expect((await audit(lake, topic)).findings).toEqual([]);
  const all = Array.from({ length: 60 }, (_, n) => n).filter((n) => n % 20 !== 3);
  expect(await readAllOffsets(lake)).toEqual(all);
}

describe('a hole in the ledger', () => {
  it.each(batches.slice(0, 2))('is filled by a replay, which replaces what lies in it: at %i', async (from) => {
    const { lake, topic } = await holedLake(from);
    const range = { from: BigInt(from), to: BigInt(from + 20) };
    expect(await replay(createTestTools(lake), topic, range)).toEqual(['fill']);
    await expectOnce(lake, topic);
  });

  it('is filled where the objects are gone, too, or some of them, or are damaged', async () => {
    const { lake, topic } = await holedLake(0, 20);
    await lake.store.delete(await objectsOf(lake, { from: 0, to: 20 }));
    const [damaged = '', gone = ''] = await objectsOf(lake, { from: 20, to: 40 });
    await lake.store.put(damaged, Buffer.from('no Parquet'));
    await lake.store.delete([gone]);
    expect(await replay(createTestTools(lake), topic)).toEqual(['fill', 'replace']);
    await expectOnce(lake, topic);
  });

  it('is filled by the ranges of what lies in it, whatever the size of batches now, and where rows are placed', async () => {
    const { lake, topic } = await holedLake(0, 20);
    const tools = createTestTools({ ...lake, placement: { pastDaysMax: 0, futureDaysMax: 0 } });
    expect(await replay(tools, topic, { to: 5n, rowsMax: 7 })).toEqual(['fill']);
    await expectOnce(lake, topic);
  });

  for (const step of stepNames.filter((name) => name !== 'offsets')) {
    it(`is filled by the next replay where one dies after its step ${step}`, async () => {
      const { lake, topic } = await holedLake(20);
      const observer = crashAfter(step);
      const range = { from: 20n, to: 40n };
      await expect(replay(createTestTools({ ...lake, observer }), topic, range)).rejects.toThrow('crash');
      await replay(createTestTools(lake), topic, range);
      await expectOnce(lake, topic);
    });
  }

  it('shows as a replay that has not ended while its filling is under way', async () => {
    const { lake, topic } = await holedLake(20);
    const tools = createTestTools(lake);
    const claim = tools.ledger.claim.bind(tools.ledger);
    tools.ledger.claim = async (entry) => {
      await claim(entry);
      throw new Error('crash');
    };
    await expect(replay(tools, topic, { from: 20n, to: 40n })).rejects.toThrow('crash');
    const { findings } = await audit(lake, topic);
    expect(findings.map(({ problem }) => problem)).toEqual(['unfinished-replacement']);
    expect(await replay(createTestTools(lake), topic, { from: 20n, to: 40n })).toEqual(['replace']);
    await expectOnce(lake, topic);
  });

  it('is entered with what lies in it where Kafka delivers fewer records, as a compacted topic does', async () => {
    const { lake, topic } = await holedLake(20);
    const objects = await objectsOf(lake, { from: 20, to: 40 });
    const compacted = topicOf(60, (n) => n >= 20 && n < 40);
    expect(await replay(createTestTools(lake), compacted, { from: 20n, to: 40n })).toEqual(['fill']);
    expect(await objectsOf(lake, { from: 20, to: 40 })).toEqual(objects);
    await expectOnce(lake, topic);
  });

  it.each([30n, 40n, 50n])('is entered with what lies in it where Kafka begins at %i by now', async (low) => {
    const { lake, topic } = await holedLake(20);
    const objects = await objectsOf(lake, { from: 20, to: 40 });
    topic.deleteBelow(0, low);
    expect(await replay(createTestTools(lake), topic, { from: 20n, to: 40n })).toEqual(['fill']);
    expect(await objectsOf(lake, { from: 20, to: 40 })).toEqual(objects);
    // the tombstone at 23 may have been a row that is gone, as far as anybody can tell
    const { findings } = await audit(lake, topic);
    expect(findings.map(({ problem, where }) => `${problem} ${where}`)).toEqual(['gap [23, 24)']);
    const { entry } = (await createTestTools(lake).ledger.get(path, 20n)) ?? {};
    expect(entry).toMatchObject({ state: 'committed', generation: 1, outcome: { rows: 18, deadLetters: 1 } });
    expect(await acknowledge(lake)).toBe(1);
    await expectOnce(lake, topic);
  });

  it('gets what Kafka holds and no object has beside the objects that stay', async () => {
    const { lake, topic } = await holedLake(20);
    const [, gone = ''] = await objectsOf(lake, { from: 20, to: 40 });
    const had = await readAllOffsets(lake);
    await lake.store.delete([gone]);
    const left = await readAllOffsets(lake);
    const lost = had.filter((offset) => !left.includes(offset));
    expect(lost.length).toBeGreaterThan(1);
    const low = BigInt(lost[1] ?? 0);
    topic.deleteBelow(0, low);
    expect(await replay(createTestTools(lake), topic, { from: 20n, to: 40n })).toEqual(['fill']);
    expect(await readAllOffsets(lake)).toEqual(had.filter((offset) => offset !== lost[0]));
    const { findings } = await audit(lake, topic);
    expect(findings.map(({ problem }) => problem)).toEqual(['gap']);
    expect(await acknowledge(lake)).toBe(1);
    expect((await audit(lake, topic)).findings).toEqual([]);
    // a second replay finds an entry, and Kafka without a part of it
    expect(await replay(createTestTools(lake), topic, { from: 20n, to: 40n })).toEqual([
      expect.stringContaining('its objects stay'),
    ]);
    expect(await readAllOffsets(lake)).toEqual(had.filter((offset) => offset !== lost[0]));
  });

  for (const step of ['put', 'register', 'ledger'] as const) {
    it(`keeps what lies in it where one dies after its step ${step}, and says what may be lost`, async () => {
      const { lake, topic } = await holedLake(20);
      const [, gone = ''] = await objectsOf(lake, { from: 20, to: 40 });
      const had = await readAllOffsets(lake);
      await lake.store.delete([gone]);
      const left = await readAllOffsets(lake);
      const [lost = 0] = had.filter((offset) => !left.includes(offset));
      topic.deleteBelow(0, BigInt(lost + 1));
      const observer = crashAfter(step);
      const range = { from: 20n, to: 40n };
      await expect(replay(createTestTools({ ...lake, observer }), topic, range)).rejects.toThrow('crash');
      await replay(createTestTools(lake), topic, range);
      const now = await readAllOffsets(lake);
      expect(left.filter((offset) => !now.includes(offset))).toEqual([]);
      expect(new Set(now).size).toBe(now.length);
      const { findings } = await audit(lake, topic);
      expect(findings.map(({ problem }) => problem)).toEqual(['gap']);
    });
  }

  it('is left alone where an object that lies in it is damaged', async () => {
    const { lake, topic } = await holedLake(20);
    topic.deleteBelow(0, 30n);
    const [, key = ''] = await objectsOf(lake, { from: 20, to: 40 });
    const copy = key.replace('-g1.', '-g2.');
    await lake.store.put(copy, Buffer.from('no Parquet'));
    const range = { from: 20n, to: 40n };
    expect(await replay(createTestTools(lake), topic, range)).toEqual([expect.stringContaining(`${copy} is damaged`)]);
    expect(await createTestTools(lake).ledger.get(path, 20n)).toBeUndefined();
  });

  describe('whose entries were lost with a replay that was killed in its exchange', () => {
    const range = { from: 20n, to: 40n };
    const deaths = Array.from({ length: 7 }, (_, n) => n + 1);

    async function loseAll(lake: Pick<TestLake, 'store'>): Promise<void> {
      await loseEntries(lake, 20);
      const keys = await Array.fromAsync(lake.store.list('_ledger/'), ({ key }) => key);
      await lake.store.delete(keys.filter((key) => key.includes('/revisions/')));
    }

    it.each([30n, 40n])('keeps one generation, wherever that was, where Kafka begins at %i', async (low) => {
      const kept = new Set<string>();
      for (const nth of deaths) {
        const { lake, topic } = await holedLake();
        const dying = { ...lake, store: mortalStore(lake.store, nth, 'after') };
        await replay(createTestTools(dying), topic, range).catch(() => {});
        expect(dying.store.isDead).toBe(nth < 7);
        await loseAll(lake);
        topic.deleteBelow(0, low);
        expect(await replay(createTestTools(lake), topic, range)).toEqual(['fill']);
        const { findings } = await audit(lake, topic);
        expect(findings.map(({ problem, where }) => `${problem} ${where}`)).toEqual(['gap [23, 24)']);
        expect(await acknowledge(lake)).toBe(1);
        await expectOnce(lake, topic);
        const left = (await objectsOf(lake, { from: 20, to: 40 })).map((key) => key.slice(-'g1.parquet'.length));
        expect(new Set(left).size).toBe(1);
        for (const name of left) kept.add(`${nth} ${name}`);
      }
      expect(kept.has('1 g1.parquet') && kept.has('7 g2.parquet')).toBe(true);
    });

    it('keeps one generation in an Iceberg table, wherever that was', async () => {
      for (const nth of [...deaths, ...deaths.map((n) => n + 7)]) {
        const [lake, topic] = [await openIcebergLake(), topicOf(60)];
        await replay(createIcebergTools(lake), topic);
        await commitRows(lake);
        const before = await visibleOffsets(lake);
        const store = mortalStore(lake.store, nth, 'after');
        await replay(createIcebergTools({ ...addIceberg({ ...lake, store }) }), topic, range).catch(() => {});
        await loseAll(lake);
        topic.deleteBelow(0, 40n);
        expect(await replay(createIcebergTools(lake), topic, range)).toEqual(['fill']);
        expect(await visibleOffsets(lake)).toEqual(before);
        expect(await doubledOffsets(lake)).toEqual([]);
        const { findings } = await audit(lake, topic, { iceberg: lake.iceberg, deep: true });
        expect(findings.map(({ problem }) => problem)).toEqual(['gap']);
      }
    });
  });

  it('is left alone where objects have the same rows, and no generation has all that the others have', async () => {
    const { lake, topic } = await holedLake(20);
    topic.deleteBelow(0, 40n);
    const [, even = '', odd = ''] = await objectsOf(lake, { from: 20, to: 40 });
    const bytes = (await lake.store.get(odd))?.bytes ?? Buffer.alloc(0);
    await lake.store.put(odd.replace('-g1.', '-g2.'), bytes);
    await lake.store.put(odd.replace('-g1.', '-g3.'), bytes);
    await lake.store.put(even.replace('-g1.', '-g3.'), (await lake.store.get(even))?.bytes ?? Buffer.alloc(0));
    await lake.store.delete([even]);
    expect(await replay(createTestTools(lake), topic, { from: 20n, to: 40n })).toEqual([
      expect.stringContaining('no generation of them has all that the others have'),
    ]);
    expect(await createTestTools(lake).ledger.get(path, 20n)).toBeUndefined();
  });

  it('is named where Kafka holds nothing of it, nor the lake', async () => {
    const { lake, topic } = await holedLake(20);
    await lake.store.delete(await objectsOf(lake, { from: 20, to: 40 }));
    topic.deleteBelow(0, 40n);
    const lost = 'fill: its ledger entry is gone, and Kafka no longer holds it';
    expect(await replay(createTestTools(lake), topic, { from: 20n, to: 40n })).toEqual([lost]);
    expect(await readRows(lake)).toHaveLength(36);
  });

  it('is ended by the revision that has stayed, with no record of Kafka', async () => {
    const { lake, topic } = await holedLake();
    await replay(createTestTools(lake), topic, { from: 20n, to: 40n });
    await loseEntries(lake, 20);
    topic.deleteBelow(0, 40n);
    expect(await replay(createTestTools(lake), topic, { from: 20n, to: 40n })).toEqual(['fill']);
    await expectOnce(lake, topic);
  });

  it('is filled by the revision that has stayed where only the entry is gone', async () => {
    const { lake, topic } = await holedLake();
    await replay(createTestTools(lake), topic, { from: 20n, to: 40n });
    await loseEntries(lake, 20);
    expect((await audit(lake, topic)).findings).not.toEqual([]);
    expect(await replay(createTestTools(lake), topic, { from: 20n, to: 40n })).toEqual(['fill']);
    await expectOnce(lake, topic);
  });

  it('is filled where its rows were merged, whose file follows', async () => {
    const lake = await hourOf(3);
    const { store, catalog } = lake.lake;
    await mergeLake(store);
    await mergeLake(store, { orphansBeforeMs: Infinity });
    await loseEntries(lake.lake, 1);
    expect(await replay(lake.tools, lake.topic, { from: 1n, to: 2n })).toEqual(['fill']);
    await mergeLake(store);
    expect((await rowsByCatalog(store, catalog)).toSorted()).toEqual(['0/0', '0/1', '0/2']);
    expect((await lake.verify({ deep: true })).findings).toEqual([]);
  });

  it('is entered with rows that only a merged file has where Kafka has passed them, and left alone where that is damaged', async () => {
    for (const isDamaged of [false, true]) {
      const lake = await hourOf(3);
      const { store, catalog } = lake.lake;
      for (let times = 0; times < 2; times++) await mergeLake(store, { orphansBeforeMs: Infinity });
      const [{ key } = { key: '' }] = await Array.fromAsync(store.list(`${testTable}.merged/`));
      if (isDamaged) {
        await store.delete([key]);
        await store.put(key, Buffer.from('PAR1'), { ifAbsent: true });
      }
      await loseEntries(lake.lake, 1);
      lake.topic.deleteBelow(0, 2n);
      const [done] = await replay(lake.tools, lake.topic, { from: 1n, to: 2n });
      expect(done).toMatch(isDamaged ? /^fill: .* does not tell the Kafka offset of each row/ : /^fill$/);
      await mergeLake(store);
      if (isDamaged) continue;
      expect(await rowsByCatalog(store, catalog)).toEqual(['0/0', '0/1', '0/2']);
      expect((await lake.verify({ deep: true })).findings).toEqual([]);
    }
  });

  it.each([0, 20])('is filled for an Iceberg table by a snapshot: at %i', async (from) => {
    const [lake, topic] = [await openIcebergLake(), topicOf(60)];
    await replay(createIcebergTools(lake), topic);
    await commitRows(lake);
    const before = await visibleOffsets(lake);
    expect(before).toHaveLength(54);
    await loseEntries(lake, from);
    const range = { from: BigInt(from), to: BigInt(from + 20) };
    expect(await replay(createIcebergTools(lake), topic, { ...range, rowsMax: 7 })).toEqual(['fill']);
    expect(await visibleOffsets(lake)).toEqual(before);
    expect(await doubledOffsets(lake)).toEqual([]);
  });

  it('is filled for an Iceberg table whose files another engine has rewritten', async () => {
    const [lake, topic] = [await openIcebergLake(), topicOf(60)];
    await replay(createIcebergTools(lake), topic);
    await commitRows(lake);
    const before = await visibleOffsets(lake);
    await rewriteAsOthersDo(lake);
    await loseEntries(lake, 20);
    expect(await replay(createIcebergTools(lake), topic, { from: 20n, to: 40n })).toEqual(['fill']);
    expect(await visibleOffsets(lake)).toEqual(before);
    expect(await doubledOffsets(lake)).toEqual([]);
  });

  it.each([30n, 40n])('is entered for an Iceberg table as it is where Kafka begins at %i by now', async (low) => {
    const [lake, topic] = [await openIcebergLake(), topicOf(60)];
    await replay(createIcebergTools(lake), topic);
    await commitRows(lake);
    const before = await visibleOffsets(lake);
    await loseEntries(lake, 20);
    topic.deleteBelow(0, low);
    expect(await replay(createIcebergTools(lake), topic, { from: 20n, to: 40n })).toEqual(['fill']);
    expect(await visibleOffsets(lake)).toEqual(before);
    expect(await doubledOffsets(lake)).toEqual([]);
    const { findings } = await audit(lake, topic, { iceberg: lake.iceberg });
    expect(findings.map(({ problem }) => problem)).toEqual(['gap']);
  });

  it('is entered for an Iceberg table whose files another engine has rewritten, as it is', async () => {
    const [lake, topic] = [await openIcebergLake(), topicOf(60)];
    await replay(createIcebergTools(lake), topic);
    await commitRows(lake);
    const before = await visibleOffsets(lake);
    await rewriteAsOthersDo(lake);
    await loseEntries(lake, 20);
    topic.deleteBelow(0, 30n);
    expect(await replay(createIcebergTools(lake), topic, { from: 20n, to: 40n })).toEqual(['fill']);
    expect(await visibleOffsets(lake)).toEqual(before);
    expect(await doubledOffsets(lake)).toEqual([]);
  });

  describe('of an Iceberg table, whose rows are in files that others have made, while its own are gone,', () => {
    const merged = /in files that were merged or rewritten; restore its ledger entry/;

    /** Of the batch at 20 the object of dead letters has stayed, and as many of those of rows. */
    async function mergedLake(staying = 0) {
      const [lake, topic] = [await openIcebergLake(), topicOf(60)];
      await replay(createIcebergTools(lake), topic);
      await commitRows(lake);
      await rewriteAsOthersDo(lake);
      const objects = await objectsOf(lake, { from: 20, to: 40 });
      const rows = objects.filter((key) => key.startsWith(`${testTable}/`));
      expect(rows.length).toBeGreaterThan(1);
      await lake.store.delete(rows.slice(staying));
      await loseEntries(lake, 20);
      const range = { from: 20n, to: 40n };
      const visible = await visibleOffsets(lake);
      return { lake, topic, visible, replayHole: (of = topic) => replay(createIcebergTools(lake), of, range) };
    }

    it('is filled while Kafka delivers all of them', async () => {
      const { lake, visible, replayHole } = await mergedLake();
      expect(await replayHole()).toEqual(['fill']);
      expect(await visibleOffsets(lake)).toEqual(visible);
    });

    const ofNow = async (lake: IcebergTestLake, topic: FakeTopic) => {
      const { findings } = await audit(lake, topic, { iceberg: lake.iceberg, deep: true });
      const now = findings.filter(({ what }) => !what.includes('time travel alone'));
      return now.map(({ problem, where }) => `${problem} ${where}`);
    };

    it.each([
      { low: 25n, staying: 0 },
      { low: 40n, staying: 0 },
      { low: 30n, staying: 1 },
      { low: 60n, staying: 1 },
    ])(
      'is entered as it is where Kafka begins at $low by now, and $staying of its files have stayed',
      async (given) => {
        const { lake, topic, visible, replayHole } = await mergedLake(given.staying);
        topic.deleteBelow(0, given.low);
        expect(await replayHole()).toEqual(['fill']);
        expect(await visibleOffsets(lake)).toEqual(visible);
        expect(await ofNow(lake, topic)).toEqual(['gap [23, 24)']);
        expect(await createTestTools(lake).ledger.get(path, 20n)).toMatchObject({
          entry: { state: 'written', outcome: { rows: 18, deadLetters: 1 } },
        });
      },
    );

    it('is entered as it is where Kafka delivers fewer, as a compacted topic does', async () => {
      const { lake, visible, replayHole } = await mergedLake();
      const compacted = topicOf(60, (n) => n % 20 === 3 || n === 27);
      expect(await replayHole(compacted)).toEqual(['fill']);
      expect(await visibleOffsets(lake)).toEqual(visible);
    });

    it('is entered without a file of its own, and what Kafka holds of it is written', async () => {
      const { lake, topic, visible, replayHole } = await mergedLake();
      await lake.store.delete(await objectsOf(lake, { from: 20, to: 40 }));
      topic.deleteBelow(0, 30n);
      expect(await replayHole()).toEqual(['fill']);
      expect(await visibleOffsets(lake)).toEqual(visible);
      expect(await ofNow(lake, topic)).toEqual(['gap [23, 25)']);
    });

    it('is left alone where rows of it are there twice', async () => {
      const leftOut = [
        { partition: 0, from: 0n, to: 30n },
        { partition: 0, from: 31n, to: 60n },
      ];
      const { lake, topic, replayHole } = await mergedLake();
      await rewriteAsOthersDo(lake, { leftOut, isCopy: true });
      topic.deleteBelow(0, 40n);
      expect(await replayHole()).toEqual([expect.stringMatching(merged)]);
      expect(await createTestTools(lake).ledger.get(path, 20n)).toBeUndefined();
    });
  });
});

async function acknowledge(lake: TestLake): Promise<number> {
  const { ledger } = createTestTools(lake);
  return acknowledgeGaps(ledger, { table: testTable, topic: testTopic, acknowledgedAt: new Date().toISOString() });
}
