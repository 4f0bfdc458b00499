import { consecutive } from '../../../runtime/consecutive.ts';
import type { DecodedColumn } from '../../columns/builders/decoded-column.ts';

/** Behind all rows. */
const rowsEnd = 2 ** 31 - 1;

/** The rows that two columns have values of, in their order. */
export interface MergedRows {
  readonly rows: Int32Array;
  /** The index of each row's value: in the first column, or its complement (`~index`, a negative number) in the second one. */
  readonly indexes: Int32Array;
}

/** Merges the rows of two columns; `undefined` when a row is in both. */
export function mergeRows(one: DecodedColumn, other: DecodedColumn): MergedRows | undefined {
  const oneRows = rowsOf(one);
  const otherRows = rowsOf(other);
  const rows = new Int32Array(one.count + other.count);
  const indexes = new Int32Array(rows.length);
  let oneAt = 0;
  let otherAt = 0;
  for (let at = 0; at < rows.length; at++) {
    const oneRow = oneRows[oneAt] ?? rowsEnd;
    const otherRow = otherRows[otherAt] ?? rowsEnd;
    if (oneRow === otherRow) return undefined;
    const isOne = oneRow < otherRow;
    rows[at] = isOne ? oneRow : otherRow;
    indexes[at] = isOne ? oneAt++ : ~otherAt++;
  }
  return { rows, indexes };
}

function rowsOf({ rows, count }: DecodedColumn): Int32Array {
  return rows?.subarray(0, count) ?? consecutive(0, count);
}
