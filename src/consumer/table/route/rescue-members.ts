import type { Turns } from '../../../runtime/turns.ts';
import { conform, type Rescue } from '../../../schema/infer/conform.ts';
import { pointerTo } from '../../../schema/json/json-pointer.ts';
import type { ObserveRules } from '../../../schema/infer/observe.ts';
import type { ColumnType } from '../../../schema/types/column-type.ts';
import { fieldOfRow, jsonValue, rowOf, type DecodedColumn } from '../../columns/builders/decoded-column.ts';
import type { RescuedValues } from '../../columns/rescue/rescued-values.ts';

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

/** Rescues the members that had no place when the column's values were shredded. */
export async function rescueMembers(
  column: DecodedColumn,
  type: ColumnType,
  { rules, rescued, turns }: FitTools,
): Promise<void> {
  const { store } = column;
  if (store.kind !== 'nested' || store.partial === undefined) return;
  const { partial } = store;
  let { length: end } = partial;
  while (end > 0 && partial.indexAt(end - 1) >= column.count) end--;
  for (let first = 0; first < end;) {
    const known = partial.objectsFrom(first, Math.min(end, first + lotValues));
    if (known.indexes.length > 0) {
      rescued.addObjects({
        ...known,
        rows: known.indexes.map((index) => rowOf(column, index)),
        members: known.counts.reduce((sum, count) => sum + count, 0),
      });
    } else rescueOne(column, partial.indexAt(first), { type, rules, rescued });
    first += Math.max(1, known.indexes.length);
    if (turns.areDue) await turns.next();
  }
}

/** Values whose members are rescued at once. */
const lotValues = 4096;

function rescueOne(
  column: DecodedColumn,
  index: number,
  { type, rules, rescued }: Pick<FitTools, 'rules' | 'rescued'> & { readonly type: ColumnType },
): void {
  const { row, path } = placeAt(column, index);
  const rescue: Rescue = (pointer, member) => rescued.add(row, pointer, member);
  conform(jsonValue(column, index), type, { rules, path, depth: 1, rescue });
}
