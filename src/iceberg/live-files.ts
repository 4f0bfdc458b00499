import { mapConcurrently } from '../runtime/concurrency.ts';
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

const readsMax = 16;

/** Reads all files of the snapshot. */
export async function readLiveFiles(snapshot: Snapshot | undefined, files: TableFiles): Promise<LiveFiles> {
  const manifests = await readManifests(snapshot, files);
  const read = await mapConcurrently(manifests, readsMax, async (manifest): Promise<LiveFile[]> => {
    const entries = await readLiveEntries(manifest, files);
    return entries.map(({ data_file: file, sequence_number: number }) => ({
      file,
      specId: manifest.partition_spec_id,
      sequenceNumber: BigInt(number ?? 0),
    }));
  });
  const isData = ({ file }: LiveFile): boolean => file.content === fileContent.data;
  return { data: read.flat().filter(isData), deletes: read.flat().filter((each) => !isData(each)) };
}

/** Field id of the path in files of position deletes. */
const deletedPathId = 2147483546;

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
