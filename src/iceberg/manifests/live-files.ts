import { isDeepStrictEqual } from 'node:util';
import { fileContent, type DataFile, type ManifestEntry } from './manifest.ts';
import type { ManifestFile } from './manifest-list.ts';
import { manifestContent, readLiveEntries, readManifests } from './read-snapshot.ts';
import type { TableFiles } from './table-files.ts';
import type { Snapshot } from '../metadata/table-metadata.ts';

/** A file of a snapshot, of rows or of deletes. */
export interface LiveFile {
  readonly file: DataFile;
  readonly specId: number;
  /** Deletes apply to files that are older by this number. */
  readonly sequenceNumber: bigint;
}

/** What tells which files of deletes may be for a data file. */
export interface PlacedFile extends Omit<LiveFile, 'file'> {
  readonly file: Pick<DataFile, 'file_path' | 'partition'>;
}

export interface LiveFiles {
  readonly data: readonly LiveFile[];
  readonly deletes: readonly LiveFile[];
}

/** What is kept of a snapshot's files. */
export interface WantedFiles {
  /** Ids of the columns whose bounds and counts of nulls are kept. */
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
    for (const entry of entries) {
      const { data_file: file } = entry;
      const isData = file.content === fileContent.data;
      if (isData && !isWanted(file)) continue;
      const live = liveFileOf(entry, manifest, isData ? columns : pathColumn);
      (isData ? data : deletes).push(live);
    }
  return { data, deletes };
}

/** Reads the files of deletes alone. */
export async function readDeletes(manifests: readonly ManifestFile[], files: TableFiles): Promise<LiveFile[]> {
  const deletes: LiveFile[] = [];
  const ofDeletes = manifests.filter(({ content }) => content === manifestContent.deletes);
  for await (const { manifest, entries } of readLiveEntries(ofDeletes, files))
    for (const entry of entries) deletes.push(deletesOf(entry, manifest));
  return deletes;
}

/** Gives a file of deletes with what tells which data files it is for. */
export function deletesOf(entry: ManifestEntry, manifest: ManifestFile): LiveFile {
  return liveFileOf(entry, manifest, pathColumn);
}

function liveFileOf(
  { data_file: file, sequence_number: number }: ManifestEntry,
  { partition_spec_id: specId }: ManifestFile,
  columns: ReadonlySet<number>,
): LiveFile {
  return { file: boundedBy(file, columns), specId, sequenceNumber: BigInt(number ?? 0) };
}

/** The file without what takes much memory: of metrics only the bounds of these columns stay, and how many nulls they have. */
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
    null_value_counts: file.null_value_counts?.filter(({ key }) => columns.has(key)),
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
export function mayDelete(deletes: LiveFile, data: PlacedFile): boolean {
  const isOfRows = deletes.file.content === fileContent.equalityDeletes;
  const isNewer = isOfRows
    ? deletes.sequenceNumber > data.sequenceNumber
    : deletes.sequenceNumber >= data.sequenceNumber;
  return isNewer && isSamePartition(deletes, data) && (isOfRows || mayNamePath(deletes.file, data.file.file_path));
}

/** Deletes without a partition are for all files. */
function isSamePartition(deletes: LiveFile, data: PlacedFile): boolean {
  const values = Object.entries(deletes.file.partition);
  if (values.length === 0 || deletes.specId !== data.specId) return true;
  // bytes are equal by what they hold
  return values.every(([name, value]) => isDeepStrictEqual(data.file.partition[name], value));
}

/** Gives the one data file that a file of position deletes is for; `undefined` where it may be for several. */
export function deletedPathOf(deletes: DataFile): string | undefined {
  const { min, max } = pathBounds(deletes);
  return min !== undefined && max !== undefined && Buffer.compare(min, max) === 0
    ? Buffer.from(min).toString()
    : undefined;
}

function mayNamePath(deletes: DataFile, path: string): boolean {
  const bytes = Buffer.from(path);
  const { min, max } = pathBounds(deletes);
  if (min !== undefined && Buffer.compare(min, bytes) > 0) return false;
  return max === undefined || Buffer.compare(max, bytes) >= 0;
}

function pathBounds({ lower_bounds: lower, upper_bounds: upper }: DataFile) {
  const min = lower?.find(({ key }) => key === deletedPathId)?.value;
  const max = upper?.find(({ key }) => key === deletedPathId)?.value;
  return { min, max };
}
