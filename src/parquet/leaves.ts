import type { TableColumn } from '../consumer/ports/columnar-table.ts';
import type { LeafColumn } from './leaf-column.ts';
import { valuesOf } from './leaf-values.ts';
import { shredJson, type ShredTools } from './shred-json.ts';
import { shred, type RowRange } from './shred.ts';
import { isNested } from '../schema/types.ts';

/** Splits a column into its leaves, in the order of the schema, for the rows `[first, end)`. Lets the event loop turn when that takes long. */
export async function leavesOf(
  column: TableColumn,
  { first, end }: RowRange,
  tools: ShredTools,
): Promise<LeafColumn[]> {
  const { name, type, data, validity } = column;
  if (data.kind === 'values') {
    const { json, valueAt } = data;
    const leaves = json && (await shredJson({ name, type, json }, { first, end }, tools));
    return leaves ?? shred({ name, type, valueAt, validity }, { first, end }, tools.turns);
  }
  if (isNested(type)) throw new RangeError(`${name}: a ${type.kind} without its leaves`);
  return [
    {
      path: [name],
      type,
      entries: end - first,
      definitionMax: 1,
      ...(validity && { definitions: validity.subarray(first, end) }),
      repetitionMax: 0,
      values: valuesOf({ type, data, validity }, first, end),
    },
  ];
}
