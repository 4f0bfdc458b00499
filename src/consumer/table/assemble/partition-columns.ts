import type { Column } from '../../../schema/types/column-type.ts';
import type { ColumnarTable, FieldIds, TableColumn } from '../../ports/columnar-table.ts';
import { DictionaryBuilder } from '../../ports/dictionary-builder.ts';

export interface PartitionColumns {
  /** Partition keys of the table, and the values that all rows have for them. */
  readonly keys: readonly Column[];
  readonly values: readonly string[];
  /** Ids of the table's columns, where it knows them by ids. */
  readonly fieldIds: FieldIds | undefined;
}

/**
 * Makes the rows a file of a table that knows columns by ids: with these ids, and with the partition's values as columns. Some readers
 * of Iceberg compare a filter with the file's columns alone and find no row where the partition key is none (PyIceberg 0.12). A Hive
 * table's file has neither: a partition key must not be a column there.
 */
export function withPartitionColumns(
  table: ColumnarTable,
  { keys, values, fieldIds }: PartitionColumns,
): ColumnarTable {
  if (fieldIds === undefined) return table;
  const added = keys.map(({ name }, index) => constantColumn(name, values[index] ?? '', table.rowCount));
  return { ...table, columns: [...table.columns, ...added], fieldIds };
}

function constantColumn(name: string, value: string, rowCount: number): TableColumn {
  const dictionary = new DictionaryBuilder();
  dictionary.idOf(value);
  const data = { kind: 'string' as const, ids: new Int32Array(rowCount), dictionary: dictionary.finish() };
  return { name, type: { kind: 'string' }, data };
}
