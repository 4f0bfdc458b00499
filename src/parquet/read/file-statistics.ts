import type { ColumnMetaData, FileMetaData, SchemaElement, Statistics } from 'hyparquet';
import type { FileStatistics, LeafStatistics } from '../../consumer/ports/parquet.ts';

/** Sums up what a footer says of its row groups. */
export function statisticsOf({ schema, num_rows: rows, row_groups: groups }: FileMetaData): FileStatistics {
  const leaves = schema.filter(({ type }) => type !== undefined);
  return {
    rowCount: Number(rows),
    rowGroupOffsets: groups.flatMap(({ columns: [first] }) =>
      first?.meta_data === undefined ? [] : [offsetOf(first.meta_data)],
    ),
    leaves: leaves.map((leaf, index) => ({
      ...leafOf(groups.flatMap(({ columns }) => columns[index]?.meta_data ?? [])),
      ...(leaf.field_id !== undefined && { fieldId: leaf.field_id }),
      ...(isMillis(leaf) && { isMillis: true as const }),
    })),
  };
}

function isMillis({ logical_type: logical, converted_type: converted }: SchemaElement): boolean {
  return converted === 'TIMESTAMP_MILLIS' || (logical?.type === 'TIMESTAMP' && logical.unit === 'MILLIS');
}

function offsetOf({ dictionary_page_offset: dictionary, data_page_offset: data }: ColumnMetaData): number {
  return Number(dictionary ?? data);
}

function leafOf(chunks: readonly ColumnMetaData[]): LeafStatistics {
  const nulls = chunks.map(({ statistics }) => statistics?.null_count);
  const bounds = boundsOf(chunks);
  return {
    path: chunks[0]?.path_in_schema ?? [],
    packedBytes: sum(chunks.map((chunk) => chunk.total_compressed_size)),
    values: sum(chunks.map((chunk) => chunk.num_values)),
    ...(nulls.every((count) => count !== undefined) && { nulls: sum(nulls) }),
    ...(bounds && { bounds }),
  };
}

/** Gives the bounds of all chunks; a chunk of nulls alone has none and needs none. */
function boundsOf(chunks: readonly ColumnMetaData[]): LeafStatistics['bounds'] {
  const filled = chunks.filter(({ statistics, num_values: values }) => statistics?.null_count !== values);
  const mins = filled.flatMap(({ statistics }) => valueOf(statistics, 'min_value'));
  const maxs = filled.flatMap(({ statistics }) => valueOf(statistics, 'max_value'));
  if (filled.length === 0 || mins.length < filled.length || maxs.length < filled.length) return undefined;
  return { min: mins.reduce((a, b) => (isBelow(b, a) ? b : a)), max: maxs.reduce((a, b) => (isBelow(a, b) ? b : a)) };
}

function valueOf(statistics: Statistics | undefined, key: 'min_value' | 'max_value'): unknown[] {
  const value: unknown = statistics?.[key];
  // NaN is no bound: whoever wrote it has compared nothing
  return value === undefined || Number.isNaN(value) ? [] : [value];
}

/** Compares values of one type; strings by their UTF-8 bytes, as readers do. */
function isBelow(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b;
  return Number(a) < Number(b);
}

function sum(numbers: readonly (number | bigint)[]): number {
  return numbers.reduce<number>((total, number) => total + Number(number), 0);
}
