import type { Turns } from '../../runtime/turns.ts';
import { conform, type Rescue } from '../../schema/conform.ts';
import { pointerTo } from '../../schema/json-pointer.ts';
import type { ObserveRules } from '../../schema/observe.ts';
import type { ColumnType } from '../../schema/types.ts';
import { fieldOfRow, jsonValue, rowOf, type DecodedColumn } from '../columns/decoded-column.ts';
import { rescueLeftOut } from '../columns/left-out-members.ts';
import type { RescuedValues } from '../columns/rescued-values.ts';

/** What fitting a column to a type needs. */
export interface FitTools {
  readonly rules: ObserveRules;
  readonly rescued: RescuedValues;
  readonly turns: Turns;
}

/** Gives the row of the column's value, and its JSON Pointer there. */
export function placeAt(column: DecodedColumn, index: number): { readonly row: number; readonly path: string } {
  const row = rowOf(column, index);
  return { row, path: pointerTo('', fieldOfRow(column, row)) };
}

/** Rescues the members that had no place when the column's values were taken apart. */
export async function rescueMembers(
  column: DecodedColumn,
  type: ColumnType,
  { rules, rescued, turns }: FitTools,
): Promise<void> {
  const { store } = column;
  if (store.kind !== 'nested' || store.partial === undefined) return;
  const { values, partial } = store;
  const rescueOne = (index: number): void => {
    const { row, path } = placeAt(column, index);
    const rescue: Rescue = (pointer, member) => rescued.add(row, pointer, member);
    conform(jsonValue(column, index), type, { rules, path, depth: 1, rescue });
  };
  const tools = { rescued, rescueOne, rowOf: (index: number) => rowOf(column, index) };
  const { views } = partial;
  for (const { path, ...lot } of leftOutLots(column, views.indexes))
    for (let { first } = lot; first < lot.end;) {
      first += await rescueLeftOut({ path, values, partial: views, first, end: lot.end }, tools);
      if (turns.areDue) await turns.next();
    }
}

/** Values `[first, end)` of those that have members without a place; all of them come from one field. */
interface LeftOutLot {
  readonly path: string;
  readonly first: number;
  readonly end: number;
}

/** Divides the values of these indexes, which ascend, into lots that come from one field each. */
function* leftOutLots(column: DecodedColumn, indexes: Int32Array): Generator<LeftOutLot> {
  let count = indexes.length;
  while (count > 0 && (indexes[count - 1] ?? 0) >= column.count) count--;
  const fieldAt = (at: number): string => fieldOfRow(column, rowOf(column, indexes[at] ?? 0));
  for (let first = 0; first < count;) {
    const field = fieldAt(first);
    let end = column.otherFields === undefined ? count : first + 1;
    while (end < count && fieldAt(end) === field) end++;
    yield { path: pointerTo('', field), first, end };
    first = end;
  }
}
