import { partitionEndMs } from '../../schema/partition-end.ts';
import { countLeaves } from '../../schema/type-weight.ts';
import type { Column } from '../../schema/types.ts';
import type { Upkeep } from './upkeep.ts';

/** A file that may be merged with others. */
export interface MergeCandidate {
  /** Values of the Hive partition's keys. */
  readonly partition: readonly string[];
  readonly bytes: number;
  readonly rows: number;
}

/** Files whose rows become those of one file. */
export interface Merge<File extends MergeCandidate> {
  readonly partition: readonly string[];
  readonly files: readonly File[];
}

/** Files that fill less than this share of a merged file are small. */
const smallShare = 0.75;

/** Rows of a merged file: more can't be sorted within the memory that DuckDB is given, however few bytes they take packed. */
const mergedRowsMax = 2_000_000;

/** Values, or nulls, of a merged file: so many are copied in half a minute, and a process that is told to stop ends after a file. */
const mergedValuesMax = 32_000_000;

/** How much a merged file holds. */
export interface MergedSize {
  readonly bytesMax: number;
  readonly rowsMax: number;
}

/** The size of a table's merged files, of which `targetBytes` are wanted. */
export function mergedSizeOf(columns: readonly Column[], targetBytes: number): MergedSize {
  const valuesOfRow = Math.max(1, countLeaves(columns));
  return { bytesMax: targetBytes, rowsMax: Math.min(mergedRowsMax, Math.floor(mergedValuesMax / valuesOfRow)) };
}

/** Files of a partition that never closes are merged once there are so many, or enough for one of the target's size. */
const openFilesMin = 32;

/**
 * Chooses which files to merge: the small ones of each closed partition, in their order, so many as make one file of about the target's
 * size, or of as many rows as fit. A partition without an end gets files for ever: each of its rows would be written again with every run, if few were enough.
 */
export function planMerges<File extends MergeCandidate>(
  files: readonly File[],
  { size, closedBeforeMs }: { readonly size: MergedSize } & Pick<Upkeep, 'closedBeforeMs'>,
): Merge<File>[] {
  const small = files.filter((file) => isSmall(file, size));
  const partitions = Map.groupBy(small, ({ partition }) => JSON.stringify(partition));
  return [...partitions.values()].flatMap((group) => {
    const partition = group[0]?.partition ?? [];
    const endMs = partitionEndMs(partition);
    if (endMs === undefined ? partition.length > 0 : endMs > closedBeforeMs) return [];
    const bins = fillBins(group, size).filter((bin) => bin.length > 1);
    const worthIt = endMs === undefined ? bins.filter((bin) => isMuch(bin, size)) : bins;
    return worthIt.map((bin) => ({ partition, files: bin }));
  });
}

function isMuch(files: readonly MergeCandidate[], size: MergedSize): boolean {
  const share = files.reduce((sum, file) => sum + shareOf(file, size), 0);
  return files.length >= openFilesMin || share >= smallShare;
}

/** True for a file that is worth merging with others. */
export function isSmall(file: Sized, size: MergedSize): boolean {
  return shareOf(file, size) < smallShare;
}

/** Splits files, in their order, into as many bins as fill about one merged file each; a larger one gets its own. */
export function fillBins<File extends Sized>(files: readonly File[], size: MergedSize): File[][] {
  const bins: File[][] = [];
  let left = 0;
  for (const file of files) {
    const share = shareOf(file, size);
    if (share > left) {
      bins.push([]);
      left = 1;
    }
    bins.at(-1)?.push(file);
    left -= share;
  }
  return bins;
}

type Sized = Pick<MergeCandidate, 'bytes' | 'rows'>;

/** The share of a merged file that the file fills. */
function shareOf({ bytes, rows }: Sized, { bytesMax, rowsMax }: MergedSize): number {
  return Math.max(bytes / bytesMax, rows / rowsMax);
}
