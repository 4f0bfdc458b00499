import { randomUUID } from 'node:crypto';
import { sourceOf } from '../../src/consumer/ports/parquet.ts';
import type { Catalog } from '../../src/consumer/ports/lake.ts';
import { describeFile } from '../../src/iceberg/manifests/data-file.ts';
import type { IcebergCatalog, LoadedTable } from '../../src/iceberg/iceberg-catalog.ts';
import { createIcebergTables } from '../../src/iceberg/catalogs/iceberg-tables.ts';
import type { DataFile } from '../../src/iceberg/manifests/manifest.ts';
import {
  stageSnapshot,
  type SnapshotPlan,
  type StagedSnapshot,
  type StageOptions,
} from '../../src/iceberg/stage/stage-snapshot.ts';
import type { TableUpdate } from '../../src/iceberg/metadata/table-updates.ts';
import { TableFiles } from '../../src/iceberg/manifests/table-files.ts';
import { createJsonIcebergCatalog } from '../../src/lake/catalog/json-iceberg-catalog.ts';
import { createColumnEncoder } from '../../src/parquet/column-encoder.ts';
import { hyparquetReader } from '../../src/parquet/read/parquet-reader.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { parseColumns } from '../../src/schema/types/hive-ddl.ts';
import { openTestLake, type TestLake } from './lake.ts';

export interface IcebergTestLake extends TestLake {
  readonly iceberg: IcebergCatalog;
  /** The tables as the rest of the program knows tables. */
  readonly catalog: Catalog;
  readonly files: TableFiles;
}

/** Opens a lake in a folder whose tables are Iceberg tables. */
export async function openIcebergLake(): Promise<IcebergTestLake> {
  return addIceberg(await openTestLake());
}

/** The same lake, with Iceberg tables beside what it has. */
export function addIceberg(lake: TestLake): IcebergTestLake {
  const iceberg = createJsonIcebergCatalog({ store: lake.store, database: 'test', clock: systemClock });
  return { ...lake, iceberg, catalog: createIcebergTables(iceberg), files: new TableFiles(lake.store) };
}

const rowColumns = 'n bigint, kafka_partition int, kafka_offset bigint';

export async function createTable(lake: IcebergTestLake, name = 'readings'): Promise<LoadedTable> {
  await lake.catalog.create({
    name,
    columns: parseColumns(rowColumns),
    partitionKeys: parseColumns('event_date string'),
    location: lake.store.uri(`${name}/`),
    parameters: { 'glueless.topic': 'readings' },
  });
  return loadTable(lake, name);
}

export async function loadTable(
  { iceberg }: Pick<IcebergTestLake, 'iceberg'>,
  name = 'readings',
): Promise<LoadedTable> {
  const table = await iceberg.load(name);
  if (table === undefined) throw new Error(`there is no table ${name}`);
  return table;
}

/** Changes a table as another engine does. */
export async function changeTable(
  lake: Pick<IcebergTestLake, 'iceberg'>,
  updates: readonly TableUpdate[],
  name?: string,
): Promise<void> {
  const { kind } = await lake.iceberg.commit(await loadTable(lake, name), { requirements: [], updates });
  if (kind !== 'committed') throw new Error(`the change is a ${kind}`);
}

export async function setProperties(
  lake: Pick<IcebergTestLake, 'iceberg'>,
  updates: Record<string, string>,
  name?: string,
): Promise<void> {
  await changeTable(lake, [{ action: 'set-properties', updates }], name);
}

/** Writes a file of rows with these offsets, and describes it; it is part of no table yet. */
export async function putFile(
  { store, catalog }: IcebergTestLake,
  { metadata, name }: LoadedTable,
  { offsets, partition = 0, day = '2026-11-26' }: { offsets: readonly bigint[]; partition?: number; day?: string },
): Promise<DataFile> {
  const table = await catalog.load(name);
  const values = BigInt64Array.from(offsets);
  const partitions = new Int32Array(offsets.length).fill(partition);
  const columns = [
    { name: 'n', type: { kind: 'bigint' as const }, data: { kind: 'bigint' as const, values } },
    { name: 'kafka_partition', type: { kind: 'int' as const }, data: { kind: 'int' as const, values: partitions } },
    { name: 'kafka_offset', type: { kind: 'bigint' as const }, data: { kind: 'bigint' as const, values } },
  ];
  const encoder = createColumnEncoder({ codec: 'zstd', rowGroupRows: 2 });
  const bytes = await encoder.encode({ rowCount: offsets.length, columns, fieldIds: table?.fieldIds });
  const key = `${name}/event_date=${day}/${randomUUID()}.parquet`;
  await store.put(key, bytes);
  const statistics = await hyparquetReader.statistics(sourceOf(bytes));
  return describeFile({ uri: store.uri(key), bytes: bytes.length, partition: [day], statistics }, metadata);
}

let snapshots = 0n;

export function stageOptions({ files }: Pick<IcebergTestLake, 'files'>): StageOptions {
  const options = { metadataPrefix: 'readings/metadata/', tryId: randomUUID(), nowMs: systemClock.nowMs() };
  return { ...options, files, snapshotId: ++snapshots };
}

/** Commits a snapshot of the table `readings` that adds the files. */
export async function appendFiles(lake: IcebergTestLake, ...added: readonly DataFile[]): Promise<StagedSnapshot> {
  const table = await loadTable(lake);
  const plan: SnapshotPlan = { operation: 'append', added, removedPaths: new Set(), summary: {} };
  const staged = await stageSnapshot(table.metadata, plan, stageOptions(lake));
  const { kind } = await lake.iceberg.commit(table, staged);
  if (kind !== 'committed') throw new Error(`the commit is a ${kind}`);
  return staged;
}
