import { partitionEndMs } from '../../../schema/partitions/partition-end.ts';
import { fillBins, isSmall, shareOf, smallShare, type MergedSize } from '../merged-size.ts';
import type { Upkeep } from '../upkeep.ts';

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
