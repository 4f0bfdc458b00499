import type { FileStatistics, LeafStatistics } from '../../consumer/ports/parquet.ts';
import type { IcebergSchema, IcebergStruct } from '../metadata/iceberg-schema.ts';
import type { DataFile } from './manifest.ts';
import { singleValue } from './single-value.ts';

/** What a manifest says of a file's columns, by field ids. */
export type ColumnMetrics = Pick<
  DataFile,
  'column_sizes' | 'value_counts' | 'null_value_counts' | 'lower_bounds' | 'upper_bounds'
>;

interface Leaf {
  readonly id: number;
  readonly type: string;
}

/**
 * Makes the metrics of a file's columns: those that the table's schema has, by the ids in the file or, in a file without, by their names.
 * What lies in lists and maps has none, as other writers do it.
 */
export function columnMetrics({ leaves }: FileStatistics, schema: IcebergSchema): ColumnMetrics {
  const known = leavesOf({ type: 'struct', fields: schema.fields });
  const byId = new Map(known.values().map((leaf) => [leaf.id, leaf]));
  const found = leaves.flatMap((statistics) => {
    const { fieldId, path } = statistics;
    const leaf = fieldId === undefined ? known.get(pathKey(path)) : byId.get(fieldId);
    return leaf === undefined ? [] : [{ leaf, statistics }];
  });
  const pairs = <Value>(valueOf: (leaf: Leaf, statistics: LeafStatistics) => Value | undefined) =>
    found.flatMap(({ leaf, statistics }) => {
      const value = valueOf(leaf, statistics);
      return value === undefined ? [] : [{ key: leaf.id, value }];
    });
  return {
    column_sizes: pairs((_, { packedBytes }) => packedBytes),
    value_counts: pairs((_, { values }) => values),
    null_value_counts: pairs((_, { nulls }) => nulls),
    lower_bounds: pairs(({ type }, { bounds }) => singleValue(bounds?.min, type)),
    upper_bounds: pairs(({ type }, { bounds }) => singleValue(bounds?.max, type)),
  };
}

/** The primitive fields of a struct and of the structs in it, by their paths. */
function leavesOf({ fields }: IcebergStruct, parents: readonly string[] = []): Map<string, Leaf> {
  const leaves = fields.flatMap(({ id, name, type }): [string, Leaf][] => {
    const path = [...parents, name];
    if (typeof type === 'string') return [[pathKey(path), { id, type }]];
    return type.type === 'struct' ? [...leavesOf(type, path)] : [];
  });
  return new Map(leaves);
}

function pathKey(path: readonly string[]): string {
  return JSON.stringify(path);
}
