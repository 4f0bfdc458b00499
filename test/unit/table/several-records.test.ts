import { describe, expect, it } from 'vitest';
import type { Recipe } from '../../../src/consumer/ledger/entry/recipe.ts';
import { replayItem } from '../../../src/consumer/replay/replay.ts';
import { planReplay } from '../../../src/consumer/replay/replay-plan.ts';
import { isWritten } from '../../../src/consumer/ledger/entry/ledger-entry.ts';
import { hyparquetReader } from '../../../src/parquet/read/parquet-reader.ts';
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
} from '../../support/lake.ts';
import { run } from '../../support/run-service.ts';
import { redriveAll, redriveEntry, wideLimits } from '../../support/redrive-all.ts';

const path = testPath();
const policy = { rowsMax: 25, bytesMax: 1_000_000, ageMaxMs: 50 };

async function write(values: readonly (string | null)[], recipe: Partial<Recipe>) {
  const topic = new FakeTopic(1);
  topic.append(0, ...values.map((value) => ({ value })));
  const lake = await openTestLake();
  const tools = createTestTools({ ...lake, recipe });
  await run(topic, lake, { tools });
  return { topic, lake, tools };
}

const rowsOf = async (lake: TestLake): Promise<unknown[]> =>
  (await readRows(lake)).map((row) => [Number(row['kafka_offset']), Number(row['kafka_index']), row['n']]);

describe('values that hold several records', () => {
  const arrays = [
    '[{"n":0},{"n":1,"s":"a,]}\\"[,"},\n {"n":2,"x":[1,{"y":2}]}]',
    '{"n":3}',
    null,
    '[]',
    '[ ]',
    '[{"n":4},5]',
    '[{"n":6},{"n":]',
    '[{"n":7}]',
    '[{"n":8},]',
    '7',
  ];

  it('become rows with RECORDS=array, each with its offset and index; a value with a broken one is a dead letter', async () => {
    const { lake, topic } = await write(arrays, { records: 'array' });
    expect(await rowsOf(lake)).toEqual([
      [0, 0, 0],
      [0, 1, 1],
      [0, 2, 2],
      [1, 0, 3],
      [7, 0, 7],
    ]);
    const letters = await readRows(lake, `${testTable}_dead_letters`);
    expect(letters.map((row) => [Number(row['kafka_offset']), row['reason'], row['value_text']])).toEqual([
      [5, 'not-an-object', arrays[5]],
      [6, 'invalid-json', arrays[6]],
      [8, 'invalid-json', arrays[8]],
      [9, 'not-an-object', '7'],
    ]);
    expect(letters[0]?.['detail']).toBe('object 1 of 2: expected a JSON object, got a number');
    const report = await audit(lake, topic);
    expect(report.findings).toEqual([]);
    expect(report.partitions).toMatchObject([{ records: 12, rows: 5, deadLetters: 4, tombstones: 3 }]);
  });

  it('may begin with a byte order mark, as a record may', async () => {
    const { lake } = await write(['\uFEFF[{"n":0},{"n":1}]', '\uFEFF {"n":2}'], { records: 'array' });
    expect(await rowsOf(lake)).toEqual([
      [0, 0, 0],
      [0, 1, 1],
      [1, 0, 2],
    ]);
  });

  it('become rows with RECORDS=ndjson', async () => {
    const { lake, topic } = await write(['{"n":0}\r\n\n{"n":1}\n', '{"n":2}', '{"n":3}\n{"n":'], { records: 'ndjson' });
    expect(await rowsOf(lake)).toEqual([
      [0, 0, 0],
      [0, 1, 1],
      [1, 0, 2],
    ]);
    expect(await audit(lake, topic)).toMatchObject({ findings: [], partitions: [{ rows: 3, deadLetters: 1 }] });
  });

  it('become rows with RECORDS=ndjson, also behind a byte order mark and blank lines', async () => {
    const { lake } = await write(['\ufeff\n{"n":0}\n{"n":1}'], { records: 'ndjson' });
    expect((await rowsOf(lake)).length).toBe(2);
  });

  it('may be one object alone: without brackets, or over several lines; blank lines alone are a dead letter', async () => {
    const pretty = '{\n  "n": 1\n}\n';
    const values = ['{"n":0}', pretty, '\n \r\n', ' ', ''];
    for (const records of ['array', 'ndjson'] as const) {
      const { lake, topic } = await write(values, { records });
      expect(await rowsOf(lake)).toEqual([
        [0, 0, 0],
        [1, 0, 1],
      ]);
      const letters = await readRows(lake, `${testTable}_dead_letters`);
      expect(letters.map(({ reason }) => reason)).toEqual(['invalid-json', 'invalid-json', 'empty']);
      expect((await audit(lake, topic)).findings).toEqual([]);
    }
  });

  it('keep their numbers when rows of one value go to several Hive partitions, and their key and headers', async () => {
    const topic = new FakeTopic(1);
    const at = (hours: number): string => new Date(testTimestampMs - hours * 3_600_000).toISOString();
    const value = JSON.stringify([0, 1, 0, 1].map((hours, n) => ({ n, eventTime: at(hours) })));
    topic.append(0, { value, key: 'k', headers: { h: 'x' } });
    const lake = await openTestLake();
    const tools = createTestTools({ ...lake, recipe: { records: 'array', recordParts: ['key', 'headers'] } });
    await run(topic, lake, { tools });
    const rows = await readRows(lake);
    expect(rows.map((row) => [row['kafka_index'], row['n']])).toEqual(
      expect.arrayContaining([0, 1, 2, 3].map((n) => [n, n])),
    );
    for (const row of rows) expect(row).toMatchObject({ kafka_key: 'k', kafka_headers: '{"h":"x"}' });
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('are counted by the audit: a row that is doubled is found', async () => {
    const { lake, topic, tools } = await write(['[{"n":0},{"n":1}]'], { records: 'array' });
    const [entry] = await Array.fromAsync(tools.ledger.entries(path));
    expect(entry?.entry).toMatchObject({ outcome: { records: 2, rows: 2 } });
    expect((await audit(lake, topic)).findings).toEqual([]);
    // the same object read without its index looks like one record twice
    const { indexes, ...coordinates } = { partitions: [0n, 0n], offsets: [0n, 0n], indexes: [0n, 1n] };
    const { RecordAudit } = await import('../../../src/consumer/audit/objects/record-audit.ts');
    if (entry === undefined || !isWritten(entry.entry)) throw new TypeError('nothing is written');
    const [right, wrong] = [new RecordAudit(entry.entry), new RecordAudit(entry.entry)];
    right.add({ ...coordinates, indexes });
    expect(right.findings(0)).toEqual([]);
    wrong.add({ ...coordinates, indexes: [1n, 1n] });
    expect(wrong.findings(0)).toMatchObject([{ problem: 'record-doubled' }, { problem: 'record-missing' }]);
  });

  it('can be replayed and redriven', async () => {
    const { lake, topic, tools } = await write(arrays, { records: 'array' });
    const before = await rowsOf(lake);
    const entries = await Array.fromAsync(tools.ledger.entries(path));
    const { signal } = new AbortController();
    for (const item of planReplay({ partition: 0, from: 0n, to: 10n }, entries, topic.marksOf(0)))
      expect(await replayItem(item, { reader: topic, tools, policy, signal })).toEqual({ kind: 'done' });
    expect(await rowsOf(lake)).toEqual(before);
    // dead letters of a table that was written without RECORDS
    const plain = await write(['[{"n":0},{"n":1}]', '{"n":2}'], {});
    const [current] = await Array.fromAsync(plain.tools.ledger.entries(path));
    if (current === undefined || !isWritten(current.entry)) throw new TypeError('nothing is written');
    const arrayTools = createTestTools({ ...plain.lake, recipe: { records: 'array' } });
    const options = {
      tools: arrayTools,
      store: plain.lake.store,
      parquet: hyparquetReader,
      isDryRun: false,
      limits: wideLimits,
    };
    expect(await redriveEntry({ ...current, entry: current.entry }, options)).toEqual({
      passed: 1,
      tombstones: 0,
      left: 0,
    });
    expect((await readRows(plain.lake)).map(({ n }) => n)).toEqual([0, 1, 2]);
    const report = await audit(plain.lake, plain.topic);
    expect(report.findings).toEqual([]);
  });

  for (const limits of [wideLimits, { ...wideLimits, rowsMax: 1 }])
    it(`count as tombstones when empty ones are redriven, ${limits.rowsMax} rows at a time: no record is left out`, async () => {
      const { lake, topic } = await write(['{"n":0}', '[{"n":1}]', '[]', '[5]', '[]'], {});
      const tools = createTestTools({ ...lake, recipe: { records: 'array' } });
      expect(await redriveAll(lake, tools, { limits, isDryRun: true })).toEqual({ passed: 1, tombstones: 2, left: 1 });
      expect(await redriveAll(lake, tools, { limits })).toEqual({ passed: 1, tombstones: 2, left: 1 });
      const counts = { records: 5, rows: 2, deadLetters: 1, tombstones: 2 };
      expect(await audit(lake, topic)).toMatchObject({ findings: [], partitions: [counts] });
      expect(await redriveAll(lake, tools, { limits })).toEqual({ passed: 0, tombstones: 0, left: 1 });
      expect(await audit(lake, topic)).toMatchObject({ findings: [], partitions: [counts] });
    });

  it('count as a tombstone when an empty one is all there is to redrive', async () => {
    const { lake, topic } = await write(['[]'], {});
    const tools = createTestTools({ ...lake, recipe: { records: 'array' } });
    expect(await redriveAll(lake, tools)).toEqual({ passed: 0, tombstones: 1, left: 0 });
    const counts = { records: 1, rows: 0, deadLetters: 0, tombstones: 1 };
    expect(await audit(lake, topic)).toMatchObject({ findings: [], partitions: [counts] });
    expect(await readRows(lake, `${testTable}_dead_letters`)).toEqual([]);
  });

  it('stay several rows of one offset when dead letters beside them are redriven without RECORDS', async () => {
    const { lake, topic } = await write(['[{"n":0},{"n":1}]', `{"n":2,"text":"${'x'.repeat(60)}"}`], {
      records: 'array',
      recordBytesMax: 50,
    });
    const tools = createTestTools(lake);
    const found = await tools.ledger.get(path, 0n);
    if (found === undefined || !isWritten(found.entry)) throw new Error('nothing was written');
    const listed = { ...found, entry: found.entry };
    const redriven = await redriveEntry(listed, {
      tools,
      store: lake.store,
      parquet: hyparquetReader,
      isDryRun: false,
      limits: wideLimits,
    });
    expect(redriven).toEqual({ passed: 1, tombstones: 0, left: 0 });
    expect(await rowsOf(lake)).toEqual([
      [0, 0, 0],
      [0, 1, 1],
      [1, 0, 2],
    ]);
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('stay as many in a replay without RECORDS, unless it may lose some', async () => {
    const { lake, topic } = await write(['[{"n":0},{"n":1}]'], { records: 'array' });
    const before = await rowsOf(lake);
    const tools = createTestTools(lake);
    const { signal } = new AbortController();
    const replayAll = async (allowLoss: boolean) => {
      const entries = await Array.fromAsync(tools.ledger.entries(path));
      const [item] = planReplay({ partition: 0, from: 0n, to: 1n }, entries, topic.marksOf(0));
      if (item === undefined) throw new TypeError('nothing is planned');
      return replayItem(item, { reader: topic, tools, policy, signal, allowLoss });
    };
    expect(await replayAll(false)).toEqual({ kind: 'done' });
    expect(await rowsOf(lake)).toEqual(before);
    expect((await audit(lake, topic)).findings).toEqual([]);
    expect(await replayAll(true)).toEqual({ kind: 'done' });
    // an array is no row
    expect(await rowsOf(lake)).toEqual([]);
  });
});
