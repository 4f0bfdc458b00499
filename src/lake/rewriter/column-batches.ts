import type { Column } from '../../schema/types/column-type.ts';
import { countLeaves, weightOf } from '../../schema/types/type-weight.ts';

/** Columns that are copied together, and rows that are in memory at a time. */
export interface BatchPlan {
  readonly batches: readonly (readonly Column[])[];
  readonly groupRows: number;
}

export interface BatchLimits {
  /** Leaves of the columns of one batch; a column that has more is a batch of its own. */
  readonly leavesMax: number;
  readonly groupRowsMax: number;
  /** Packed bytes that a row takes in these columns. */
  readonly bytesPerRow: (columns: readonly Column[]) => number;
}

/** Values of a row group and batch, which are in memory until they are written, and their packed bytes: unpacked they are larger by far. */
const groupValuesMax = 512 * 1024;
export const groupBytesMax = 3 * 1024 * 1024;

/** Row groups with fewer rows would cost more than they save. */
const groupRowsMin = 1024;

/** Splits a table's columns, in their order, so that what is in memory at a time does not depend on how many there are. */
export function planBatches(
  columns: readonly Column[],
  { leavesMax, groupRowsMax, bytesPerRow }: BatchLimits,
): BatchPlan {
  const batches: Column[][] = [];
  const all = countLeaves(columns);
  // batches of about as many leaves each
  const wanted = Math.ceil(all / Math.ceil(all / leavesMax));
  let leaves = wanted;
  for (const column of columns) {
    const own = weightOf(column.type).leaves;
    if (leaves + own > wanted) {
      batches.push([]);
      leaves = 0;
    }
    batches.at(-1)?.push(column);
    leaves += own;
  }
  const byValues = groupValuesMax / Math.max(1, ...batches.map(countLeaves));
  const byBytes = groupBytesMax / Math.max(1, ...batches.map(bytesPerRow));
  const groupRows = Math.max(groupRowsMin, Math.floor(Math.min(byValues, byBytes)));
  return { batches, groupRows: Math.min(groupRowsMax, groupRows) };
}
