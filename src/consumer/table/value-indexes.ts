import { indexAtOrAfter } from '../../runtime/ascending.ts';
import type { DecodedColumn } from '../columns/decoded-column.ts';

/** Finds the index of the column's value of each row, -1 for none. The rows, some or all of the batch's `rowCount`, ascend. */
export function valueIndexesOf(column: DecodedColumn, rows: Int32Array, rowCount: number): Int32Array {
  const { count } = column;
  if (count === rowCount) return rows;
  if (column.rows === undefined) return rows.map((row) => (row < count ? row : -1));
  const found = new Int32Array(rows.length).fill(-1);
  const own = column.rows.subarray(0, count);
  if (rows.length === rowCount) {
    for (let index = 0; index < count; index++) found[own[index] ?? 0] = index;
    return found;
  }
  let index = 0;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? 0;
    index = indexAtOrAfter(own, row, index);
    if (own[index] === row) found[at] = index;
  }
  return found;
}

/** Tells whether one of the rows, which ascend, has a value of the column. */
export function haveValueOf(column: DecodedColumn, rows: Int32Array): boolean {
  const { count } = column;
  if (column.rows === undefined) return (rows[0] ?? count) < count;
  const own = column.rows.subarray(0, count);
  let index = 0;
  for (let at = 0; at < rows.length && index < count; at++) {
    const row = rows[at] ?? 0;
    index = indexAtOrAfter(own, row, index);
    if (own[index] === row) return true;
  }
  return false;
}
