import { conform, type Rescue } from '../../schema/conform.ts';
import { weightOf } from '../../schema/type-weight.ts';
import { isNested, type ColumnType } from '../../schema/types.ts';
import { jsonValue, type DecodedColumn } from '../columns/decoded-column.ts';
import { PartialValues } from '../columns/partial-values.ts';
import { takeApart } from '../columns/take-apart.ts';
import { areEmpty } from './merge-empties.ts';
import { placeAt, type FitTools } from './rescue-members.ts';
import { workOn } from './value-work.ts';

/** The kernel takes types of more leaves apart at once, which takes more memory than objects do. */
export const jsonLeavesMax = 256;

/**
 * Gives of arrays or structs that tell no type what the column's type holds of them: nothing changes where each is empty, structs with members
 * become leaves. `undefined` for other columns, and where the kernel can't tell.
 */
export async function fitEmpties(
  column: DecodedColumn,
  type: ColumnType,
  tools: FitTools,
): Promise<DecodedColumn | undefined> {
  const { store, observed, name, count } = column;
  if (store.kind !== 'nested' || (observed.form !== 'empty-struct' && observed.form !== 'empty-array'))
    return undefined;
  if (isNested(type) && areEmpty(column)) return column;
  if (type.kind !== 'struct' || weightOf(type).leaves > jsonLeavesMax) return undefined;
  const { values } = store;
  const { rules, turns } = tools;
  const apart = await takeApart({ name, values, count, type }, rules, turns);
  if (apart === undefined) return undefined;
  const { leaves, hasRescued } = apart;
  if (hasRescued) await rescueEach(column, type, tools);
  const known = { areWhole: !hasRescued, ...(hasRescued && { rules, partial: new PartialValues() }) };
  return { ...column, observed: { form: 'plain', type }, store: { kind: 'nested', values, leaves, ...known } };
}

/** Rescues of each value the members that have no place. */
async function rescueEach(column: DecodedColumn, type: ColumnType, { rules, rescued, turns }: FitTools): Promise<void> {
  for (let at = 0; at < column.count; at++) {
    const { row, path } = placeAt(column, at);
    const rescue: Rescue = (pointer, member) => rescued.add(row, pointer, member);
    conform(jsonValue(column, at), type, { rules, path, depth: 1, rescue });
    if (turns.areDueAfter(workOn(column, at))) await turns.next();
  }
}
