import { fileContent, type DataFile } from './manifest.ts';
import { readLiveEntries, readManifests } from './read-snapshot.ts';
import type { TableFiles } from './table-files.ts';
import type { Snapshot } from './table-metadata.ts';

/** A file of a snapshot, of rows or of deletes. */
export interface LiveFile {
  readonly file: DataFile;
  readonly specId: number;
  /** Deletes apply to files that are older by this number. */
  readonly sequenceNumber: bigint;
}

export interface LiveFiles {
  readonly data: readonly LiveFile[];
  readonly deletes: readonly LiveFile[];
}

/** What is kept of a snapshot's files. */
export interface WantedFiles {
  /** Ids of the columns whose bounds are kept. */
  readonly columns: ReadonlySet<number>;
  /** True for a data file that is kept. */
  readonly isWanted: (file: DataFile) => boolean;
}

/** Reads the files of deletes of the snapshot, and those of its data files that are wanted. */
export async function readLiveFiles(
  snapshot: Snapshot | undefined,
  files: TableFiles,
  { columns, isWanted }: WantedFiles,
): Promise<LiveFiles> {
  const data: LiveFile[] = [];
  const deletes: LiveFile[] = [];
  const manifests = await readManifests(snapshot, files);
  for await (const { manifest, entries } of readLiveEntries(manifests, files))
    for (const { data_file: file, sequence_number: number } of entries) {
      const isData = file.content === fileContent.data;
      if (isData && !isWanted(file)) continue;
      const live = { specId: manifest.partition_spec_id, sequenceNumber: BigInt(number ?? 0) };
      const kept = boundedBy(file, isData ? columns : pathColumn);
      (isData ? data : deletes).push({ ...live, file: kept });
    }
  return { data, deletes };
}

/** The file without what takes much memory: of metrics only the bounds of these columns stay. */
function boundedBy(file: DataFile, columns: ReadonlySet<number>): DataFile {
  const { content, file_path, file_format, partition, record_count, file_size_in_bytes } = file;
  const boundsOf = (bounds: DataFile['lower_bounds']): DataFile['lower_bounds'] =>
    // a copy: what was read is a part of a whole block
    bounds?.filter(({ key }) => columns.has(key)).map(({ key, value }) => ({ key, value: Uint8Array.from(value) }));
  return {
    content,
    file_path,
    file_format,
    partition,
    record_count,
    file_size_in_bytes,
    lower_bounds: boundsOf(file.lower_bounds),
    upper_bounds: boundsOf(file.upper_bounds),
  };
}

/** Field id of the path in files of position deletes. */
const deletedPathId = 2147483546;
const pathColumn: ReadonlySet<number> = new Set([deletedPathId]);

/**
 * Tells whether a file of deletes may take out rows of a data file: of the same partition, or of all, and newer.
 * Source: https://iceberg.apache.org/spec/#scan-planning
 */
export function mayDelete(deletes: LiveFile, data: LiveFile): boolean {
  const isOfRows = deletes.file.content === fileContent.equalityDeletes;
  const isNewer = isOfRows
    ? deletes.sequenceNumber > data.sequenceNumber
    : deletes.sequenceNumber >= data.sequenceNumber;
  return isNewer && isSamePartition(deletes, data) && (isOfRows || mayNamePath(deletes.file, data.file.file_path));
}

/** Deletes without a partition are for all files. */
function isSamePartition(deletes: LiveFile, data: LiveFile): boolean {
  const values = Object.entries(deletes.file.partition);
  if (values.length === 0 || deletes.specId !== data.specId) return true;
  return values.every(([name, value]) => data.file.partition[name] === value);
}

function mayNamePath({ lower_bounds: lower, upper_bounds: upper }: DataFile, path: string): boolean {
  const bytes = Buffer.from(path);
  const min = lower?.find(({ key }) => key === deletedPathId)?.value;
  const max = upper?.find(({ key }) => key === deletedPathId)?.value;
  if (min !== undefined && Buffer.compare(min, bytes) > 0) return false;
  return max === undefined || Buffer.compare(max, bytes) >= 0;
}
