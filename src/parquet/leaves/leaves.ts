import type { TableColumn } from '../../consumer/ports/columnar-table.ts';
import type { LeafColumn } from './leaf-column.ts';
import { valuesOf, type FlatData, type LeafValues } from './leaf-values.ts';
import { gatherLeaves } from './gather-leaves.ts';
import { shredJson, type JsonColumn, type ShredTools } from './shred-json.ts';
import { shred, type RowRange } from './shred.ts';
import { isNested, type LeafType } from '../../schema/types/column-type.ts';

/** Splits a column into its leaves, in the order of the schema, for the rows `[first, end)`; gives them one by one, to be read once. Lets the event loop turn when that takes long. */
export async function leavesOf(
  column: TableColumn,
  { first, end }: RowRange,
  tools: ShredTools,
): Promise<Iterable<LeafColumn>> {
  const { name, type, validity, compact } = column;
  // the rows are all rows
  if (compact !== undefined && compact.kind !== 'values' && !isNested(type) && first === 0 && end === validity?.length)
    return [flatLeaf({ name, type }, validity, presentOf(compact, type))];
  const { data } = column;
  if (data.kind === 'values') {
    const { json, valueAt } = data;
    const leaves =
      json &&
      (leavesAtHand({ name, type, json }, { first, end }, tools) ??
        (await shredJson({ name, type, json }, { first, end }, tools)));
    return leaves ?? shred({ name, type, valueAt, validity }, { first, end }, tools.turns);
  }
  if (isNested(type)) throw new RangeError(`${name}: a ${type.kind} without its leaves`);
  const values = valuesOf({ type, data, validity }, first, end);
  return [flatLeaf({ name, type }, validity?.subarray(first, end) ?? end - first, values)];
}

/** Gives the leaves of values that were shredded when they were read. */
function leavesAtHand(
  { name, type, json }: JsonColumn,
  { first, end }: RowRange,
  { kernel }: ShredTools,
): Iterable<LeafColumn> | undefined {
  const { leaves: values, valueIndexes } = json;
  return values && gatherLeaves({ name, type, values, valueIndexes: valueIndexes.subarray(first, end) }, kernel);
}

/** Makes the leaf of a column that is no array or struct: from the validity of its rows, or their number when all have a value. */
function flatLeaf(
  { name, type }: { readonly name: string; readonly type: LeafType },
  rows: Uint8Array | number,
  values: LeafValues,
): LeafColumn {
  const isDense = typeof rows === 'number';
  return {
    path: [name],
    type,
    entries: isDense ? rows : rows.length,
    definitionMax: 1,
    ...(!isDense && { definitions: rows }),
    repetitionMax: 0,
    values,
  };
}

/** Gives all values of a column that has no nulls. */
function presentOf(data: FlatData, type: LeafType): LeafValues {
  const { length } = data.kind === 'string' ? data.ids : data.values;
  return valuesOf({ type, data, validity: undefined }, 0, length);
}
