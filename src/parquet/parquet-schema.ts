import type { SchemaElement } from 'hyparquet';
import type { FieldId, FieldIds, TableColumn } from '../consumer/ports/columnar-table.ts';
import { unreachable } from '../runtime/errors.ts';
import type { Field, LeafType } from '../schema/types/column-type.ts';

type Leaf = Pick<SchemaElement, 'type' | 'converted_type' | 'logical_type' | 'precision' | 'scale'>;

/** The unit in which a file has its times. */
export type TimestampUnit = 'millis' | 'micros';

/**
 * Makes the file's schema for the columns: everything optional but the keys of maps, lists and maps in the standard three levels. Fields that
 * `ids` has no id for get none.
 */
export function schemaOf(
  columns: readonly Pick<TableColumn, 'name' | 'type'>[],
  unit: TimestampUnit,
  ids?: FieldIds,
): SchemaElement[] {
  return [
    { name: 'schema', num_children: columns.length },
    ...columns.flatMap((column) => elementsOf(column, unit, ids?.get(column.name))),
  ];
}

function elementsOf({ name, type }: Field, unit: TimestampUnit, own?: FieldId): SchemaElement[] {
  const id = own && { field_id: own.id };
  const inner = own?.fields;
  switch (type.kind) {
    case 'struct':
      return [
        { name, repetition_type: 'OPTIONAL', num_children: type.fields.length, ...id },
        ...type.fields.flatMap((field) => elementsOf(field, unit, inner?.get(field.name))),
      ];
    case 'array':
      return [
        { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST', ...id },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        ...elementsOf({ name: 'element', type: type.element }, unit, inner?.get('element')),
      ];
    case 'map': {
      const key = inner?.get('key');
      return [
        { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'MAP', ...id },
        { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
        {
          name: 'key',
          repetition_type: 'REQUIRED',
          ...leafOf({ kind: 'string' }, unit),
          ...(key && { field_id: key.id }),
        },
        ...elementsOf({ name: 'value', type: type.value }, unit, inner?.get('value')),
      ];
    }
    default:
      return [{ name, repetition_type: 'OPTIONAL', ...leafOf(type, unit), ...id }];
  }
}

/** Gives the physical and logical type of a leaf as Athena engine 3 reads it for the Hive type. */
export function leafOf(type: LeafType, unit: TimestampUnit): Leaf {
  switch (type.kind) {
    case 'boolean':
      return { type: 'BOOLEAN' };
    case 'double':
      return { type: 'DOUBLE' };
    case 'float':
      return { type: 'FLOAT' };
    case 'bigint':
      return { type: 'INT64' };
    case 'int':
    case 'smallint':
    case 'tinyint':
      return { type: 'INT32' };
    case 'string':
      return { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };
    case 'binary':
      return { type: 'BYTE_ARRAY' };
    case 'timestamp':
      return {
        type: 'INT64',
        converted_type: unit === 'micros' ? 'TIMESTAMP_MICROS' : 'TIMESTAMP_MILLIS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: unit === 'micros' ? 'MICROS' : 'MILLIS' },
      };
    case 'date':
      return { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } };
    case 'decimal':
      return {
        type: 'INT64',
        converted_type: 'DECIMAL',
        precision: type.precision,
        scale: type.scale,
      };
    default:
      return unreachable(type);
  }
}
