import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createLogObserver } from '../../../src/app/observe/log-observer.ts';
import { createMetricsObserver, joinObservers } from '../../../src/app/observe/metrics-observer.ts';
import { Metrics } from '../../../src/app/observe/metrics.ts';
import { PartitionBuffer } from '../../../src/consumer/batch/partition-buffer.ts';
import { commitBatch, type CommitRequest } from '../../../src/consumer/commit/commit-batch.ts';
import type { CommitTools } from '../../../src/consumer/commit/tools/commit-tools.ts';
import type { PipelineObserver, StepName } from '../../../src/consumer/commit/tools/pipeline-observer.ts';
import type { Versioned } from '../../../src/consumer/ledger/chain/entry-store.ts';
import type { ClaimedEntry, LedgerEntry } from '../../../src/consumer/ledger/entry/ledger-entry.ts';
import { decoderVersion } from '../../../src/consumer/ledger/entry/decoder-version.ts';
import { keysOf } from '../../../src/consumer/table/objects/planned-keys.ts';
import { createColumnEncoder } from '../../../src/parquet/column-encoder.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { testTimestampMs } from '../../support/chunks.ts';
import {
  audit,
  createTestTools,
  openTestLake,
  readAllOffsets,
  readRows,
  testPath,
  testTable,
  type TestLake,
} from '../../support/lake.ts';
import { TestClock } from '../../support/test-clock.ts';

const path = testPath();

/** Ten records, five in each of two hours; every fifth is long. */
function tenRecords(): FakeTopic {
  const topic = new FakeTopic(1);
  for (let index = 0; index < 10; index++) {
    const eventTime = new Date(testTimestampMs + Math.floor(index / 5) * 3_600_000).toISOString();
    topic.append(0, { value: JSON.stringify({ n: index, eventTime, text: 'x'.repeat(index % 5 === 0 ? 200 : 1) }) });
  }
  return topic;
}

function requestOf(topic: FakeTopic, from: bigint, changes: Partial<CommitRequest> = {}): CommitRequest {
  const buffer = new PartitionBuffer(0, 0n);
  if (from > 0n) buffer.push({ ...topic.chunk({ partition: 0, from: 0n, to: from }), count: 0 }, 0);
  buffer.push(topic.chunk({ partition: 0, from, to: 10n }), 0);
  return { batch: buffer.cutAt(10n), reason: 'rows', commitOffset: async () => {}, ...changes };
}

class Death extends Error {}

/** A process that dies there, or waits there for what `meanwhile` does. */
function atStep(name: StepName, phase: 'before' | 'after', meanwhile: () => Promise<void> | never): PipelineObserver {
  let isReached = false;
  return {
    step: async (step, when) => {
      if (isReached || step !== name || when !== phase) return;
      isReached = true;
      await meanwhile();
    },
  };
}

const dies = (): never => {
  throw new Death();
};

async function dieAfterPuts(topic: FakeTopic, lake: TestLake, options: object = {}): Promise<void> {
  const tools = createTestTools({ ...lake, observer: atStep('ledger', 'before', dies), ...options });
  await expect(commitBatch(requestOf(topic, 0n), tools)).rejects.toThrow(Death);
}

async function claimOf(tools: CommitTools): Promise<Versioned<ClaimedEntry>> {
  const found = await tools.ledger.get(path, 0n);
  if (found?.entry.state !== 'claimed') throw new Error('it is claimed');
  return { ...found, entry: found.entry };
}

async function adopt(topic: FakeTopic, tools: CommitTools, { from = 0n } = {}): Promise<LedgerEntry> {
  const adopted = await claimOf(tools);
  const lost = from > 0n ? { lost: { from: 0n, to: from } } : {};
  const result = await commitBatch(requestOf(topic, from, { claim: adopted, ...lost }), tools);
  return result.kind === 'committed' ? result.entry : result.found.entry;
}

const all = Array.from({ length: 10 }, (_, index) => index);

/** Puts one of the two objects, and dies before the other one. */
async function dieBetweenPuts(topic: FakeTopic, lake: TestLake, options: object = {}): Promise<void> {
  let puts = 0;
  const firstPut = Promise.withResolvers<void>();
  const observer: PipelineObserver = {
    step: (name, phase) => {
      if (name !== 'put') return;
      if (phase === 'before' && ++puts === 2) throw new Death();
      if (phase === 'after') firstPut.resolve();
    },
  };
  await expect(commitBatch(requestOf(topic, 0n), createTestTools({ ...lake, observer, ...options }))).rejects.toThrow(
    Death,
  );
  // it may still be under way when the other one is not to begin
  await firstPut.promise;
}

/** Makes the claim one of another version of the decoder. */
async function changeClaim(tools: CommitTools, changes: Partial<ClaimedEntry> = {}): Promise<void> {
  const claim = await claimOf(tools);
  const recipe = { ...claim.entry.recipe, decoder: decoderVersion - 1 };
  await tools.ledger.replace(claim, { ...claim.entry, recipe, ...changes });
}

describe('a claim that came to nothing', () => {
  it('is fulfilled by its own recipe, whatever the process that adopts it is configured for', async () => {
    const [topic, lake] = [tenRecords(), await openTestLake()];
    await dieAfterPuts(topic, lake, { recipe: { recordBytesMax: 150 } });
    const entry = await adopt(topic, createTestTools({ ...lake, recipe: { recordBytesMax: 100_000, growth: 'none' } }));
    expect(entry).toMatchObject({ generation: 1, outcome: { rows: 8, deadLetters: 2 } });
    expect(await readAllOffsets(lake)).toEqual(all);
  });

  it('keeps what it has put, also when Kafka no longer holds half of it', async () => {
    const [topic, lake] = [tenRecords(), await openTestLake()];
    await dieAfterPuts(topic, lake);
    const entry = await adopt(topic, createTestTools(lake), { from: 7n });
    expect(entry).toMatchObject({ outcome: { records: 10, rows: 10 } });
    expect(entry).not.toHaveProperty('outcome.lost');
    expect(await readAllOffsets(lake)).toEqual(all);
    expect((await audit(lake)).findings).toEqual([]);
  });

  it('loses, loudly, what neither the lake nor Kafka has', async () => {
    const [topic, lake] = [tenRecords(), await openTestLake()];
    const tools = createTestTools({ ...lake, observer: atStep('grow', 'after', dies) });
    await expect(commitBatch(requestOf(topic, 0n), tools)).rejects.toThrow(Death);
    const entry = await adopt(topic, createTestTools(lake), { from: 7n });
    expect(entry).toMatchObject({ outcome: { records: 3, lost: { from: 0n, to: 7n } } });
    expect((await audit(lake)).findings).toMatchObject([{ problem: 'gap' }]);
  });

  it('is an error line and counted where Kafka no longer holds it, and neither where its objects are all there', async () => {
    for (const [diesAt, lost] of [['grow', 7] as const, ['ledger', undefined] as const]) {
      const [topic, lake] = [tenRecords(), await openTestLake()];
      const dying = createTestTools({ ...lake, observer: atStep(diesAt, 'before', dies) });
      await expect(commitBatch(requestOf(topic, 0n), dying)).rejects.toThrow(Death);
      const lines: unknown[] = [];
      const log = pino({ level: 'error' }, { write: (line: string) => lines.push(JSON.parse(line)) });
      const metrics = new Metrics();
      const observer = joinObservers(createLogObserver(log), createMetricsObserver(metrics));
      await adopt(topic, createTestTools({ ...lake, observer }), { from: 7n });
      const msg = 'Kafka no longer holds records that were claimed and not written';
      expect(lines).toMatchObject(lost === undefined ? [] : [{ partition: 0, from: '0', to: '7', lost: '7', msg }]);
      const { values } = await metrics.gapOffsets.get();
      expect(values.map(({ value }) => value)).toEqual(lost === undefined ? [] : [lost]);
    }
  });

  it('is claimed again at the next generation when the table was made with other partition keys', async () => {
    const [topic, lake] = [tenRecords(), await openTestLake()];
    const early = createTestTools({ ...lake, observer: atStep('claim', 'after', dies) });
    await expect(commitBatch(requestOf(topic, 0n), early)).rejects.toThrow(Death);
    const daily = createTestTools({ ...lake, placement: { layout: 'day' } });
    using decoded = await daily.writer.decode([], daily.recipe);
    await daily.writer.grow({ ...decoded, rowCount: 1 }, daily.recipe);
    expect(await adopt(topic, daily)).toMatchObject({ generation: 2, recipe: { placement: { layout: 'day' } } });
    expect(await readAllOffsets(lake)).toEqual(all);
    expect((await audit(lake)).findings).toEqual([]);
  });

  it('is claimed again when an object of it is damaged; the damaged one goes', async () => {
    const [topic, lake] = [tenRecords(), await openTestLake()];
    await dieAfterPuts(topic, lake);
    for await (const { key } of lake.store.list(`${testTable}/`))
      await lake.store.put(key, Buffer.from('PAR1 damaged'));
    expect(await adopt(topic, createTestTools(lake))).toMatchObject({ generation: 2, outcome: { rows: 10 } });
    expect(await readAllOffsets(lake)).toEqual(all);
    expect((await audit(lake)).findings).toEqual([]);
  });
});

describe('a process that was frozen', () => {
  it('before its puts writes nothing more when others have finished the range', async () => {
    const [topic, lake] = [tenRecords(), await openTestLake()];
    const clock = new TestClock();
    const others = createTestTools({ ...lake, recipe: { recordBytesMax: 100_000 } });
    const frozen = createTestTools({
      ...lake,
      recipe: { recordBytesMax: 150 },
      observer: atStep('encode', 'before', async () => {
        await adopt(topic, others);
        clock.pass(60_000);
      }),
    });
    const result = await commitBatch(requestOf(topic, 0n), { ...frozen, clock });
    expect(result).toMatchObject({
      kind: 'theirs',
      found: { entry: { state: 'committed', outcome: { deadLetters: 2 } } },
    });
    expect(await readAllOffsets(lake)).toEqual(all);
    expect((await audit(lake)).findings).toEqual([]);
  });

  it('gives the entry what only it had read, when it wakes after the others', async () => {
    const [topic, lake] = [tenRecords(), await openTestLake()];
    const others = createTestTools(lake);
    const frozen = createTestTools({
      ...lake,
      observer: atStep('grow', 'after', async () => {
        await adopt(topic, others, { from: 7n });
      }),
    });
    await commitBatch(requestOf(topic, 0n), frozen);
    const found = await others.ledger.get(path, 0n);
    // the object of the first hour came from the one that was frozen; of the second the others were first
    expect(found?.entry).toMatchObject({ outcome: { rows: 8 } });
    expect(await readAllOffsets(lake)).toEqual([0, 1, 2, 3, 4, 7, 8, 9]);
    expect((await audit(lake)).findings).toMatchObject([{ problem: 'gap' }]);
  });
});

describe('a claim of another version of the decoder', () => {
  it('is in the lake as that has written it, also when Kafka no longer holds half of it', async () => {
    for (const from of [0n, 7n]) {
      const [topic, lake] = [tenRecords(), await openTestLake()];
      await dieAfterPuts(topic, lake);
      const tools = createTestTools(lake);
      await changeClaim(tools);
      expect(await adopt(topic, tools, { from })).toMatchObject({ generation: 1, outcome: { records: 10, rows: 10 } });
      expect(await readAllOffsets(lake)).toEqual(all);
      expect((await audit(lake)).findings).toEqual([]);
    }
  });

  it('is written anew where a part of it was put, and Kafka holds all of its records', async () => {
    const [topic, lake] = [tenRecords(), await openTestLake()];
    await dieBetweenPuts(topic, lake);
    const tools = createTestTools(lake);
    await changeClaim(tools);
    expect(await adopt(topic, tools)).toMatchObject({ generation: 2, outcome: { rows: 10 } });
    expect(await readAllOffsets(lake)).toEqual(all);
    expect((await audit(lake)).findings).toEqual([]);
  });

  it('keeps the part of it that was put where Kafka no longer holds all records, and gets those that it does', async () => {
    const [topic, lake] = [tenRecords(), await openTestLake()];
    await dieBetweenPuts(topic, lake);
    const tools = createTestTools(lake);
    await changeClaim(tools);
    const entry = await adopt(topic, tools, { from: 7n });
    expect(entry).toMatchObject({ generation: 1, outcome: { rows: 8, lost: { from: 0n, to: 7n } } });
    expect(await readAllOffsets(lake)).toEqual([0, 1, 2, 3, 4, 7, 8, 9]);
    expect((await audit(lake)).findings).toMatchObject([{ problem: 'gap' }]);
  });

  it('stops, and keeps what is in the lake, where this version would put its records elsewhere', async () => {
    const [topic, lake] = [tenRecords(), await openTestLake()];
    await dieBetweenPuts(topic, lake);
    const tools = createTestTools(lake);
    const { plan } = (await claimOf(tools)).entry;
    await changeClaim(tools, { plan: plan.map((planned, at) => (at === 1 ? { ...planned, rows: 4 } : planned)) });
    await expect(adopt(topic, tools, { from: 5n })).rejects.toMatchObject({ code: 'OBJECT_DAMAGED' });
    expect(await readAllOffsets(lake)).toEqual([0, 1, 2, 3, 4]);
  });

  it('is decoded by its own recipe, whatever this process is configured for', async () => {
    const [topic, lake] = [tenRecords(), await openTestLake()];
    const fields = { deny: ['text'], rename: [] };
    await dieBetweenPuts(topic, lake, { recipe: { fields } });
    const tools = createTestTools({ ...lake, recipe: { growth: 'none' } });
    await changeClaim(tools);
    expect(await adopt(topic, tools)).toMatchObject({ generation: 2, recipe: { decoder: decoderVersion, fields } });
    expect((await readRows(lake)).flatMap(Object.keys)).not.toContain('text');
    expect(await readAllOffsets(lake)).toEqual(all);
  });
});

it('keeps an earlier generation of a claim that Kafka no longer has all records of, and stops', async () => {
  const [topic, lake] = [tenRecords(), await openTestLake()];
  await dieAfterPuts(topic, lake);
  const tools = createTestTools(lake);
  const { entry } = await claimOf(tools);
  await changeClaim(tools, { recipe: entry.recipe, generation: 2, obsolete: keysOf(entry, entry) });
  await expect(adopt(topic, tools, { from: 7n })).rejects.toMatchObject({ code: 'OBJECT_DAMAGED' });
  expect(await readAllOffsets(lake)).toEqual(all);
  expect(await adopt(topic, tools)).toMatchObject({ generation: 2, outcome: { rows: 10 } });
  expect(await readAllOffsets(lake)).toEqual(all);
});

describe('an object of a claim that is another file', () => {
  const otherOffsets = Array.from({ length: 5 }, (_, index) => 10 + index);

  /** Five later records of the same hour, as a batch of their own. */
  async function otherBatch(topic: FakeTopic, lake: TestLake): Promise<Buffer> {
    const eventTime = new Date(testTimestampMs).toISOString();
    for (const n of otherOffsets) topic.append(0, { value: JSON.stringify({ n, eventTime, text: 'y' }) });
    const buffer = new PartitionBuffer(0, 10n);
    buffer.push(topic.chunk({ partition: 0, from: 10n, to: 15n }), 0);
    const batch = buffer.cutAt(15n);
    const result = await commitBatch({ batch, reason: 'rows', commitOffset: async () => {} }, createTestTools(lake));
    if (result.kind !== 'committed') throw new Error('nobody else writes');
    const stored = await lake.store.get(result.entry.outcome.objects[0]?.key ?? '');
    return Buffer.from(stored?.bytes ?? []);
  }

  async function foreignFile(rowCount: number): Promise<Uint8Array> {
    const data = { kind: 'double', values: new Float64Array(rowCount) } as const;
    const columns = [{ name: 'a', type: { kind: 'double' }, data } as const];
    return createColumnEncoder({ codec: 'zstd', rowGroupRows: 100 }).encode({ rowCount, columns });
  }

  it.each([
    ['of another batch', otherBatch],
    ['of somebody else', async () => foreignFile(5)],
  ])('%s, is not taken as written: the claim stops where Kafka lacks records, and names it', async (_what, make) => {
    const [topic, lake] = [tenRecords(), await openTestLake()];
    await dieAfterPuts(topic, lake);
    const tools = createTestTools(lake);
    const { entry } = await claimOf(tools);
    const [first = ''] = keysOf(entry, entry);
    const whole = (await lake.store.get(first))?.bytes ?? Buffer.of();
    await lake.store.put(first, await make(topic, lake));
    await expect(adopt(topic, tools, { from: 7n })).rejects.toMatchObject({
      code: 'OBJECT_DAMAGED',
      details: { objects: [first] },
    });
    await lake.store.put(first, whole);
    expect(await adopt(topic, tools, { from: 7n })).toMatchObject({ generation: 1, outcome: { rows: 10 } });
  });

  /** The second object of the claim lies in the place of the first, too. */
  async function copied() {
    const [topic, lake] = [tenRecords(), await openTestLake()];
    await dieAfterPuts(topic, lake);
    const tools = createTestTools(lake);
    const { entry } = await claimOf(tools);
    const [first = '', second = ''] = keysOf(entry, entry);
    const whole = (await lake.store.get(first))?.bytes ?? Buffer.of();
    await lake.store.put(first, (await lake.store.get(second))?.bytes ?? Buffer.of());
    return { topic, lake, tools, entry, keys: [first, second], whole };
  }

  it('of the same claim, is not taken as written either: both are named, since either may be the copy', async () => {
    const { topic, lake, tools, entry, keys, whole } = await copied();
    const [first = '', second = ''] = keys;
    const later = { nowMs: Date.parse(entry.claimedAt) + 3_600_000 };
    expect((await audit(lake, undefined, later)).findings).toMatchObject([
      { problem: 'unfinished-claim' },
      { problem: 'object-unreadable', where: first, what: expect.stringContaining(`the same bytes as ${second}`) },
      { problem: 'object-unreadable', where: second, what: expect.stringContaining(`the same bytes as ${first}`) },
    ]);
    await expect(adopt(topic, tools, { from: 7n })).rejects.toMatchObject({
      code: 'OBJECT_DAMAGED',
      message: expect.stringContaining('have the same bytes'),
      details: { objects: [second, first] },
    });
    await lake.store.put(first, whole);
    expect(await adopt(topic, tools, { from: 7n })).toMatchObject({ generation: 1, outcome: { rows: 10 } });
    expect(await readAllOffsets(lake)).toEqual(all);
  });

  it('of the same claim, is written anew with it where Kafka holds all of its records', async () => {
    const { topic, lake, tools } = await copied();
    expect(await adopt(topic, tools)).toMatchObject({ generation: 2, outcome: { rows: 10 } });
    expect(await readAllOffsets(lake)).toEqual(all);
    expect((await audit(lake)).findings).toEqual([]);
  });

  it('is written anew where Kafka holds all of its records, though the file has as many rows', async () => {
    const [topic, lake] = [tenRecords(), await openTestLake()];
    await dieAfterPuts(topic, lake);
    const tools = createTestTools(lake);
    const { entry } = await claimOf(tools);
    const [first = ''] = keysOf(entry, entry);
    await lake.store.put(first, await foreignFile(5));
    expect(await adopt(topic, tools)).toMatchObject({ generation: 2, outcome: { rows: 10 } });
    expect(await readAllOffsets(lake)).toEqual(all);
  });

  it.each([
    { rowCount: 5, adopted: { outcome: { rows: 10 } } },
    { rowCount: 6, adopted: { code: 'OBJECT_DAMAGED' } },
  ])('is told by its number of rows alone where the table has no Kafka columns: $rowCount', async (given) => {
    const [topic, lake] = [tenRecords(), await openTestLake()];
    const recipe = { kafkaColumns: false };
    await dieAfterPuts(topic, lake, { recipe });
    const tools = createTestTools({ ...lake, recipe });
    const { entry } = await claimOf(tools);
    const [first = ''] = keysOf(entry, entry);
    await lake.store.put(first, await foreignFile(given.rowCount));
    expect(await adopt(topic, tools, { from: 7n }).catch((error: unknown) => error)).toMatchObject(given.adopted);
  });

  it('is named by the audit, which counts what the whole objects of the claim hold', async () => {
    const [topic, lake] = [tenRecords(), await openTestLake()];
    await dieAfterPuts(topic, lake);
    const { entry } = await claimOf(createTestTools(lake));
    const [, second = ''] = keysOf(entry, entry);
    await lake.store.put(second, Buffer.from('PAR1 damaged'));
    const later = { nowMs: Date.parse(entry.claimedAt) + 3_600_000 };
    expect((await audit(lake, topic, later)).findings).toMatchObject([
      { problem: 'unfinished-claim' },
      { problem: 'object-unreadable', where: second, action: expect.stringContaining('Kafka still holds the range') },
    ]);
    topic.deleteBelow(0, 7n);
    const looks: string[] = [];
    const head = async (key: string) => (looks.push(key), lake.store.head(key));
    expect((await audit({ ...lake, store: { ...lake.store, head } }, topic, later)).findings).toMatchObject([
      { problem: 'unfinished-claim' },
      { problem: 'object-unreadable', where: second, action: expect.stringContaining('move it out of the table') },
      { problem: 'lost-to-retention', what: expect.stringContaining('2 offsets are lost, and 5 are in objects') },
    ]);
    expect(looks.filter((key) => key === second)).toEqual([second]);
  });

  it('goes on without it once it is out of the table, and keeps the others', async () => {
    const [topic, lake] = [tenRecords(), await openTestLake()];
    await dieAfterPuts(topic, lake);
    const tools = createTestTools(lake);
    const { entry } = await claimOf(tools);
    const [first = '', second = ''] = keysOf(entry, entry);
    await lake.store.put(second, Buffer.from('PAR1 damaged'));
    await expect(adopt(topic, tools, { from: 7n })).rejects.toMatchObject({ details: { objects: [second] } });
    await lake.store.delete([second]);
    expect(await adopt(topic, tools, { from: 7n })).toMatchObject({ generation: 1, outcome: { rows: 8 } });
    expect(await readAllOffsets(lake)).toEqual([0, 1, 2, 3, 4, 7, 8, 9]);
    expect(first).not.toBe(second);
  });
});
