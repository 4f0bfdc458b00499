import { describe, expect, it } from 'vitest';
import { skipRange } from '../../../src/consumer/commit/gap/skip-range.ts';
import type { CommitTools } from '../../../src/consumer/commit/tools/commit-tools.ts';
import { isWritten, type LedgerEntry } from '../../../src/consumer/ledger/entry/ledger-entry.ts';
import { entryKey } from '../../../src/consumer/ledger/keys/ledger-keys.ts';
import { parseObjectName } from '../../../src/consumer/ledger/keys/object-keys.ts';
import { planReplay } from '../../../src/consumer/replay/replay-plan.ts';
import { replayGroup } from '../../../src/consumer/replay/replay.ts';
import { commitSnapshot } from '../../../src/consumer/snapshot/commit-snapshot.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { testTimestampMs } from '../../support/chunks.ts';
import { addIceberg, openIcebergLake, type IcebergTestLake } from '../../support/iceberg-lake.ts';
import {
  commitRows,
  createIcebergTools,
  createSnapshotTools,
  rewriteAsOthersDo,
  runIceberg,
  visibleOffsets,
} from '../../support/iceberg-service.ts';
import { audit, testPath, testTable } from '../../support/lake.ts';
import { maintainLake } from '../../support/maintain-lake.ts';
import { mortalStore } from '../../support/mortal-store.ts';

const [from, to] = [20n, 40n];
const { signal } = new AbortController();

/** Records of two hours, and a tombstone and a dead letter in each 20. */
function topicOf(count: number): FakeTopic {
  const topic = new FakeTopic(1);
  const valueOf = (n: number): string | null => {
    if (n % 20 === 3) return null;
    if (n % 20 === 4) return '{broken';
    return JSON.stringify({ n, eventTime: new Date(testTimestampMs + (n % 2) * 3_600_000 + n * 1000).toISOString() });
  };
  topic.append(0, ...Array.from({ length: count }, (_, n) => ({ value: valueOf(n) })));
  return topic;
}

interface MergedLake {
  readonly lake: IcebergTestLake;
  readonly topic: FakeTopic;
  readonly tools: CommitTools;
  /** What readers saw before the files were merged. */
  readonly visible: readonly string[];
}

/**
 * Batches of 20 records in an Iceberg table, whose second entry was set back to its claim if `isClaimed`. Its objects of rows are gone, but for the first `staying`;
 * `merge` says how its rows came into other files.
 */
async function mergedLake(
  merge: (lake: IcebergTestLake) => Promise<unknown> = rewriteAsOthersDo,
  { staying = 0, count = 60, isClaimed = true } = {},
): Promise<MergedLake> {
  const [lake, topic] = [await openIcebergLake(), topicOf(count)];
  const tools = createIcebergTools(lake);
  const policy = { rowsMax: 20, bytesMax: 1e6, ageMaxMs: 1000 };
  const plan = planReplay({ partition: 0, from: 0n, to: BigInt(count) }, [], topic.marksOf(0));
  await replayGroup(plan, { reader: topic, tools, policy, signal });
  await commitRows(lake);
  const deadLetters = { name: `${testTable}_dead_letters`, kind: 'dead-letters' } as const;
  await commitSnapshot(deadLetters, { partitions: [0], entriesMin: 0 }, createSnapshotTools(lake));
  const visible = await visibleOffsets(lake);
  await merge(lake);
  const { entry } = (await tools.ledger.get(testPath(), from)) ?? {};
  if (entry === undefined || !isWritten(entry)) throw new Error('it is written');
  const { outcome, ...claim } = entry;
  const rows = outcome.objects.filter(({ kind }) => kind === 'rows').map(({ key }) => key);
  expect(rows).toHaveLength(2);
  await lake.store.delete(rows.slice(staying));
  if (!isClaimed) return { lake, topic, tools, visible };
  await lake.store.delete([entryKey(entry, from)]);
  await tools.ledger.claim({ ...claim, state: 'claimed' });
  return { lake, topic, tools, visible };
}

async function replay({ topic, tools }: Pick<MergedLake, 'topic' | 'tools'>, allowLoss = false) {
  const entries = await Array.fromAsync(tools.ledger.entries(testPath()));
  const plan = planReplay({ partition: 0, from, to }, entries, topic.marksOf(0), { allowLoss });
  const policy = { rowsMax: 100, bytesMax: 1e6, ageMaxMs: 1000 };
  return replayGroup(plan, { reader: topic, tools, policy, signal, allowLoss });
}

async function stateOf({ tools }: Pick<MergedLake, 'tools'>): Promise<LedgerEntry['state'] | undefined> {
  return (await tools.ledger.get(testPath(), from))?.entry.state;
}

async function expectWhole({ lake, topic, tools, visible }: MergedLake): Promise<void> {
  expect(await stateOf({ tools })).toBe('written');
  expect(await visibleOffsets(lake)).toEqual(visible);
  for (const deep of [true, false]) {
    const { findings } = await audit(lake, topic, { iceberg: lake.iceberg, deep });
    expect(findings.filter(({ what }) => !what.includes('time travel alone'))).toEqual([]);
  }
}

const isOfBatch = (path: string): boolean => parseObjectName(path)?.from === from;

describe('a claim that Kafka has passed, and whose rows an Iceberg table has in files that others have made', () => {
  it.each([30n, 60n])('is ended by these, where Kafka begins at %i', async (low) => {
    const merged = await mergedLake();
    merged.topic.deleteBelow(0, low);
    expect(await replay(merged)).toEqual([{ kind: 'done' }]);
    await expectWhole(merged);
    const entry = (await merged.tools.ledger.get(testPath(), from))?.entry;
    expect(entry).toMatchObject({ outcome: { rows: 18, deadLetters: 1, records: 19 } });
    expect(await maintainLake(merged.lake)).not.toContainEqual(expect.objectContaining({ kind: 'orphans-deleted' }));
    await expectWhole(merged);
  });

  it('is ended by these and by objects of its own that the table still has', async () => {
    const isMerged = (path: string): boolean => !path.includes('event_hour=09');
    const merged = await mergedLake((lake) => rewriteAsOthersDo(lake, { chooses: isMerged }), { staying: 1 });
    merged.topic.deleteBelow(0, 60n);
    expect(await replay(merged)).toEqual([{ kind: 'done' }]);
    await expectWhole(merged);
  });

  it('is read again as a batch once it is ended, as long as Kafka holds it', async () => {
    const merged = await mergedLake();
    merged.topic.deleteBelow(0, 60n);
    await replay(merged);
    await replay({ ...merged, topic: topicOf(60) });
    await expectWhole(merged);
  });

  it.each([false, true])(
    'is left where one of them is nowhere, with the offsets; allow loss: %s',
    async (allowLoss) => {
      const leftOut = [{ partition: 0, from: 30n, to: 31n }];
      const merged = await mergedLake((lake) => rewriteAsOthersDo(lake, { leftOut }));
      merged.topic.deleteBelow(0, 60n);
      const why = expect.stringMatching(/have 18 of its 19 rows and dead letters .* none of 23, 30$/);
      expect(await replay(merged, allowLoss)).toEqual([{ kind: 'left', why }]);
      expect(await stateOf(merged)).toBe('claimed');
    },
  );

  it('is left where one of them is there twice, with its offset', async () => {
    const leftOut = [
      { partition: 0, from: 0n, to: 29n },
      { partition: 0, from: 31n, to: 60n },
    ];
    const merged = await mergedLake(async (lake) => {
      await rewriteAsOthersDo(lake);
      await rewriteAsOthersDo(lake, { leftOut, isCopy: true });
    });
    merged.topic.deleteBelow(0, 60n);
    const why = expect.stringMatching(/these offsets of it more than once: 29, 30$/);
    expect(await replay(merged)).toEqual([{ kind: 'left', why }]);
    expect(await stateOf(merged)).toBe('claimed');
  });

  it('is left where the table names an object of it that is gone', async () => {
    const merged = await mergedLake((lake) => rewriteAsOthersDo(lake, { chooses: (path) => !isOfBatch(path) }), {
      staying: 1,
    });
    merged.topic.deleteBelow(0, 60n);
    expect(await replay(merged)).toMatchObject([{ kind: 'left' }]);
    expect(await stateOf(merged)).toBe('claimed');
  });

  it('stays as another process has ended it meanwhile', async () => {
    const merged = await mergedLake();
    merged.topic.deleteBelow(0, 60n);
    const { publication } = merged.tools;
    if (publication === undefined) throw new Error('it is an Iceberg table');
    const late: CommitTools = {
      ...merged.tools,
      publication: {
        ...publication,
        find: async (...wanted) => {
          const found = await publication.find(...wanted);
          await replay(merged);
          return found;
        },
      },
    };
    expect(await replay({ ...merged, tools: late })).toEqual([{ kind: 'done' }]);
    await expectWhole(merged);
  });

  it('is ended by the service, which books no loss', async () => {
    const merged = await mergedLake(rewriteAsOthersDo, { count: 40 });
    merged.topic.deleteBelow(0, 30n);
    await runIceberg(merged.topic, merged.lake);
    await expectWhole(merged);
  });

  it('is ended by a skip, which is refused', async () => {
    const merged = await mergedLake(rewriteAsOthersDo, { count: 40 });
    const { tools, topic } = merged;
    topic.deleteBelow(0, 30n);
    const request = { partition: 0, from, to, reason: 'test', waitMs: 0, signal };
    await expect(skipRange(request, { tools, reader: topic })).rejects.toMatchObject({ code: 'SKIP_REFUSED' });
    await expectWhole(merged);
  });
});

describe('a batch of an Iceberg table that Kafka has passed, of which one hour was merged and a file of the other one is gone', () => {
  /** The rows of even offsets are of the hour that was merged; Kafka holds the offsets from 30 on. */
  async function halfMerged() {
    const isMerged = (path: string): boolean => path.includes('event_hour=09');
    const merged = await mergedLake((lake) => rewriteAsOthersDo(lake, { chooses: isMerged }), { isClaimed: false });
    merged.topic.deleteBelow(0, 30n);
    return merged;
  }

  const ofBatch = (rows: readonly string[]): number[] =>
    rows
      .flatMap((row) => Number(row.slice(2)))
      .filter((offset) => offset >= 20 && offset < 40)
      .toSorted((a, b) => a - b);
  const even = [20, 22, 26, 28, 30, 32, 34, 36, 38];
  const odd = [31, 33, 35, 37, 39];
  const left = [...even, ...odd].toSorted((a, b) => a - b);

  it('keeps what was merged where loss is allowed, and gets what Kafka holds of the other', async () => {
    const merged = await halfMerged();
    const { lake, topic, tools } = merged;
    expect(await replay(merged)).toMatchObject([{ kind: 'left', why: expect.stringContaining('--allow-loss') }]);
    expect(await replay(merged, true)).toMatchObject([{ kind: 'done' }]);
    expect(ofBatch(await visibleOffsets(lake))).toEqual(left);
    expect(await tools.ledger.get(testPath(), from)).toMatchObject({
      entry: { state: 'written', outcome: { rows: 14, lost: { from: 21n, to: 30n } } },
    });
    for (const deep of [true, false]) {
      const { findings } = await audit(lake, topic, { iceberg: lake.iceberg, deep });
      const ofNow = findings.filter(({ what }) => !what.includes('time travel alone'));
      expect(ofNow.map(({ problem, where }) => `${problem} ${where}`)).toEqual(['gap [21, 30)']);
    }
  });

  it('loses nothing of it wherever the process dies', async () => {
    for (let nth = 1; nth < 10; nth++) {
      const merged = await halfMerged();
      const { lake } = merged;
      const store = mortalStore(lake.store, nth, 'after');
      const tools = createIcebergTools(addIceberg({ ...lake, store }));
      await replay({ ...merged, tools }, true).catch(() => {});
      for (let times = 0; times < 2; times++) await replay(merged, true);
      expect(ofBatch(await visibleOffsets(lake))).toEqual(left);
    }
  });
});
