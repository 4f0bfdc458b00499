import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { readDataFiles } from '../../../src/iceberg/manifests/read-snapshot.ts';
import { stageSnapshot } from '../../../src/iceberg/stage/stage-snapshot.ts';
import { currentSnapshot } from '../../../src/iceberg/metadata/table-metadata.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { commitObjects } from '../../support/commit-iceberg.ts';
import { loadTable, openIcebergLake, stageOptions, type IcebergTestLake } from '../../support/iceberg-lake.ts';
import { commitRows, createIcebergTools } from '../../support/iceberg-service.ts';
import { audit, testTable } from '../../support/lake.ts';
import { maintainLake } from '../../support/maintain-lake.ts';
import { writeBatches } from '../../support/write-batches.ts';

const hour = { eventTime: '2026-11-23T08:00:00Z' };
const key = `${testTable}/event_date=2026-11-23/event_hour=08/engine-1.parquet`;

type Coordinates = readonly (readonly [partition: number | null, offset: bigint | null])[];

/** Makes a lake of two files with three rows, where another engine has added rows: without these columns where it is told none. */
async function openLake(added: Coordinates | number, { kafkaColumns = true } = {}): Promise<IcebergTestLake> {
  const lake = await openIcebergLake();
  const batches = [jsonRecords({ n: 1, ...hour }, { n: 2, ...hour }), jsonRecords({ n: 3, ...hour })];
  await writeBatches(createIcebergTools(lake, {}, { recipe: { kafkaColumns } }), batches);
  await commitRows(lake);
  if (added === 0) return lake;
  await lake.store.put(key, new Uint8Array(parquetWriteBuffer({ columnData: columnsOf(added) })));
  await commitObjects(lake, await loadTable(lake), [key]);
  return lake;
}

function columnsOf(added: Coordinates | number) {
  const rows = typeof added === 'number' ? Array.from({ length: added }, () => 9) : added.map(() => 9);
  const n = { name: 'n', data: rows, type: 'DOUBLE' as const };
  if (typeof added === 'number') return [n];
  const partitions = { name: 'kafka_partition', data: added.map(([id]) => id), type: 'INT32' as const, nullable: true };
  const offsets = { name: 'kafka_offset', data: added.map(([, at]) => at), type: 'INT64' as const, nullable: true };
  return [n, partitions, offsets];
}

async function problemsOf(lake: IcebergTestLake, deep = true): Promise<string[]> {
  const { findings } = await audit(lake, undefined, { iceberg: lake.iceberg, deep });
  return findings.map(({ problem, where }) => `${problem} ${where}`);
}

/** Merges all files into one of ours. */
async function merge(lake: IcebergTestLake): Promise<void> {
  expect(await maintainLake(lake)).toContainEqual(expect.objectContaining({ kind: 'merged', table: testTable }));
}

const rowsOf = (...offsets: readonly bigint[]): Coordinates => offsets.map((offset) => [0, offset]);

describe('verify --deep of rows that another engine has added', () => {
  it.each<[string, Coordinates | number]>([
    ['no Kafka columns', 2],
    [
      'nulls in them',
      [
        [null, null],
        [null, null],
      ],
    ],
  ])('tells rows with %s from lost ones, also in a file that we have merged', async (_what, added) => {
    const lake = await openLake(added);
    expect(await problemsOf(lake, false)).toEqual([`table-rows ${testTable}`]);
    expect(await problemsOf(lake)).toEqual([]);
    await merge(lake);
    expect(await problemsOf(lake, false)).toEqual(['table-rows 0/[0, 2) and others']);
    expect(await problemsOf(lake)).toEqual([]);
  });

  it('finds a row that is lost while as many were added', async () => {
    const lake = await openLake([...rowsOf(0n, 1n), [null, null]]);
    await takeOutOurs(lake);
    expect(await problemsOf(lake, false)).toEqual([]);
    expect(await problemsOf(lake)).toEqual(['table-rows 0/[0, 2) and others', 'record-missing [2, 3)']);
  });

  it('finds a row that was added with the coordinates of one of ours, before and after it was merged', async () => {
    const lake = await openLake(rowsOf(2n));
    expect(await problemsOf(lake)).toEqual([`table-rows ${testTable}`]);
    await merge(lake);
    expect(await problemsOf(lake)).toEqual(['table-rows 0/[0, 2) and others', 'record-doubled [2, 3)']);
  });
});

describe('verify --deep of a table without Kafka columns', () => {
  it('finds nothing wrong in files that we have merged, and what is missing by the number of rows', async () => {
    const lake = await openLake(0, { kafkaColumns: false });
    await merge(lake);
    expect(await problemsOf(lake)).toEqual([]);
    const more = await openLake(1, { kafkaColumns: false });
    await merge(more);
    expect(await problemsOf(more)).toEqual(['table-rows 0/[0, 2) and others']);
  });
});

/** Takes all files out of the table that the service has written. */
async function takeOutOurs(lake: IcebergTestLake): Promise<void> {
  const table = await loadTable(lake);
  const entries = await Array.fromAsync(readDataFiles(currentSnapshot(table.metadata), lake.files));
  const paths = entries.map(({ data_file: file }) => file.file_path).filter((path) => !path.endsWith(key));
  const plan = { operation: 'delete' as const, added: [], removedPaths: new Set(paths), summary: {} };
  const staged = await stageSnapshot(table.metadata, plan, { ...stageOptions(lake), snapshotId: 7n });
  expect((await lake.iceberg.commit(table, staged)).kind).toBe('committed');
}
