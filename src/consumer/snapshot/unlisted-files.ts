import type { LoadedTable } from '../../iceberg/iceberg-catalog.ts';
import { mayDelete, type LiveFile, type LiveFiles } from '../../iceberg/manifests/live-files.ts';
import type { DataFile } from '../../iceberg/manifests/manifest.ts';
import { identityValues } from '../../iceberg/metadata/partition-fields.ts';
import { TableFiles } from '../../iceberg/manifests/table-files.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { ReplacedRange } from '../commit/tools/publication.ts';
import { parseObjectName, topicOfFile } from '../ledger/keys/object-keys.ts';
import type { RowRange } from '../ports/parquet-rewriter.ts';
import { boundOf, coordinateIds, type CoordinateIds } from './check-history.ts';
import type { SnapshotTools } from './snapshot-tools.ts';
import { topicsOf } from './table-positions.ts';

/** A file that the ledger does not know by its name, and that may hold rows of replaced ranges among others. */
export interface UnlistedFile {
  readonly uri: string;
  readonly key: string;
  readonly bytes: number;
  /** Values of the partition's keys, in their order. */
  readonly partition: readonly string[];
  /** The rows of it that are replaced. */
  readonly leftOut: readonly RowRange[];
  /** Left out where they are not known, or rows of it have none. */
  readonly bounds?: FileBounds;
}

/** The Kafka partitions and offsets that a file's rows have, the last ones included. */
export interface FileBounds {
  readonly partitions: { readonly first: bigint; readonly last: bigint };
  readonly offsets: { readonly first: bigint; readonly last: bigint };
}

/** True for a table whose rows say where in Kafka they come from: only those can be told from others. */
export function hasCoordinates({ metadata }: LoadedTable): boolean {
  return coordinateIds(metadata) !== undefined;
}

/**
 * Finds files that other engines, or merges, have made of ours and that may hold rows of the ranges, by their bounds. Rejects with
 * TABLE_MISMATCH where one can't be written again without these rows.
 */
export function findUnlistedFiles(
  table: LoadedTable,
  live: LiveFiles,
  ranges: readonly ReplacedRange[],
  { store, topic }: Pick<SnapshotTools, 'store' | 'topic'>,
): UnlistedFile[] {
  const ids = coordinateIds(table.metadata);
  if (ids === undefined || ranges.length === 0) return [];
  const topics = topicsOf(table.metadata);
  const isShared = topics.size > 1;
  return live.data.flatMap((data) => {
    const { file } = data;
    if (isOfLedger(file.file_path, topics)) return [];
    const holder = topicOfFile(file.file_path);
    if (isShared && holder !== undefined && holder !== topic) return [];
    const met = heldBy(file, ranges, ids);
    if (met.length === 0) return [];
    const files = new TableFiles(store);
    const partition = partitionOf(data, { table, live, isOurs: !isShared || holder === topic, files });
    const { file_path: uri, file_size_in_bytes: bytes } = file;
    const bounds = boundsOf(file, ids);
    return [{ uri, key: files.keyOf(uri), bytes, partition, leftOut: joined(met), ...(bounds && { bounds }) }];
  });
}

/** Tells whether a file may be one of those, by its name and bounds. */
export function createUnlistedFilter(
  { metadata }: LoadedTable,
  ranges: readonly ReplacedRange[],
): (file: DataFile) => boolean {
  const ids = coordinateIds(metadata);
  const topics = topicsOf(metadata);
  return (file) => ids !== undefined && !isOfLedger(file.file_path, topics) && heldBy(file, ranges, ids).length > 0;
}

/** Ranges that follow each other as one: rows are compared with each. */
function joined(ranges: readonly ReplacedRange[]): RowRange[] {
  const sorted = ranges.toSorted((a, b) => a.partition - b.partition || (a.from < b.from ? -1 : 1));
  const all: RowRange[] = [];
  for (const { partition, from, to } of sorted) {
    const last = all.at(-1);
    if (last?.partition === partition && last.to === from) all.splice(-1, 1, { ...last, to });
    else all.push({ partition, from, to });
  }
  return all;
}

/** A name that an engine draws at random may look like ours, but not with one of the table's topics. */
function isOfLedger(uri: string, topics: ReadonlySet<string>): boolean {
  const name = parseObjectName(uri);
  return name !== undefined && topics.has(name.topic);
}

/** The ranges of which the file may hold rows. Bounds that are not known exclude nothing. */
function heldBy(file: DataFile, ranges: readonly ReplacedRange[], ids: CoordinateIds): ReplacedRange[] {
  const partitionMin = boundOf(file, 'lower_bounds', ids.partition) ?? -Infinity;
  const partitionMax = boundOf(file, 'upper_bounds', ids.partition) ?? Infinity;
  const offsetMin = boundOf(file, 'lower_bounds', ids.offset) ?? -Infinity;
  const offsetMax = boundOf(file, 'upper_bounds', ids.offset) ?? Infinity;
  return ranges.filter(
    ({ partition, from, to }) =>
      partitionMin <= partition && partitionMax >= partition && offsetMin < to && offsetMax >= from,
  );
}

function boundsOf(file: DataFile, { partition, offset }: CoordinateIds): FileBounds | undefined {
  const [partitions, offsets] = [boundsOfColumn(file, partition), boundsOfColumn(file, offset)];
  return partitions && offsets && { partitions, offsets };
}

function boundsOfColumn(file: DataFile, id: number): { readonly first: bigint; readonly last: bigint } | undefined {
  const first = boundOf(file, 'lower_bounds', id);
  const last = boundOf(file, 'upper_bounds', id);
  const nulls = file.null_value_counts?.find(({ key }) => key === id)?.value;
  return nulls === 0 && first !== undefined && last !== undefined ? { first, last } : undefined;
}

interface Surroundings {
  readonly table: LoadedTable;
  readonly live: LiveFiles;
  readonly files: TableFiles;
  /** All of its rows are of our topic. */
  readonly isOurs: boolean;
}

/** Gives the values of the partition's keys of a file that can be written again. Throws TABLE_MISMATCH for another one. */
function partitionOf(data: LiveFile, surroundings: Surroundings): readonly string[] {
  const { name, metadata } = surroundings.table;
  const partition = identityValues(data.file, data.specId, metadata);
  const why = whyNot(data, surroundings);
  if (why !== undefined) throw refused(name, data.file.file_path, why);
  if (partition !== undefined) return partition;
  throw refused(name, data.file.file_path, 'it was written for other partitions than the table has now');
}

/** Says why a file can't be written again, wherever it is placed. */
function whyNot(data: LiveFile, { live, files, isOurs }: Surroundings): string | undefined {
  const { file } = data;
  if (live.deletes.some((each) => mayDelete(each, data)))
    return 'rows of it are deleted by files of deletes, which end with the file: let that engine write it anew (OPTIMIZE) first';
  if (!isOurs) return 'it may hold rows of several topics: replay into a table of its own with --table';
  if (!files.holds(file.file_path)) return 'it lies outside of the lake';
  if (file.file_format.toUpperCase() !== 'PARQUET') return `its format is ${file.file_format}`;
  return undefined;
}

function refused(table: string, uri: string, why: string): PipelineError {
  return new PipelineError('TABLE_MISMATCH', {
    message: `${uri} of the table ${table} may hold rows of the range, and can't be written again without them: ${why}`,
    retryable: false,
    details: { table, uri },
  });
}
