import type { TableColumn } from '../consumer/ports/columnar-table.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { valuesOf, type LeafValues } from './leaf-values.ts';
import type { LeafType } from './parquet-schema.ts';
import { shredJson } from './shred-json.ts';
import { shred } from './shred.ts';

/**
 * One leaf of the file's schema with its entries: a row has one, or as many as the arrays around the leaf have elements (and one for
 * none). Source: https://parquet.apache.org/docs/file-format/nestedencoding/
 */
export interface LeafColumn {
  readonly path: readonly string[];
  readonly type: LeafType;
  readonly entries: number;
  /** Definition level of an entry that has a value; a lower one says which part around it is missing. */
  readonly definitionMax: number;
  /** By entry; left out when all have a value. */
  readonly definitions?: Uint8Array;
  readonly repetitionMax: number;
  /** By entry, 0 where a row begins; left out when every entry is a row. */
  readonly repetitions?: Uint8Array;
  /** Of the entries that have one. */
  readonly values: LeafValues;
}

/** The leaves of a column, in the order of the schema, for the rows `[first, end)`. */
export function leavesOf(column: TableColumn, first: number, end: number, kernel: Kernel): LeafColumn[] {
  const { name, type, data, validity } = column;
  if (data.kind === 'values') {
    const { json, valueAt } = data;
    const leaves = json && shredJson({ name, type, json }, first, end, kernel);
    return leaves ?? shred({ name, type, valueAt, validity }, first, end);
  }
  if (type.kind === 'array' || type.kind === 'struct')
    throw new RangeError(`${name}: a ${type.kind} without its parts`);
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
