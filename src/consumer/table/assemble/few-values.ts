import { indexAtOrAfter } from '../../../runtime/ascending.ts';
import type { DecodedColumn } from '../../columns/builders/decoded-column.ts';

/** A value for so many rows, or fewer, is few. */
const rowsPerValue = 8;

/**
 * Gives a column as that of these rows alone, numbered anew, without a look at each of them: if few of them can have a value, and the values are
 * numbers or strings; else `undefined`. The rows ascend.
 */
export function fewValuesOf(column: DecodedColumn, rows: Int32Array): DecodedColumn | undefined {
  const { store, count, rows: own } = column;
  if (own === undefined || count * rowsPerValue > rows.length) return undefined;
  if (store.kind !== 'numbers' && store.kind !== 'strings') return undefined;
  const found = new Int32Array(count);
  const newRows = new Int32Array(count);
  let foundCount = 0;
  let at = 0;
  for (let index = 0; index < count; index++) {
    const row = own[index] ?? 0;
    at = indexAtOrAfter(rows, row, at);
    if (rows[at] !== row) continue;
    found[foundCount] = index;
    newRows[foundCount++] = at;
  }
  const indexes = found.subarray(0, foundCount);
  const few = { ...column, count: foundCount, rows: newRows.subarray(0, foundCount) };
  return store.kind === 'numbers'
    ? { ...few, store: { kind: 'numbers', values: Float64Array.from(indexes, (index) => store.values[index] ?? 0) } }
    : { ...few, store: { ...store, ids: indexes.map((index) => store.ids[index] ?? 0) } };
}
