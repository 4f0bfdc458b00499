import { DeleteIndex } from '../../../iceberg/manifests/delete-index.ts';
import type { LoadedTable } from '../../../iceberg/iceberg-catalog.ts';
import { readDeletes } from '../../../iceberg/manifests/live-files.ts';
import type { DataFile } from '../../../iceberg/manifests/manifest.ts';
import { identityValues } from '../../../iceberg/metadata/partition-fields.ts';
import { manifestContent, readLiveEntries, readManifests } from '../../../iceberg/manifests/read-snapshot.ts';
import { TableFiles } from '../../../iceberg/manifests/table-files.ts';
import { currentSnapshot } from '../../../iceberg/metadata/table-metadata.ts';
import type { ObjectStore } from '../../ports/lake.ts';

interface PlacedFile {
  readonly uri: string;
  readonly key: string;
  readonly bytes: number;
  readonly rows: number;
  /** Values of the partition's keys, in their order. */
  readonly partition: readonly string[];
}

/** A data file of the table as readers see it now. */
export interface TableFile extends PlacedFile {
  /** Another engine may have deleted rows of it without rewriting it. */
  readonly hasDeletes: boolean;
}

/** The data files of a table at one moment. */
export interface TableState {
  /** Parquet files in the lake that are placed as the table is now, by their URIs. */
  readonly files: ReadonlyMap<string, TableFile>;
}

/** Reads which files the table has; `isWanted` says which of them are kept. */
export async function readState(
  table: LoadedTable,
  store: ObjectStore,
  isWanted: (file: PlacedFile) => boolean = () => true,
): Promise<TableState> {
  const files = new TableFiles(store);
  const manifests = await readManifests(currentSnapshot(table.metadata), files);
  const deletes = new DeleteIndex(await readDeletes(manifests, files));
  const ofData = manifests.filter(({ content }) => content === manifestContent.data);
  const live = new Map<string, TableFile>();
  const placeOf = createPlaces();
  for await (const { manifest, entries } of readLiveEntries(ofData, files))
    for (const { data_file: file, sequence_number: number } of entries) {
      const { partition_spec_id: specId } = manifest;
      const values = placeOf(identityValues(file, specId, table.metadata));
      const kept = values && fileOf(file, values, files);
      if (kept === undefined || !isWanted(kept)) continue;
      const hasDeletes = deletes.for({ file, specId, sequenceNumber: BigInt(number ?? 0) }).length > 0;
      live.set(kept.uri, { ...kept, hasDeletes });
    }
  return { files: live };
}

function fileOf(file: DataFile, partition: readonly string[], files: TableFiles): PlacedFile | undefined {
  const { file_path: uri, file_size_in_bytes: bytes, record_count: rows } = file;
  if (!files.holds(uri) || file.file_format.toUpperCase() !== 'PARQUET') return undefined;
  return { uri, key: files.keyOf(uri), bytes, rows, partition };
}

/** One array for all files of a partition: there may be a hundred thousand files. */
function createPlaces(): (values: readonly string[] | undefined) => readonly string[] | undefined {
  const places = new Map<string, readonly string[]>();
  return (values) => {
    if (values === undefined) return undefined;
    const id = idOf(values);
    const known = places.get(id);
    if (known === undefined) places.set(id, values);
    return known ?? values;
  };
}

function idOf(partition: readonly string[]): string {
  return JSON.stringify(partition);
}
