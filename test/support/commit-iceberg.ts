import { randomUUID } from 'node:crypto';
import { sourceOf } from '../../src/consumer/ports/parquet.ts';
import type { ObjectStore } from '../../src/consumer/ports/lake.ts';
import { describeFile } from '../../src/iceberg/manifests/data-file.ts';
import type { IcebergCatalog, LoadedTable } from '../../src/iceberg/iceberg-catalog.ts';
import type { DataFile } from '../../src/iceberg/manifests/manifest.ts';
import { stageSnapshot } from '../../src/iceberg/stage/stage-snapshot.ts';
import { readDataFiles } from '../../src/iceberg/manifests/read-snapshot.ts';
import { TableFiles } from '../../src/iceberg/manifests/table-files.ts';
import { currentSnapshot } from '../../src/iceberg/metadata/table-metadata.ts';
import { hyparquetReader } from '../../src/parquet/read/parquet-reader.ts';
import { largeSnapshotId } from './iceberg-tables.ts';

interface IcebergLake {
  readonly store: ObjectStore;
  readonly iceberg: IcebergCatalog;
}

/** Commits every Parquet file of the table's folder that the table does not have, in one snapshot or in one for each. */
export async function commitFolder(
  lake: IcebergLake,
  table: LoadedTable,
  filesPerSnapshot = Infinity,
): Promise<LoadedTable> {
  const added = await missingFiles(lake, table);
  if (added.length === 0) return table;
  const committed = await commitObjects(lake, table, added.slice(0, filesPerSnapshot));
  return commitFolder(lake, committed, filesPerSnapshot);
}

/** Keys of the Parquet files in the table's folder that the table does not have. */
export async function missingFiles({ store }: IcebergLake, { name, metadata }: LoadedTable): Promise<string[]> {
  const entries = await Array.fromAsync(readDataFiles(currentSnapshot(metadata), new TableFiles(store)));
  const present = new Set(entries.map(({ data_file: file }) => file.file_path));
  const keys = (await Array.fromAsync(store.list(`${name}/`))).map(({ key }) => key);
  return keys.filter((key) => key.endsWith('.parquet') && !present.has(store.uri(key)));
}

/** Commits these files in one snapshot. */
export async function commitObjects(
  { store, iceberg }: IcebergLake,
  table: LoadedTable,
  keys: readonly string[],
): Promise<LoadedTable> {
  const plan = {
    operation: 'append' as const,
    added: await Promise.all(keys.map((key) => describeObject(store, key, table))),
    removedPaths: new Set<string>(),
    summary: {},
  };
  const staged = await stageSnapshot(table.metadata, plan, {
    files: new TableFiles(store),
    metadataPrefix: `${table.name}/metadata/`,
    tryId: randomUUID(),
    snapshotId: largeSnapshotId(),
    nowMs: Date.now(),
  });
  const outcome = await iceberg.commit(table, staged);
  if (outcome.kind !== 'committed') throw new Error('somebody else changed the table');
  return outcome.table;
}

async function describeObject(store: ObjectStore, key: string, { metadata }: LoadedTable): Promise<DataFile> {
  const stored = await store.get(key);
  if (stored === undefined) throw new Error(`${key} is not there`);
  const statistics = await hyparquetReader.statistics(sourceOf(stored.bytes));
  const partition = [...key.matchAll(/=([^/]+)\//g)].map(([, value = '']) => decodeURIComponent(value));
  return describeFile({ uri: store.uri(key), bytes: stored.bytes.length, partition, statistics }, metadata);
}
