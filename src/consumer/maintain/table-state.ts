import type { LoadedTable } from '../../iceberg/iceberg-catalog.ts';
import type { DataFile, ManifestEntry } from '../../iceberg/manifest.ts';
import type { ManifestFile } from '../../iceberg/manifest-list.ts';
import { manifestContent, readLiveEntries, readManifests } from '../../iceberg/read-snapshot.ts';
import { TableFiles } from '../../iceberg/table-files.ts';
import { currentSnapshot, defaultSpec } from '../../iceberg/table-metadata.ts';
import { mapConcurrently } from '../../runtime/concurrency.ts';
import type { ObjectStore } from '../ports/lake.ts';

/** A data file of the table as readers see it now. */
export interface LiveFile {
  readonly uri: string;
  readonly key: string;
  readonly bytes: number;
  readonly rows: number;
  /** Values of the partition's keys, in their order. */
  readonly partition: readonly string[];
}

/** The data files of a table at one moment. */
export interface TableState {
  readonly manifests: readonly ManifestFile[];
  /** Parquet files in the lake that are placed as the table is now, by their URIs. */
  readonly files: ReadonlyMap<string, LiveFile>;
  /** True for a partition in which other engines have deleted rows without rewriting the files. */
  hasDeletes(partition: readonly string[]): boolean;
}

/** Manifests that are read at a time: what they say of columns takes much memory, and is dropped at once. */
const readsMax = 2;

export async function readState(table: LoadedTable, store: ObjectStore): Promise<TableState> {
  const files = new TableFiles(store);
  const manifests = await readManifests(currentSnapshot(table.metadata), files);
  const spec = defaultSpec(table.metadata);
  const live = new Map<string, LiveFile>();
  const deletes = new Set<string>();
  let hasGlobalDeletes = false;
  await mapConcurrently(manifests, readsMax, async (manifest) => {
    for (const entry of await readLiveEntries(manifest, files)) {
      const values = manifest.partition_spec_id === spec['spec-id'] ? valuesOf(entry, table) : undefined;
      if (manifest.content === manifestContent.data) {
        const file = values && fileOf(entry.data_file, values, files);
        if (file !== undefined) live.set(file.uri, file);
      } else if (values === undefined || values.length === 0) hasGlobalDeletes = true;
      else deletes.add(idOf(values));
    }
  });
  return {
    manifests,
    files: live,
    hasDeletes: (partition) => hasGlobalDeletes || deletes.has(idOf(partition)),
  };
}

/** Values of the partition's keys; `undefined` for what is not placed as our files are. */
function valuesOf({ data_file: { partition } }: ManifestEntry, { metadata }: LoadedTable): string[] | undefined {
  const { fields } = defaultSpec(metadata);
  const values = fields.flatMap(({ name, transform }) => {
    const value = partition[name];
    return transform === 'identity' && typeof value === 'string' ? [value] : [];
  });
  return values.length === fields.length ? values : undefined;
}

function fileOf(file: DataFile, partition: readonly string[], files: TableFiles): LiveFile | undefined {
  const { file_path: uri, file_size_in_bytes: bytes, record_count: rows } = file;
  if (!files.holds(uri) || file.file_format.toUpperCase() !== 'PARQUET') return undefined;
  return { uri, key: files.keyOf(uri), bytes, rows, partition };
}

function idOf(partition: readonly string[]): string {
  return JSON.stringify(partition);
}
