import type { Column as GlueColumn, Table, TableInput } from '@aws-sdk/client-glue';
import type { IcebergField, IcebergSchema, IcebergType } from '../../iceberg/metadata/iceberg-schema.ts';
import type { StagedMetadata } from '../../iceberg/catalogs/metadata-file.ts';
import { pointerParameters } from '../../iceberg/metadata/table-parameters.ts';
import { currentSchema, type TableMetadata } from '../../iceberg/metadata/table-metadata.ts';
import { keptInput } from '../glue/glue-table.ts';

/**
 * Describes an Iceberg table as Athena, Spark and PyIceberg describe theirs: the parameters point to the metadata, the columns are for
 * those who look at the catalog.
 * Source: https://github.com/apache/iceberg/blob/main/aws/src/main/java/org/apache/iceberg/aws/glue/IcebergToGlueConverter.java
 */
export function icebergTableInput(name: string, { metadata, location }: StagedMetadata): TableInput {
  return {
    Name: name,
    TableType: 'EXTERNAL_TABLE',
    Parameters: pointerParameters(location),
    StorageDescriptor: { Location: metadata.location, Columns: columnsOf(metadata) },
  };
}

/** Points the table to other metadata; what others set on it in Glue stays as it is. */
export function movedTableInput(table: Table, previous: string, { metadata, location }: StagedMetadata): TableInput {
  const { Parameters, StorageDescriptor } = table;
  return {
    ...keptInput(table),
    Parameters: { ...Parameters, ...pointerParameters(location, previous) },
    StorageDescriptor: { ...StorageDescriptor, Location: metadata.location, Columns: columnsOf(metadata) },
  };
}

/** The columns of the current schema, then those that only older schemas have. */
function columnsOf(metadata: TableMetadata): GlueColumn[] {
  const current = currentSchema(metadata);
  const older = metadata.schemas.filter((schema) => schema !== current);
  const columns = new Map<string, GlueColumn>();
  const add = (schema: IcebergSchema, isCurrent: boolean): void => {
    for (const field of schema.fields)
      if (!columns.has(field.name)) columns.set(field.name, toGlueColumn(field, isCurrent));
  };
  add(current, true);
  for (const schema of older) add(schema, false);
  return [...columns.values()];
}

function toGlueColumn({ id, name, required, type, doc }: IcebergField, isCurrent: boolean): GlueColumn {
  return {
    Name: name,
    Type: hiveTypeOf(type),
    ...(doc !== undefined && { Comment: doc }),
    Parameters: {
      'iceberg.field.id': String(id),
      'iceberg.field.optional': String(!required),
      'iceberg.field.current': String(isCurrent),
    },
  };
}

const hiveTypes: ReadonlyMap<string, string> = new Map([
  ['long', 'bigint'],
  ['time', 'string'],
  ['uuid', 'string'],
  ['timestamptz', 'timestamp'],
]);

function hiveTypeOf(type: IcebergType): string {
  // decimal(9,2) is the same in both, fixed[16] is no type of Hive
  if (typeof type === 'string')
    return hiveTypes.get(type) ?? (type.startsWith('fixed') ? 'binary' : type.replaceAll(' ', ''));
  switch (type.type) {
    case 'struct':
      return `struct<${type.fields.map((field) => `${field.name}:${hiveTypeOf(field.type)}`).join(',')}>`;
    case 'list':
      return `array<${hiveTypeOf(type.element)}>`;
    case 'map':
      return `map<${hiveTypeOf(type.key)},${hiveTypeOf(type.value)}>`;
  }
}
