import { rowOf, type DecodedColumn } from '../columns/decoded-column.ts';

/** The rows that two columns have values of, in their order. */
export interface MergedRows {
  readonly rows: Int32Array;
  /** The index of each row's value: in the first column, or its complement (`~index`, a negative number) in the second one. */
  readonly indexes: Int32Array;
}

/** Merges the rows of two columns; `undefined` when a row is in both. */
export function mergeRows(one: DecodedColumn, other: DecodedColumn): MergedRows | undefined {
  const rows = new Int32Array(one.count + other.count);
  const indexes = new Int32Array(rows.length);
  let oneAt = 0;
  let otherAt = 0;
  for (let at = 0; at < rows.length; at++) {
    const oneRow = oneAt < one.count ? rowOf(one, oneAt) : Infinity;
    const otherRow = otherAt < other.count ? rowOf(other, otherAt) : Infinity;
    if (oneRow === otherRow) return undefined;
    rows[at] = Math.min(oneRow, otherRow);
    indexes[at] = oneRow < otherRow ? oneAt++ : ~otherAt++;
  }
  return { rows, indexes };
}
