import { countLeaves } from '../../schema/types/type-weight.ts';
import type { Column } from '../../schema/types/column-type.ts';

interface Sized {
  readonly bytes: number;
  readonly rows: number;
}

/** Files that fill less than this share of a merged file are small. */
export const smallShare = 0.75;

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

/** The share of a merged file that the file fills. */
export function shareOf({ bytes, rows }: Sized, { bytesMax, rowsMax }: MergedSize): number {
  return Math.max(bytes / bytesMax, rows / rowsMax);
}
