import { rowOf, type DecodedColumn } from '../columns/decoded-column.ts';

const emptyArray = Buffer.from('[]');
/** Stands for it among the indexes of `ValueLeaves`. */
const emptyIndex = -2;

/**
 * Puts empty arrays, which had no type, among the arrays of the same column, so that all of them are known as JSON. `undefined` when the columns
 * are others, or a row is in both.
 */
export function mergeEmptyArrays(one: DecodedColumn, other: DecodedColumn): DecodedColumn | undefined {
  const [arrays, empties] = one.observed.form === 'empty-array' ? [other, one] : [one, other];
  const { store, observed } = arrays;
  if (store.kind !== 'nested' || !store.areWhole || empties.observed.form !== 'empty-array') return undefined;
  if (observed.form !== 'plain' || observed.type.kind !== 'array') return undefined;
  const rows = new Int32Array(arrays.count + empties.count);
  const indexes = new Int32Array(rows.length);
  let emptyAt = 0;
  let arrayAt = 0;
  for (let at = 0; at < rows.length; at++) {
    const emptyRow = emptyAt < empties.count ? rowOf(empties, emptyAt) : Infinity;
    const arrayRow = arrayAt < arrays.count ? rowOf(arrays, arrayAt) : Infinity;
    if (emptyRow === arrayRow) return undefined;
    rows[at] = Math.min(emptyRow, arrayRow);
    if (emptyRow < arrayRow) {
      indexes[at] = emptyIndex;
      emptyAt++;
    } else {
      indexes[at] = arrayAt++;
    }
  }
  const values = store.values.pick(indexes, emptyArray);
  const leaves = store.leaves && { ...store.leaves, indexes };
  return { ...arrays, count: rows.length, rows, store: { ...store, values, leaves } };
}
