import { partitionEndMs } from '../../schema/partition-end.ts';
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

/** Files of a partition that never closes are merged once there are so many, or enough for one of the target's size. */
const openFilesMin = 32;

/**
 * Chooses which files to merge: the small ones of each closed partition, in their order, so many as make one file of about the target's
 * size, or of as many rows as fit. A partition without an end gets files for ever: each of its rows would be written again with every run, if few were enough.
 */
export function planMerges<File extends MergeCandidate>(
  files: readonly File[],
  { targetBytes, closedBeforeMs }: Pick<Upkeep, 'targetBytes' | 'closedBeforeMs'>,
): Merge<File>[] {
  const small = files.filter((file) => isSmall(file, targetBytes));
  const partitions = Map.groupBy(small, ({ partition }) => JSON.stringify(partition));
  return [...partitions.values()].flatMap((group) => {
    const partition = group[0]?.partition ?? [];
    const endMs = partitionEndMs(partition);
    if (endMs === undefined ? partition.length > 0 : endMs > closedBeforeMs) return [];
    const bins = fillBins(group, targetBytes).filter((bin) => bin.length > 1);
    const worthIt = endMs === undefined ? bins.filter((bin) => isMuch(bin, targetBytes)) : bins;
    return worthIt.map((bin) => ({ partition, files: bin }));
  });
}

function isMuch(files: readonly MergeCandidate[], targetBytes: number): boolean {
  const share = files.reduce((sum, file) => sum + shareOf(file, targetBytes), 0);
  return files.length >= openFilesMin || share >= smallShare;
}

/** True for a file that is worth merging with others. */
export function isSmall(file: Sized, targetBytes: number): boolean {
  return shareOf(file, targetBytes) < smallShare;
}

/** Splits files, in their order, into as many bins as fill about one merged file each; a larger one gets its own. */
export function fillBins<File extends Sized>(files: readonly File[], targetBytes: number): File[][] {
  const bins: File[][] = [];
  let left = 0;
  for (const file of files) {
    const share = shareOf(file, targetBytes);
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
function shareOf({ bytes, rows }: Sized, targetBytes: number): number {
  return Math.max(bytes / targetBytes, rows / mergedRowsMax);
}
