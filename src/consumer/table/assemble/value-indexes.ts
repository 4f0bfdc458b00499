import { indexAtOrAfter } from '../../../runtime/ascending.ts';
import type { DecodedColumn } from '../../columns/builders/decoded-column.ts';

/** Where rows have the values of a column from. */
export interface SourceOfRows {
  readonly source: DecodedColumn;
  /** The index in the source of each row's value, -1 for none. */
  readonly valueIndexes: Int32Array;
}

/** Finds the index of the column's value of each row, -1 for none. The rows, some or all of the batch's `rowCount`, ascend. */
export function valueIndexesOf({ rows: own, count }: DecodedColumn, rows: Int32Array, rowCount: number): Int32Array {
  if (count === rowCount) return rows;
  if (own === undefined) return rows.map((row) => (row < count ? row : -1));
  return rows.length === rowCount ? placed(own, count, rowCount) : rows.map(valueFinder(own.subarray(0, count)));
}

/** Gives the index of the value of each of `rowCount` rows: the first `count` of `rows` have one. */
function placed(rows: Int32Array, count: number, rowCount: number): Int32Array {
  const indexes = new Int32Array(rowCount).fill(-1);
  for (let index = 0; index < count; index++) indexes[rows[index] ?? 0] = index;
  return indexes;
}

/** Tells whether one of the rows, which ascend, has a value of the column. */
export function haveValueOf(column: DecodedColumn, rows: Int32Array): boolean {
  const { count } = column;
  if (column.rows === undefined) return (rows[0] ?? count) < count;
  const own = column.rows.subarray(0, count);
  // both ascend: each row of one that is missing in the other leads to the next one that may be in both
  let at = 0;
  for (let index = 0; index < count; index = indexAtOrAfter(own, rows[at] ?? 0, index)) {
    const row = own[index] ?? 0;
    at = indexAtOrAfter(rows, row, at);
    if (at === rows.length) return false;
    if (rows[at] === row) return true;
  }
  return false;
}

/** Finds the index of a row's value, -1 for none; to be asked for ascending rows. */
function valueFinder(rows: Int32Array): (row: number) => number {
  let index = 0;
  return (row) => {
    index = indexAtOrAfter(rows, row, index);
    return rows[index] === row ? index : -1;
  };
}
