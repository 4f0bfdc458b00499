import type {
  Column as GlueColumn,
  Partition,
  PartitionInput,
  StorageDescriptor,
  Table,
  TableInput,
} from '@aws-sdk/client-glue';
import { changedParameters } from '../../consumer/ports/catalog-rules.ts';
import type {
  CatalogPartition,
  CatalogTable,
  RegisteredPartition,
  TableDefinition,
  TableGrowth,
} from '../../consumer/ports/lake.ts';
import { foldNames } from '../../schema/names/fold-names.ts';
import { formatType, parseType } from '../../schema/types/hive-ddl.ts';
import { messageOf, PipelineError } from '../../runtime/errors.ts';
import type { Column, ColumnType } from '../../schema/types/column-type.ts';

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
  const otherKind = otherKindOf(table);
  const { Name: name = '' } = table;
  // what we don't write to may have columns of types that we don't know
  const columns = otherKind === undefined ? (table.StorageDescriptor?.Columns ?? []) : [];
  return {
    name,
    ...(otherKind !== undefined && { otherKind }),
    columns: columns.map((column) => fromGlue(name, column)),
    partitionKeys: (table.PartitionKeys ?? []).map((column) => fromGlue(name, column)),
    location: location.endsWith('/') ? location : `${location}/`,
    parameters: table.Parameters ?? {},
    version: table.VersionId ?? '',
  };
}

/** Adds columns to the table's description; everything that others set on it stays as it is. */
export function updatedInput(table: Table, change: TableGrowth): TableInput {
  const { addColumns, replaceColumns = [] } = change;
  const { StorageDescriptor, Parameters = {} } = table;
  const replaced = new Map(replaceColumns.map((column) => [column.name, toGlue(column)]));
  const columns = (StorageDescriptor?.Columns ?? []).map((column) => replaced.get(column.Name ?? '') ?? column);
  return {
    ...keptInput(table),
    Parameters: changedParameters(Parameters, change),
    StorageDescriptor: { ...StorageDescriptor, Columns: [...columns, ...addColumns.map(toGlue)] },
  };
}

/** Describes the table as it is: Glue forgets what an update leaves out. */
export function keptInput(table: Table): TableInput {
  const { Name, Description, Owner, Retention, StorageDescriptor, PartitionKeys, TableType, Parameters } = table;
  const { ViewOriginalText, ViewExpandedText } = table;
  return definedOnly({
    Name,
    Description,
    Owner,
    Retention,
    TableType,
    PartitionKeys,
    ViewOriginalText,
    ViewExpandedText,
    Parameters,
    StorageDescriptor,
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

/** What the table is when it is no external table of Parquet files. */
function otherKindOf({ TableType, Parameters, StorageDescriptor }: Table): string | undefined {
  const format = Parameters?.['table_type'];
  if (format !== undefined) return `a table of the format ${format}`;
  if (TableType === 'VIRTUAL_VIEW') return 'a view';
  if (TableType !== undefined && TableType !== 'EXTERNAL_TABLE') return `of the type ${TableType}`;
  const source = Parameters?.['spark.sql.sources.provider'] ?? 'parquet';
  if (source.toLowerCase() !== 'parquet') return `a table of the format ${source}`;
  return StorageDescriptor === undefined ? 'a table of no SerDe' : otherStorageOf(StorageDescriptor, Parameters);
}

/** Gives a partition as the catalog has it. */
export function fromPartition({ Values = [], StorageDescriptor = {} }: Partition): RegisteredPartition {
  const otherKind = otherStorageOf(StorageDescriptor);
  const types = typesOf(StorageDescriptor);
  return {
    values: Values,
    location: StorageDescriptor.Location ?? '',
    types,
    ...(otherKind !== undefined && { otherKind }),
  };
}

/** Gives the types of a partition's own columns by name. */
export function typesOf({ Columns = [] }: StorageDescriptor): Map<string, string> {
  return new Map(Columns.map(({ Name = '', Type = '' }) => [Name, Type]));
}

/** Engines may read such files by position, or by numbers in their names. */
export function otherStorageOf(
  { SerdeInfo, InputFormat, NumberOfBuckets = 0 }: StorageDescriptor,
  parameters: Readonly<Record<string, string>> = {},
): string | undefined {
  const serde = SerdeInfo?.SerializationLibrary ?? 'no SerDe';
  if (!serde.startsWith(`${parquet}.serde.`)) return `a table of ${serde}`;
  const properties = { ...parameters, ...SerdeInfo?.Parameters };
  if (properties['parquet.column.index.access']?.toLowerCase() === 'true')
    return 'a table whose columns are found by position (parquet.column.index.access)';
  if (InputFormat !== undefined && InputFormat !== `${parquet}.MapredParquetInputFormat`)
    return `a table of ${InputFormat}`;
  // Spark keeps its own number beside the catalog's
  const buckets = Math.max(NumberOfBuckets, Number(parameters['spark.sql.sources.schema.numBuckets'] ?? 0));
  return buckets > 0 ? `a table of ${buckets} buckets` : undefined;
}

function fromGlue(table: string, { Name = '', Type = 'string', Comment }: GlueColumn): Column {
  const name = Name.toLowerCase();
  return { name, type: readType(table, name, Type), ...(Comment !== undefined && { comment: Comment }) };
}

function readType(table: string, column: string, type: string): ColumnType {
  try {
    return foldNames(parseType(type));
  } catch (error) {
    throw new PipelineError('TABLE_MISMATCH', {
      message: `the table ${table} has the column ${column} of the type ${type}, which is not supported: ${messageOf(error)}`,
      retryable: false,
      details: { table, column },
      hint: 'set LAKE_TABLE to a new name',
      cause: error,
    });
  }
}

function definedOnly<T extends object>(
  value: { [Key in keyof T]: T[Key] | undefined } & { Name?: string | undefined },
): TableInput {
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return { Name: value.Name ?? '', ...Object.fromEntries(entries) };
}
