import { describe, expect, it } from 'vitest';
import type { CommitTools } from '../../../src/consumer/commit/tools/commit-tools.ts';
import type { Publication } from '../../../src/consumer/commit/tools/publication.ts';
import { replayItem } from '../../../src/consumer/replay/replay.ts';
import { planReplay, type ReplayItem } from '../../../src/consumer/replay/replay-plan.ts';
import { entryKey } from '../../../src/consumer/ledger/keys/ledger-keys.ts';
import { stepNames } from '../../../src/consumer/commit/tools/pipeline-observer.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { testTimestampMs } from '../../support/chunks.ts';
import {
  audit,
  createTestTools,
  openTestLake,
  readOffsets,
  readRows,
  testPath,
  type TestLake,
} from '../../support/lake.ts';
import { crashAfter } from '../../support/crash-after.ts';

const policy = { rowsMax: 20, bytesMax: 1e6, ageMaxMs: 1000 };
const { signal } = new AbortController();

async function plan(
  tools: CommitTools,
  topic: FakeTopic,
  { from = 0n, to, allowLoss = false }: { from?: bigint; to?: bigint; allowLoss?: boolean } = {},
): Promise<ReplayItem[]> {
  const marks = topic.marksOf(0);
  const entries = await Array.fromAsync(tools.ledger.entries(testPath()));
  return planReplay({ partition: 0, from, to: to ?? marks.high }, entries, marks, { allowLoss });
}

async function replay(
  tools: CommitTools,
  topic: FakeTopic,
  range: { from?: bigint; to?: bigint } = {},
): Promise<string[]> {
  const items = await plan(tools, topic, range);
  for (const item of items) await replayItem(item, { reader: topic, tools, policy, signal });
  return items.map(({ kind, range: { from, to } }) => `${kind} ${from}-${to}`);
}

async function writtenLake(stepMs = 120_000): Promise<{ lake: TestLake; topic: FakeTopic }> {
  const lake = await openTestLake();
  const topic = new FakeTopic(1);
  topic.append(
    0,
    ...Array.from({ length: 60 }, (_, index) => ({
      value: JSON.stringify({ n: index, eventTime: new Date(testTimestampMs + index * stepMs).toISOString() }),
    })),
  );
  await replay(createTestTools(lake), topic);
  return { lake, topic };
}

async function committedEntry(tools: CommitTools, from = 0n) {
  const found = await tools.ledger.get(testPath(), from);
  if (found?.entry.state !== 'committed') throw new Error('it is written');
  return { found, entry: found.entry };
}

/** A lake whose last batch [40, 60) is only claimed; two records come behind it. */
async function claimedAtEnd() {
  const { lake, topic } = await writtenLake(420_000);
  topic.append(0, { value: '{"n":60}' }, { value: '{"n":61}' });
  const tools = createTestTools(lake);
  const { entry } = await committedEntry(tools, 40n);
  const { outcome, ...claim } = entry;
  await lake.store.delete([entryKey(entry, 40n), ...outcome.objects.map(({ key }) => key)]);
  const planned = outcome.objects.map(({ kind, partition, rows }) => ({ kind, partition, rows }));
  await tools.ledger.claim({ ...claim, plan: planned, state: 'claimed' });
  return { lake, topic, tools };
}

async function expectOnce({ lake, topic }: { lake: TestLake; topic: FakeTopic }, count: number): Promise<void> {
  expect((await audit(lake, topic)).findings).toEqual([]);
  expect(await readOffsets(lake)).toEqual(Array.from({ length: count }, (_, index) => index));
}

describe('a replay', () => {
  it('of a range replaces the batches that touch it', async () => {
    const { lake, topic } = await writtenLake();
    expect(await replay(createTestTools(lake), topic, { from: 25n, to: 30n })).toEqual(['replace 20-40']);
    await expectOnce({ lake, topic }, 60);
  });

  it('of a part, before anything was written, begins where the topic does: what lies before would never be read', async () => {
    const lake = await openTestLake();
    const topic = new FakeTopic(1);
    topic.append(0, ...Array.from({ length: 30 }, (_, n) => ({ value: `{"n":${n}}` })));
    expect(await replay(createTestTools(lake), topic, { from: 12n, to: 30n })).toEqual(['write 0-30']);
    await expectOnce({ lake, topic }, 30);
    const range = { partition: 0, from: 12n, to: 20n };
    expect(planReplay(range, [], topic.marksOf(0), { beginsAnywhere: true })).toEqual([{ kind: 'write', range }]);
  });

  it('leaves a first range alone whose begin Kafka has dropped: behind it the consumer could book no gap', () => {
    const range = { partition: 0, from: 0n, to: 60n };
    expect(planReplay(range, [], { low: 39n, high: 60n }, { start: 0n })).toEqual([
      expect.objectContaining({ kind: 'leave', range: { ...range, to: 39n } }),
      expect.objectContaining({ kind: 'leave', range: { ...range, from: 39n }, isRefused: true }),
    ]);
  });

  it('ends a claim before it writes what comes behind it, also where the selection begins there', async () => {
    const { lake, topic, tools } = await claimedAtEnd();
    expect(await replay(tools, topic, { from: 61n })).toEqual(['finish 40-60', 'write 60-62']);
    await expectOnce({ lake, topic }, 62);
  });

  it('writes nothing behind a claim, or an end of the ledger, that Kafka has passed', async () => {
    const { topic, tools } = await claimedAtEnd();
    topic.deleteBelow(0, 45n);
    expect(await plan(tools, topic, { from: 40n })).toEqual([
      expect.objectContaining({ kind: 'finish', heldFrom: 45n }),
      expect.objectContaining({ kind: 'leave', why: expect.stringContaining('behind a claim'), isRefused: true }),
    ]);
    topic.deleteBelow(0, 61n);
    const selection = { partition: 0, from: 0n, to: 62n };
    const entries = (await Array.fromAsync(tools.ledger.entries(testPath()))).slice(0, 2);
    expect(planReplay(selection, entries, topic.marksOf(0)).at(-1)).toMatchObject({
      kind: 'leave',
      range: { from: 40n, to: 62n },
      why: expect.stringContaining('start the consumer, which records the gap from 40 on'),
      isRefused: true,
    });
    expect(planReplay(selection, entries, topic.marksOf(0), { beginsAnywhere: true })).toEqual(
      expect.arrayContaining([{ kind: 'write', range: { partition: 0, from: 61n, to: 62n } }]),
    );
  });

  it('writes what is not there yet', async () => {
    const { lake, topic } = await writtenLake();
    topic.append(0, { value: '{"n":60}' });
    expect(await replay(createTestTools(lake), topic, { from: 50n })).toEqual(['replace 40-60', 'write 60-61']);
    await expectOnce({ lake, topic }, 61);
  });

  it('under another layout moves the rows and leaves no old object behind', async () => {
    const { lake, topic } = await writtenLake();
    await replay(createTestTools({ ...lake, placement: { pastDaysMax: 0, futureDaysMax: 0 } }), topic);
    await expectOnce({ lake, topic }, 60);
    const rows = await readRows(lake);
    expect(new Set(rows.map(({ kafka_timestamp: at }) => String(at))).size).toBe(1);
  });

  it('leaves alone what Kafka no longer holds, says so once for each batch, and counts as refused', async () => {
    const { lake, topic } = await writtenLake();
    topic.deleteBelow(0, 25n);
    expect(await replay(createTestTools(lake), topic)).toEqual(['leave 0-20', 'leave 20-40', 'replace 40-60']);
    expect(await plan(createTestTools(lake), topic)).toMatchObject([
      { isRefused: true, why: 'Kafka no longer holds it; its objects stay' },
      { isRefused: true, why: expect.stringContaining('Kafka holds it from 25 only; its objects stay; --allow-loss') },
      { kind: 'replace' },
    ]);
    expect(await readOffsets(lake)).toEqual(Array.from({ length: 60 }, (_, index) => index));
  });

  it('replaces a batch by the part that Kafka holds where loss is allowed, and keeps one of which it holds nothing', async () => {
    const { lake, topic } = await writtenLake();
    topic.deleteBelow(0, 25n);
    const tools = createTestTools(lake);
    const items = await plan(tools, topic, { allowLoss: true });
    expect(items).toMatchObject([
      { isRefused: false, why: expect.stringContaining('what is gone of them is booked as lost') },
      { kind: 'replace', heldFrom: 25n },
      { kind: 'replace' },
    ]);
    for (const item of items) await replayItem(item, { reader: topic, tools, policy, signal, allowLoss: true });
    expect(await readOffsets(lake)).toEqual(
      Array.from({ length: 60 }, (_, index) => index).filter((n) => n < 20 || n >= 25),
    );
    // what was given up is said until somebody knows of it, also after the next replay
    const { found, entry } = await committedEntry(tools, 20n);
    expect((await audit(lake, topic)).findings).toMatchObject([{ problem: 'gap', where: '[20, 25)' }]);
    const lost = { from: 20n, to: 25n, acknowledgedAt: '2026-11-23T12:00:00.000Z' };
    await tools.ledger.replace(found, { ...entry, outcome: { ...entry.outcome, lost } });
    for (const item of await plan(tools, topic, { from: 20n, allowLoss: true }))
      await replayItem(item, { reader: topic, tools, policy, signal, allowLoss: true });
    expect((await committedEntry(tools, 20n)).entry.outcome.lost).toEqual(lost);
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  for (const step of stepNames.filter((name) => name !== 'offsets')) {
    it(`that dies after its step ${step} is finished by the next one`, async () => {
      const { lake, topic } = await writtenLake();
      const observer = crashAfter(step);
      const changed = { pastDaysMax: 0, futureDaysMax: 0 };
      await expect(
        replay(createTestTools({ ...lake, observer, placement: changed }), topic, { from: 0n, to: 20n }),
      ).rejects.toThrow('crash');
      await replay(createTestTools({ ...lake, placement: changed }), topic, { from: 0n, to: 20n });
      await expectOnce({ lake, topic }, 60);
    });
  }

  it('under another VALUE_FORMAT leaves rows alone that it would make dead letters, unless that is meant', async () => {
    const lake = await openTestLake();
    const topic = new FakeTopic(1);
    topic.append(0, ...Array.from({ length: 20 }, (_, n) => ({ value: `\0\0\0\0\u0007{"n":${n}}` })));
    await replay(createTestTools({ ...lake, recipe: { valueFormat: 'json-framed' } }), topic);
    await expectOnce({ lake, topic }, 20);
    const tools = createTestTools({ ...lake, recipe: { valueFormat: 'json' } });
    const options = { reader: topic, tools, policy, signal };
    const items = await plan(tools, topic);
    const results = await Promise.all(items.map((item) => replayItem(item, options)));
    expect(results).toMatchObject([{ kind: 'left', why: expect.stringContaining('VALUE_FORMAT is json') }]);
    await expectOnce({ lake, topic }, 20);
    for (const item of items) await replayItem(item, { ...options, allowLoss: true });
    expect(await readRows(lake)).toEqual([]);
  });

  it('leaves alone what Kafka has dropped since it was planned, and says so', async () => {
    const { lake, topic } = await writtenLake();
    const tools = createTestTools(lake);
    const [first] = await plan(tools, topic, { to: 20n });
    topic.deleteBelow(0, 20n);
    if (first === undefined) throw new Error('a batch is planned');
    const result = await replayItem(first, { reader: topic, tools, policy, signal });
    expect(result).toEqual({ kind: 'left', why: expect.stringContaining('dropped it') });
    await expectOnce({ lake, topic }, 60);
  });

  it('beside another of the same range: one wins, nothing is doubled', async () => {
    const { lake, topic } = await writtenLake();
    // whoever comes second stops with LEDGER_CONTENDED
    await Promise.allSettled([replay(createTestTools(lake), topic), replay(createTestTools(lake), topic)]);
    await replay(createTestTools(lake), topic);
    await expectOnce({ lake, topic }, 60);
  });
});

describe('a replay of what Kafka no longer holds all of', () => {
  /** A lake whose claim [0, 20) stands in the middle of its chain: the entry's older version was restored. */
  async function lakeWithClaim() {
    const { lake, topic } = await writtenLake(420_000);
    const tools = createTestTools(lake);
    const { entry } = await committedEntry(tools);
    const { outcome, ...claim } = entry;
    const planned = outcome.objects.map(({ kind, partition, rows }) => ({ kind, partition, rows }));
    await lake.store.delete([entryKey(entry, 0n)]);
    await tools.ledger.claim({ ...claim, plan: planned, state: 'claimed' });
    topic.deleteBelow(0, 15n);
    return { lake, topic, tools, objects: outcome.objects };
  }

  async function firstResult(tools: CommitTools, topic: FakeTopic, allowLoss = false) {
    const [item] = await plan(tools, topic, { to: 20n, allowLoss });
    if (item === undefined) throw new Error('it is planned');
    return replayItem(item, { reader: topic, tools, policy, signal, allowLoss });
  }

  it('ends a claim whose planned objects are all there with these', async () => {
    const { lake, topic, tools } = await lakeWithClaim();
    expect(await firstResult(tools, topic)).toEqual({ kind: 'done' });
    await expectOnce({ lake, topic }, 60);
  });

  it.each([
    [0, 'done'],
    [5, 'left'],
  ] as const)('ends a claim where loss is allowed, and an Iceberg table has %d rows of it: %s', async (rows, kind) => {
    const { topic, tools, objects, lake } = await lakeWithClaim();
    await lake.store.delete([objects[0]?.key ?? '']);
    const count = async () => ({ rows, deadLetters: 0 });
    const publication: Publication = {
      count,
      check: async () => {},
      isAsWritten: async () => true,
      find: async () => undefined,
      replace: async () => {},
    };
    expect(await firstResult({ ...tools, publication }, topic, true)).toMatchObject({ kind });
    expect((await tools.ledger.get(testPath(), 0n))?.entry.state).toBe(rows === 0 ? 'committed' : 'claimed');
  });

  it('leaves a claim alone whose objects are not all there; where loss is allowed, it ends with what there is', async () => {
    const { lake, topic, tools, objects } = await lakeWithClaim();
    await lake.store.delete([objects[0]?.key ?? '']);
    const left = await readOffsets(lake);
    expect(await firstResult(tools, topic)).toEqual({
      kind: 'left',
      why: expect.stringContaining('Kafka holds it from 15 only, and its objects are not all there and whole'),
    });
    expect(await firstResult(tools, topic, true)).toEqual({ kind: 'done' });
    const offsets = await readOffsets(lake);
    const kept = Array.from({ length: 60 }, (_, index) => index).filter((n) => n >= 15 || left.includes(n));
    expect(offsets).toEqual(kept);
    expect((await audit(lake, topic)).findings).toMatchObject([{ problem: 'gap' }]);
  });

  it('stops at a damaged object of a claim also where loss is allowed, and names it', async () => {
    const { lake, topic, tools, objects } = await lakeWithClaim();
    const [{ key } = { key: '' }] = objects;
    await lake.store.put(key, Buffer.from('PAR1 damaged'));
    expect(await firstResult(tools, topic)).toMatchObject({ kind: 'left' });
    await expect(firstResult(tools, topic, true)).rejects.toMatchObject({
      code: 'OBJECT_DAMAGED',
      details: { objects: [key] },
    });
  });

  it('does not go back to objects that are gone', async () => {
    const { lake, topic } = await writtenLake();
    const tools = createTestTools(lake);
    const { entry: before } = await committedEntry(tools);
    await replay(tools, topic, { to: 20n });
    const { found, entry: after } = await committedEntry(tools);
    const { generation, recipe, plan: planned } = after;
    const replacement = {
      generation,
      writer: 'w',
      startedAt: after.claimedAt,
      recipe,
      plan: planned,
      why: 'replay',
    } as const;
    await tools.ledger.replace(found, { ...before, state: 'replacing', replacement });
    topic.deleteBelow(0, 15n);
    expect(await firstResult(tools, topic)).toEqual({
      kind: 'left',
      why: expect.stringContaining('are gone or differ'),
    });
    expect(await readOffsets(lake)).toEqual(Array.from({ length: 60 }, (_, index) => index));
  });
});
