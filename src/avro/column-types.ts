import { mergeTypes, structOf } from '../schema/merge/merge-types.ts';
import { columnName } from '../schema/names/column-name.ts';
import type { ColumnType, Field } from '../schema/types/column-type.ts';
import type { AvroField, AvroRecord, AvroType } from './avro-type.ts';
import { exactDigits } from './scalar-readers.ts';

/** Most types that are looked at: a dozen records that hold each other can be nested in more ways than anybody can wait for. */
const typesMax = { ofField: 10_000, ofAll: 50_000 };

/** How many types may still be looked at. */
interface Room {
  left: number;
}

class TooManyTypes extends Error {}

/**
 * Types of the fields of a record's JSON, by field; also where the records are in an array. What is left out is inferred from the values: null,
 * empty records, records within themselves, and fields of more types than can be looked at.
 */
export function fieldTypes(given: AvroType): Map<string, ColumnType> {
  const type = given.kind === 'array' ? given.items : given;
  const records = type.kind === 'union' ? type.branches : [type];
  const found = new Map<string, ColumnType>();
  const room: Room = { left: typesMax.ofAll };
  for (const record of records) if (record.kind === 'record') addFields(record, found, room);
  return found;
}

function addFields(record: AvroRecord, found: Map<string, ColumnType>, all: Room): void {
  for (const field of record.fields) {
    const type = typeOfField(field, record, all);
    if (type !== undefined) found.set(field.name, mergeWith(found.get(field.name), type));
  }
}

function typeOfField({ type }: AvroField, record: AvroRecord, all: Room): ColumnType | undefined {
  const given = Math.min(all.left, typesMax.ofField);
  const room: Room = { left: given };
  try {
    return columnType(type, [record], room);
  } catch (error) {
    if (error instanceof TooManyTypes) return undefined;
    throw error;
  } finally {
    all.left -= given - room.left;
  }
}

/** The type of both; where there is none, the first one stays, and values of the other go beside it. */
export function mergeWith(present: ColumnType | undefined, type: ColumnType): ColumnType {
  return present === undefined ? type : (mergeTypes(present, type) ?? present);
}

/** `outer`: the records around the type. */
function columnType(type: AvroType, outer: readonly AvroRecord[], room: Room): ColumnType | undefined {
  if (room.left === 0) throw new TooManyTypes();
  room.left--;
  switch (type.kind) {
    case 'null':
      return undefined;
    case 'boolean':
      return { kind: 'boolean' };
    case 'int':
      return type.logical === undefined ? { kind: 'bigint' } : { kind: type.logical === 'date' ? 'date' : 'string' };
    case 'long':
      if (type.logical === undefined) return { kind: 'bigint' };
      return { kind: type.logical === 'timestamp-millis' ? 'timestamp' : 'string' };
    case 'float':
    case 'double':
      return { kind: 'double' };
    case 'bytes':
    case 'fixed': {
      const { decimal } = type;
      return decimal === undefined || decimal.precision > exactDigits
        ? { kind: 'string' }
        : { kind: 'decimal', ...decimal };
    }
    case 'string':
    case 'enum':
      return { kind: 'string' };
    case 'array': {
      const element = columnType(type.items, outer, room);
      return element && { kind: 'array', element };
    }
    case 'map': {
      const value = columnType(type.values, outer, room);
      return value && { kind: 'map', value };
    }
    case 'union': {
      const types = type.branches.flatMap((branch) => columnType(branch, outer, room) ?? []);
      return types.length === 0 ? undefined : types.reduce(mergeWith);
    }
    case 'record':
      return structType(type, outer, room);
  }
}

function structType(record: AvroRecord, outer: readonly AvroRecord[], room: Room): ColumnType | undefined {
  if (outer.includes(record)) return undefined;
  const fields = record.fields.flatMap((field): Field[] => {
    const type = columnType(field.type, [...outer, record], room);
    return type === undefined ? [] : [{ name: columnName(field.name), type }];
  });
  return fields.length === 0 ? undefined : structOf({ kind: 'struct', fields: [] }, fields);
}
