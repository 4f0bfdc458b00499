import type { Column as GlueColumn, PartitionInput, StorageDescriptor, Table, TableInput } from '@aws-sdk/client-glue';
import type { CatalogPartition, CatalogTable, TableDefinition } from '../consumer/ports/lake.ts';
import { formatType, parseType } from '../schema/hive-ddl.ts';
import type { Column } from '../schema/types.ts';

const parquet = 'org.apache.hadoop.hive.ql.io.parquet';

/** Describes the table as Athena can read it: external, Parquet, its SerDe spelled out. */
export function tableInput({ name, columns, partitionKeys, location, parameters }: TableDefinition): TableInput {
  return {
    Name: name,
    TableType: 'EXTERNAL_TABLE',
    Parameters: { EXTERNAL: 'TRUE', classification: 'parquet', ...parameters },
    PartitionKeys: partitionKeys.map(toGlue),
    StorageDescriptor: storage(columns.map(toGlue), location),
  };
}

/** Describes a partition. It gets the table's columns of this moment; Athena finds columns by name. */
export function partitionInput(table: CatalogTable, { values, location }: CatalogPartition): PartitionInput {
  return { Values: [...values], StorageDescriptor: storage(table.columns.map(toGlue), location) };
}

export function fromTable(table: Table): CatalogTable {
  const location = table.StorageDescriptor?.Location ?? '';
  return {
    name: table.Name ?? '',
    columns: (table.StorageDescriptor?.Columns ?? []).map(fromGlue),
    partitionKeys: (table.PartitionKeys ?? []).map(fromGlue),
    location: location.endsWith('/') ? location : `${location}/`,
    parameters: table.Parameters ?? {},
    version: table.VersionId ?? '',
  };
}

/** Adds columns to the table's description; everything that others set on it stays as it is. */
export function updatedInput(
  table: Table,
  change: {
    readonly addColumns: readonly Column[];
    readonly replaceColumns: readonly Column[];
    readonly parameters: Readonly<Record<string, string>>;
  },
): TableInput {
  const { Name, Description, Owner, Retention, StorageDescriptor, PartitionKeys, TableType, Parameters } = table;
  const { ViewOriginalText, ViewExpandedText } = table;
  const replaced = new Map(change.replaceColumns.map((column) => [column.name, toGlue(column)]));
  const columns = (StorageDescriptor?.Columns ?? []).map((column) => replaced.get(column.Name ?? '') ?? column);
  return definedOnly({
    Name,
    Description,
    Owner,
    Retention,
    TableType,
    PartitionKeys,
    ViewOriginalText,
    ViewExpandedText,
    Parameters: { ...Parameters, ...change.parameters },
    StorageDescriptor: { ...StorageDescriptor, Columns: [...columns, ...change.addColumns.map(toGlue)] },
  });
}

function storage(columns: GlueColumn[], location: string): StorageDescriptor {
  return {
    Columns: columns,
    Location: location,
    InputFormat: `${parquet}.MapredParquetInputFormat`,
    OutputFormat: `${parquet}.MapredParquetOutputFormat`,
    SerdeInfo: {
      SerializationLibrary: `${parquet}.serde.ParquetHiveSerDe`,
      Parameters: { 'serialization.format': '1' },
    },
  };
}

function toGlue({ name, type, comment }: Column): GlueColumn {
  return { Name: name, Type: formatType(type), ...(comment !== undefined && { Comment: comment }) };
}

function fromGlue({ Name = '', Type = 'string', Comment }: GlueColumn): Column {
  return { name: Name.toLowerCase(), type: parseType(Type), ...(Comment !== undefined && { comment: Comment }) };
}

function definedOnly<T extends object>(
  value: { [Key in keyof T]: T[Key] | undefined } & { Name?: string | undefined },
): TableInput {
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return { Name: value.Name ?? '', ...Object.fromEntries(entries) };
}
