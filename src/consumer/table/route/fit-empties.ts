import { pointerTo } from '../../../schema/json/json-pointer.ts';
import { weightOf } from '../../../schema/types/type-weight.ts';
import { isNested, type ColumnType } from '../../../schema/types/column-type.ts';
import { kernelLeavesMax } from '../../columns/builders/column-leaves.ts';
import type { DecodedColumn } from '../../columns/builders/decoded-column.ts';
import { PartialValues } from '../../columns/members/partial-values.ts';
import { shredColumn } from '../../columns/builders/shred-column.ts';
import { areEmpty } from './merge-empties.ts';
import { rescueMembers, type FitTools } from './rescue-members.ts';

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
  if (type.kind !== 'struct' || weightOf(type).leaves > kernelLeavesMax) return undefined;
  const { values } = store;
  const { rules, turns } = tools;
  const path = column.otherFields === undefined ? pointerTo('', column.field) : undefined;
  const shredded = await shredColumn({ name, values, count, type, path }, rules, turns);
  if (shredded === undefined) return undefined;
  const { leaves, partial } = shredded;
  const known = { ...column, observed: { form: 'plain' as const, type } };
  if (partial.length === 0) return { ...known, store: { kind: 'nested', values, leaves, areWhole: true } };
  await rescueMembers({ ...known, store: { kind: 'nested', values, leaves, areWhole: false, partial } }, type, tools);
  return {
    ...known,
    store: { kind: 'nested', values, leaves, areWhole: false, partial: new PartialValues(), rules },
  };
}
