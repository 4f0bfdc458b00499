import type { Turns } from '../../runtime/turns.ts';
import { conform, type Rescue } from '../../schema/conform.ts';
import { pointerTo } from '../../schema/json-pointer.ts';
import type { ObserveRules } from '../../schema/observe.ts';
import type { ColumnType } from '../../schema/types.ts';
import { fieldOfRow, jsonValue, rowOf, type DecodedColumn } from '../columns/decoded-column.ts';
import { rescueLeftOut, type LeftOutOfRow } from '../columns/left-out-members.ts';
import type { PartialValues } from '../columns/partial-values.ts';
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
  const rescueOne = ({ index, row }: LeftOutOfRow): void => {
    const { path } = placeAt(column, index);
    const rescue: Rescue = (pointer, member) => rescued.add(row, pointer, member);
    conform(jsonValue(column, index), type, { rules, path, depth: 1, rescue });
  };
  for (const { path, partial } of leftOutLots(column, store.partial))
    for (let first = 0; first < partial.length;) {
      first += await rescueLeftOut({ path, values: store.values, partial, first }, { rescued, rescueOne });
      if (turns.areDue) await turns.next();
    }
}

/** Values that are read together; they are objects for that time. */
const lotValues = 1024;

/** Divides values into lots that come from one field each. */
function* leftOutLots(column: DecodedColumn, all: PartialValues): Generator<{ path: string; partial: LeftOutOfRow[] }> {
  let path = '';
  let partial: LeftOutOfRow[] = [];
  for (const value of all) {
    if (value.index >= column.count) continue;
    const row = rowOf(column, value.index);
    const pathHere = pointerTo('', fieldOfRow(column, row));
    if (pathHere !== path || partial.length === lotValues) {
      yield { path, partial };
      path = pathHere;
      partial = [];
    }
    partial.push({ ...value, row });
  }
  yield { path, partial };
}
