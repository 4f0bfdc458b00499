import { rowOf, type DecodedColumn } from '../columns/decoded-column.ts';

/** Puts integers and other numbers that go to one column of doubles in the order of their rows. `undefined` when they are no numbers, or a row is in both. */
export function mergeNumbers(one: DecodedColumn, other: DecodedColumn): DecodedColumn | undefined {
  if (one.store.kind !== 'numbers' || other.store.kind !== 'numbers') return undefined;
  const rows = new Int32Array(one.count + other.count);
  const values = new Float64Array(rows.length);
  let oneAt = 0;
  let otherAt = 0;
  for (let at = 0; at < rows.length; at++) {
    const oneRow = oneAt < one.count ? rowOf(one, oneAt) : Infinity;
    const otherRow = otherAt < other.count ? rowOf(other, otherAt) : Infinity;
    if (oneRow === otherRow) return undefined;
    rows[at] = Math.min(oneRow, otherRow);
    values[at] = (oneRow < otherRow ? one.store.values[oneAt++] : other.store.values[otherAt++]) ?? 0;
  }
  const isDense = rows.at(-1) === rows.length - 1;
  const { rows: _, ...column } = one;
  const observed = { form: 'plain', type: { kind: 'double' } } as const;
  return { ...column, observed, count: rows.length, ...(!isDense && { rows }), store: { kind: 'numbers', values } };
}
