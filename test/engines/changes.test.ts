import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAwsEmulator, type AwsEmulator } from '../../src/devstack/emulators.ts';
import { retentionProperties } from '../../src/iceberg/metadata/expire-snapshots.ts';
import type { FakeTopic } from '../fakes/fake-topic.ts';
import type { TestRecord } from '../support/chunks.ts';
import { readByAll, startEngines, type Engine, type Engines } from '../support/engines.ts';
import { readWithPyiceberg } from '../support/iceberg-readers.ts';
import { openIcebergLakeOnGlue } from '../support/glue-iceberg-lake.ts';
import { loadTable, setProperties } from '../support/iceberg-lake.ts';
import { commitRows, createIcebergTools, createSnapshotTools } from '../support/iceberg-service.ts';
import { audit, testTable } from '../support/lake.ts';
import { maintainLake } from '../support/maintain-lake.ts';
import { redriveAll, replaySnapshots } from '../support/replay-snapshots.ts';
import { writeBatches } from '../support/write-batches.ts';
import { commitSnapshot } from '../../src/consumer/snapshot/commit-snapshot.ts';

let aws: AwsEmulator;
let engines: Engines;

beforeAll(async () => {
  aws = await startAwsEmulator();
  Object.assign(process.env, aws.environment);
  engines = await startEngines(aws);
}, 900_000);

afterAll(async () => {
  await engines[Symbol.asyncDispose]();
  await aws.stop();
});

const batchSize = 8;
const hours = ['08', '09'];

/** Records of two hours in turn; every eighth is a dead letter of rules that take short records only. */
function batchOf(first: number): TestRecord[] {
  return Array.from({ length: batchSize }, (_, index) => {
    const n = first + index;
    const eventTime = `2026-11-23T${hours[n % 2]}:00:00Z`;
    const padding = isLong(n) ? { padding: 'x'.repeat(200) } : {};
    return { value: JSON.stringify({ n, word: `word ${n}`, eventTime, ...padding }) };
  });
}

const isLong = (n: number): boolean => n % batchSize === 7;

interface Row {
  readonly n: number;
  readonly word: string;
}

/** The rows of batches, without dead letters unless they have become rows. */
function rowsOf(batches: number, { redriven = false } = {}): Row[] {
  const all = Array.from({ length: batches * batchSize }, (_, n) => ({ n, word: `word ${n}` }));
  return all.filter(({ n }) => redriven || !isLong(n));
}

async function openLake(batches = 3) {
  const { lake, name, catalog } = openIcebergLakeOnGlue(aws);
  const placement = { pastDaysMax: 36_500, futureDaysMax: 36_500 };
  const strict = createIcebergTools(lake, {}, { placement, recipe: { recordBytesMax: 150 } });
  const lenient = createIcebergTools(lake, {}, { placement });
  const given = (count: number) => Array.from({ length: count }, (_, batch) => batchOf(batch * batchSize));
  const write = async (count: number): Promise<FakeTopic> => {
    const topic = await writeBatches(strict, given(count));
    await commitRows(lake);
    const options = { partitions: [0], entriesMin: 0 };
    await commitSnapshot(
      { name: `${testTable}_dead_letters`, kind: 'dead-letters' },
      options,
      createSnapshotTools(lake),
    );
    return topic;
  };
  let topic = await write(batches);
  return {
    lake,
    name,
    /** Writes so many batches of the topic's life as far as they are not there, and commits them. */
    write: async (count: number): Promise<void> => {
      topic = await write(count);
    },
    /** Replays everything. */
    replay: () => replaySnapshots(strict, topic, { from: 0n, to: topic.marksOf(0).high }),
    redrive: () => redriveAll(lake, lenient),
    findings: async () =>
      (await audit(lake, undefined, { iceberg: lake.iceberg })).findings.map(({ problem }) => problem),
    /** Has every reader see these rows. PyIceberg knows no equality deletes. */
    expectRows: async (expected: readonly Row[], { byPyiceberg = true } = {}): Promise<void> => {
      const { metadataLocation } = await loadTable(lake);
      const read = await readByAll({ name, metadataLocation }, ['n', 'word'], { ...engines, endpoint: aws.endpoint });
      const rows = expected.map(({ n, word }) => [n, word]);
      expect(read).toEqual({ Trino: rows, Spark: rows, DuckDB: rows });
      if (!byPyiceberg) return;
      const found = await readWithPyiceberg({ catalog, name, select: ['n', 'word'] });
      expect(found.rows.toSorted((a, b) => Number(a['n']) - Number(b['n']))).toEqual(expected);
    },
    /** Counts files that a query by any column has to open, by both engines. */
    filesOf: async (filter: string): Promise<number[]> => {
      const sql = ({ nameOf }: Engine) => `SELECT n, word FROM ${nameOf(name)} WHERE ${filter}`;
      return [await engines.trino.filesOf(sql(engines.trino)), await engines.spark.filesOf(sql(engines.spark))];
    },
    /** Has deletes and updates write files of deletes beside the data, and lets everybody expire all snapshots but the current one. */
    prepare: async (): Promise<void> => {
      await setProperties(lake, {
        ...Object.fromEntries(['delete', 'update', 'merge'].map((each) => [`write.${each}.mode`, 'merge-on-read'])),
        [retentionProperties.countMin]: '1',
        [retentionProperties.ageMaxMs]: '1',
      });
    },
  };
}

/** What the engine does to the rows of the first batches: one deleted, one updated, one merged. */
async function changeRows({ query, nameOf }: Engine, table: string): Promise<void> {
  const name = nameOf(table);
  await query(`DELETE FROM ${name} WHERE n = 1`);
  await query(`UPDATE ${name} SET word = 'updated' WHERE n = 4`);
  await query(
    `MERGE INTO ${name} r USING (SELECT 10 AS n) s ON r.n = s.n WHEN MATCHED THEN UPDATE SET word = 'merged'`,
  );
}

const changed = (rows: readonly Row[]): Row[] =>
  rows.filter(({ n }) => n !== 1).map(({ n, word }) => ({ n, word: n === 4 ? 'updated' : n === 10 ? 'merged' : word }));

describe.each(['trino', 'spark'] as const)('rows that %s deletes and updates by files of deletes', (by) => {
  it('stay so through upkeep and commits of ours, until a replay says what Kafka says', async () => {
    const { lake, name, write, prepare, replay: replayAll, findings, expectRows, filesOf } = await openLake();
    await prepare();
    await changeRows(engines[by], name);
    await expectRows(changed(rowsOf(3)));
    expect(await findings()).toEqual(['table-rows']);
    const left = (await maintainLake(lake)).filter(({ kind }) => kind === 'left-alone');
    expect(left.map((event) => event.kind === 'left-alone' && event.files)).toEqual([2, 1]);
    await write(4);
    await expectRows(changed(rowsOf(4)));
    await replayAll();
    await expectRows(rowsOf(4));
    expect(await findings()).toEqual([]);
    await maintainLake(lake);
    await expectRows(rowsOf(4));
    expect(await findings()).toEqual([]);
    expect(await filesOf("event_hour = '08'")).toEqual([1, 1]);
  });

  it('stay so once it has rewritten the files, through a redrive', async () => {
    const { lake, name, prepare, replay: replayAll, redrive, findings, expectRows, filesOf } = await openLake();
    await prepare();
    await changeRows(engines[by], name);
    await engines[by].rewrite(name);
    await expectRows(changed(rowsOf(3)));
    expect(await findings()).toEqual(['table-rows', 'record-missing']);
    await redrive();
    await expectRows(changed(rowsOf(3, { redriven: true })));
    await maintainLake(lake);
    expect(await filesOf("event_hour = '08'")).toEqual([1, 1]);
    await expectRows(changed(rowsOf(3, { redriven: true })));
    await replayAll();
    await engines[by].expire(name);
    await expectRows(rowsOf(3));
    expect(await findings()).toEqual([]);
  });

  it('of files that upkeep has merged are found by the audit, and replayed once it has rewritten them', async () => {
    const { lake, name, write, prepare, replay: replayAll, findings, expectRows, filesOf } = await openLake();
    await prepare();
    await maintainLake(lake);
    expect(await filesOf("event_hour = '08'")).toEqual([1, 1]);
    await engines[by].query(`UPDATE ${engines[by].nameOf(name)} SET word = 'updated' WHERE n = 4`);
    expect(await findings()).toEqual([]);
    await engines[by].query(`DELETE FROM ${engines[by].nameOf(name)} WHERE n = 10`);
    const expected = (batches: number) =>
      rowsOf(batches)
        .filter(({ n }) => n !== 10)
        .map(({ n, word }) => ({ n, word: n === 4 ? 'updated' : word }));
    await expectRows(expected(3));
    expect(await findings()).toEqual(['table-rows', 'record-missing']);
    await expect(replayAll()).rejects.toMatchObject({ code: 'TABLE_MISMATCH' });
    await maintainLake(lake);
    await write(4);
    await expectRows(expected(4));
    await engines[by].rewrite(name);
    await engines[by].expire(name);
    await expectRows(expected(4));
    await replayAll();
    await expectRows(rowsOf(4));
    await maintainLake(lake);
    await expectRows(rowsOf(4));
    expect(await findings()).toEqual([]);
    expect(await filesOf("event_hour = '08'")).toEqual([1, 1]);
  });
});

describe('rows that are deleted by their values, as Flink does it', () => {
  it('stay deleted through upkeep and commits of ours, until a replay says what Kafka says', async () => {
    const { lake, name, write, prepare, replay: replayAll, findings, expectRows } = await openLake();
    await prepare();
    await engines.spark.deleteValues({ table: name, column: 'n', values: [4, 10], partition: ['2026-11-23', '08'] });
    const expected = (batches: number) => rowsOf(batches).filter(({ n }) => n !== 4 && n !== 10);
    await expectRows(expected(3), { byPyiceberg: false });
    expect(await findings()).toEqual(['table-rows']);
    const left = (await maintainLake(lake)).filter(({ kind }) => kind === 'left-alone');
    expect(left).toMatchObject([{ table: testTable, partition: ['2026-11-23', '08'], files: 3 }]);
    await write(4);
    await expectRows(expected(4), { byPyiceberg: false });
    await replayAll();
    await expectRows(rowsOf(4), { byPyiceberg: false });
    expect(await findings()).toEqual([]);
    await maintainLake(lake);
    await expectRows(rowsOf(4), { byPyiceberg: false });
  });
});
