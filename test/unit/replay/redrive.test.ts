import { describe, expect, it } from 'vitest';
import { raiseExpiry } from '../../../src/consumer/ledger/notes/expired-days.ts';
import { isWritten } from '../../../src/consumer/ledger/entry/ledger-entry.ts';
import { hyparquetReader } from '../../../src/parquet/read/parquet-reader.ts';
import { msPerDay } from '../../../src/runtime/duration.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { testTimestampMs } from '../../support/chunks.ts';
import {
  audit,
  createTestTools,
  openTestLake,
  readRows,
  testPath,
  testTable,
  type TestLake,
  type TestToolsOptions,
} from '../../support/lake.ts';
import { crashAfter } from '../../support/crash-after.ts';
import { redriveAll, redriveEntry, wideLimits } from '../../support/redrive-all.ts';
import { run } from '../../support/run-service.ts';
import { writeBatches } from '../../support/write-batches.ts';

const strict = (recordBytesMax: number): Partial<TestToolsOptions> => ({
  recipe: { recordBytesMax },
});

const records = [
  { value: '{"n":1}' },
  { value: `{"n":2,"text":"${'x'.repeat(60)}"}`, key: 'k2', headers: { trace: 'a' } },
  { value: '{"broken":' },
  { value: Buffer.from([0xff, 0x00]) },
  { value: `{"n":3,"text":"${'y'.repeat(60)}"}` },
];

async function writtenLake(): Promise<TestLake> {
  const lake = await openTestLake();
  await writeBatches(createTestTools({ ...lake, ...strict(50) }), [records]);
  return lake;
}

const valuesOf = async (lake: TestLake): Promise<unknown[]> => (await readRows(lake)).map(({ n }) => n);

describe('redriving dead letters', () => {
  it('turns what passes the current rules into rows, and leaves the rest, whole', async () => {
    const lake = await writtenLake();
    expect(await valuesOf(lake)).toEqual([1]);
    expect(await redriveAll(lake, createTestTools({ ...lake, ...strict(1000) }))).toEqual({
      passed: 2,
      tombstones: 0,
      left: 2,
    });
    expect(await valuesOf(lake)).toEqual([1, 2, 3]);
    expect((await audit(lake)).findings).toEqual([]);
    const left = await readRows(lake, 'readings_dead_letters');
    expect(left.map(({ reason, value_base64, value_text }) => [reason, value_base64 ?? value_text])).toEqual([
      ['invalid-json', '{"broken":'],
      ['invalid-utf8', '/wA='],
    ]);
  });

  it('keeps in the ledger the event times of the rows that stay, by which hours are complete', async () => {
    const lake = await openTestLake();
    const eventTime = new Date(testTimestampMs).toISOString();
    const timed = [{ value: `{"n":1,"eventTime":"${eventTime}"}` }, { value: `{"n":2,"text":"${'x'.repeat(90)}"}` }];
    await writeBatches(createTestTools({ ...lake, ...strict(80) }), [timed]);
    const tools = createTestTools({ ...lake, ...strict(1000) });
    expect(await redriveAll(lake, tools)).toMatchObject({ passed: 1 });
    const entry = (await tools.ledger.get(testPath(), 0n))?.entry;
    expect(entry).toMatchObject({ outcome: { rows: 2, minEventTime: eventTime, maxEventTime: eventTime } });
  });

  it('keeps in the ledger what Kafka has lost of their batch', async () => {
    const lake = await writtenLake();
    const { ledger } = createTestTools(lake);
    const found = await ledger.get(testPath(), 0n);
    if (found?.entry.state !== 'committed') throw new Error('it is written');
    const lost = { from: 1n, to: 2n };
    await ledger.replace(found, { ...found.entry, outcome: { ...found.entry.outcome, lost } });
    await redriveAll(lake, createTestTools({ ...lake, ...strict(1000) }));
    expect(await valuesOf(lake)).toEqual([1, 2, 3]);
    expect((await ledger.get(testPath(), 0n))?.entry).toMatchObject({ outcome: { lost } });
    expect((await audit(lake)).findings).toMatchObject([{ problem: 'gap', where: '[1, 2)' }]);
  });

  it('changes nothing when it is a dry run, or nothing passes', async () => {
    const lake = await writtenLake();
    expect(await redriveAll(lake, createTestTools({ ...lake, ...strict(1000) }), { isDryRun: true })).toEqual({
      passed: 2,
      tombstones: 0,
      left: 2,
    });
    expect(await redriveAll(lake, createTestTools({ ...lake, ...strict(50) }))).toEqual({
      passed: 0,
      tombstones: 0,
      left: 4,
    });
    expect(await valuesOf(lake)).toEqual([1]);
    expect((await audit(lake)).findings).toEqual([]);
  });

  it('goes by the entry as it is, when others have replaced its dead letters meanwhile', async () => {
    const lake = await writtenLake();
    const tools = createTestTools({ ...lake, ...strict(1000) });
    const listed = await tools.ledger.get(testPath(), 0n);
    if (listed === undefined || !isWritten(listed.entry)) throw new Error('it is written');
    await redriveAll(lake, tools);
    const options = { tools, store: lake.store, parquet: hyparquetReader, isDryRun: false, limits: wideLimits };
    expect(await redriveEntry({ ...listed, entry: listed.entry }, options)).toEqual({
      passed: 0,
      tombstones: 0,
      left: 2,
    });
    const deadLetters = await Array.fromAsync(lake.store.list(`${testTable}_dead_letters/`));
    await lake.store.delete(deadLetters.map(({ key }) => key));
    await expect(redriveAll(lake, tools)).rejects.toMatchObject({ code: 'STORE_MISSING' });
  });

  it('takes only the reason it is asked for', async () => {
    const lake = await writtenLake();
    expect(await redriveAll(lake, createTestTools({ ...lake, ...strict(1000) }), { reason: 'invalid-json' })).toEqual({
      passed: 0,
      tombstones: 0,
      left: 4,
    });
    expect(await redriveAll(lake, createTestTools({ ...lake, ...strict(1000) }), { reason: 'too-large' })).toEqual({
      passed: 2,
      tombstones: 0,
      left: 2,
    });
    expect(await valuesOf(lake)).toEqual([1, 2, 3]);
  });

  it('can be done again with looser rules each time', async () => {
    const lake = await writtenLake();
    const before = (await audit(lake)).partitions[0];
    for (const limit of [60, 70, 80, 90]) await redriveAll(lake, createTestTools({ ...lake, ...strict(limit) }));
    expect(await valuesOf(lake)).toEqual([1, 2, 3]);
    expect((await audit(lake)).partitions[0]).toMatchObject({ records: before?.records, rows: 3, deadLetters: 2 });
    expect((await audit(lake)).findings).toEqual([]);
  });

  it('goes on counting dead letters of days that have expired', async () => {
    const lake = await openTestLake();
    const topic = new FakeTopic(1);
    const large = (n: number) => `{"n":${n},"text":"${'x'.repeat(60)}"}`;
    topic.append(0, { value: '{"n":1}' }, { value: large(2), timestampMs: testTimestampMs - 3 * msPerDay });
    topic.append(0, { value: large(3) });
    await run(topic, lake, { tools: createTestTools({ ...lake, ...strict(50) }) });
    await raiseExpiry(lake.store, testTable, { before: '2026-11-22', notedAt: '' });
    const letters = await Array.fromAsync(lake.store.list(`${testTable}_dead_letters/`), ({ key }) => key);
    expect(letters).toHaveLength(2);
    await lake.store.delete(letters.filter((key) => key.includes('2026-11-20')));
    expect(await redriveAll(lake, createTestTools({ ...lake, ...strict(1000) }))).toEqual({
      passed: 1,
      tombstones: 0,
      left: 0,
    });
    expect(await valuesOf(lake)).toEqual([1, 3]);
    const { findings, partitions } = await audit(lake, topic);
    expect(partitions).toMatchObject([{ records: 3, rows: 2, deadLetters: 1, tombstones: 0 }]);
    expect(findings).toEqual([]);
  });

  for (const step of ['claim', 'grow', 'encode', 'put', 'register', 'ledger']) {
    it(`that dies after its step ${step} is finished by the next one`, async () => {
      const lake = await writtenLake();
      const observer = crashAfter(step);
      await expect(redriveAll(lake, createTestTools({ ...lake, ...strict(1000), observer }))).rejects.toThrow('crash');
      await redriveAll(lake, createTestTools({ ...lake, ...strict(1000) }));
      expect(await valuesOf(lake)).toEqual([1, 2, 3]);
    });
  }
});
