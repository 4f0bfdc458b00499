import type { DecodedColumn } from '../../columns/builders/decoded-column.ts';
import { mergeRows } from './merge-rows.ts';

/** Puts integers and other numbers that go to one column of doubles in the order of their rows. `undefined` when they are no numbers, or a row is in both. */
export function mergeNumbers(one: DecodedColumn, other: DecodedColumn): DecodedColumn | undefined {
  if (one.store.kind !== 'numbers' || other.store.kind !== 'numbers') return undefined;
  const merged = mergeRows(one, other);
  if (merged === undefined) return undefined;
  const { rows, indexes } = merged;
  const [own, others] = [one.store.values, other.store.values];
  const values = new Float64Array(rows.length);
  for (let at = 0; at < values.length; at++) {
    const index = indexes[at] ?? 0;
    values[at] = (index < 0 ? others[~index] : own[index]) ?? 0;
  }
  const isDense = rows.at(-1) === rows.length - 1;
  const { rows: _, ...column } = one;
  const observed = { form: 'plain', type: { kind: 'double' } } as const;
  return { ...column, observed, count: rows.length, ...(!isDense && { rows }), store: { kind: 'numbers', values } };
}
