import { partitionEndMs } from '../../schema/partition-end.ts';
import type { Upkeep } from './upkeep.ts';

/** A file that may be merged with others. */
export interface MergeCandidate {
  /** Values of the Hive partition's keys. */
  readonly partition: readonly string[];
  readonly bytes: number;
}

/** Files whose rows become those of one file. */
export interface Merge<File extends MergeCandidate> {
  readonly partition: readonly string[];
  readonly files: readonly File[];
}

/** Files below this share of the target are small. */
export const smallShare = 0.75;

/** Files of a partition that never closes are merged once there are so many, or enough for one of the target's size. */
const openFilesMin = 32;

/**
 * Chooses which files to merge: the small ones of each closed partition, in their order, so many as make one file of about the target's
 * size. A partition without an end gets files for ever: each of its rows would be written again with every run, if few were enough.
 */
export function planMerges<File extends MergeCandidate>(
  files: readonly File[],
  { targetBytes, closedBeforeMs }: Pick<Upkeep, 'targetBytes' | 'closedBeforeMs'>,
): Merge<File>[] {
  const small = files.filter(({ bytes }) => bytes < targetBytes * smallShare);
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
  return files.length >= openFilesMin || bytesOf(files) >= targetBytes * smallShare;
}

/** Splits files, in their order, into as many bins as hold about the target's bytes each; a larger one gets its own. */
export function fillBins<File extends Pick<MergeCandidate, 'bytes'>>(
  files: readonly File[],
  targetBytes: number,
): File[][] {
  const bins: File[][] = [];
  let left = 0;
  for (const file of files) {
    if (file.bytes > left) {
      bins.push([]);
      left = targetBytes;
    }
    bins.at(-1)?.push(file);
    left -= file.bytes;
  }
  return bins;
}

function bytesOf(files: readonly MergeCandidate[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
