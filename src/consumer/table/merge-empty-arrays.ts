import type { DecodedColumn } from '../columns/decoded-column.ts';
import { mergeRows } from './merge-rows.ts';

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
  if (store.kind !== 'nested' || empties.observed.form !== 'empty-array') return undefined;
  if (!store.areWhole && (store.leaves === undefined || (store.partial ?? []).length > 0)) return undefined;
  if (observed.form !== 'plain' || observed.type.kind !== 'array') return undefined;
  const merged = mergeRows(arrays, empties);
  if (merged === undefined) return undefined;
  const { rows } = merged;
  const indexes = merged.indexes.map((index) => (index < 0 ? emptyIndex : index));
  const values = store.values.pick(indexes, emptyArray);
  const leaves = store.leaves && { ...store.leaves, indexes };
  return { ...arrays, count: rows.length, rows, store: { ...store, values, leaves } };
}
