import { columnName } from './names.ts';
import { msPerDay } from '../runtime/duration.ts';
import type { ColumnType, Field } from './types.ts';
import { ExactNumber, fitScalar, unfit } from './values.ts';

/** True when the type holds the JSON value with all its members: none would need another field. */
export function fitsWhole(value: unknown, type: ColumnType): boolean {
  if (type.kind === 'array') {
    if (!Array.isArray(value)) return false;
    const { element } = type;
    for (const each of value) if (each !== null && !fitsWhole(each, element)) return false;
    return true;
  }
  if (type.kind !== 'struct') return fitScalar(value, type) !== unfit;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof ExactNumber) return false;
  return structFits(value, type.fields);
}

function structFits(value: object, fields: readonly Field[]): boolean {
  const keys = Object.keys(value);
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] ?? '';
    const member: unknown = Reflect.get(value, key);
    if (member === null) continue;
    const name = columnName(key);
    const field = fieldOf(fields, name);
    if (field === undefined || !fitsWhole(member, field.type)) return false;
    // two keys can mean one field; objects have few
    for (let before = 0; before < at; before++) if (columnName(keys[before] ?? '') === name) return false;
  }
  return true;
}

/**
 * Converts a JSON value that fits the type whole (`fitsWhole`) to what the encoder reads: times as Date, structs with exactly the
 * type's fields. A value that needs no change is not copied.
 */
export function wholeCell(value: unknown, type: ColumnType): unknown {
  if (value === null) return null;
  switch (type.kind) {
    case 'array':
      return Array.isArray(value) && !isAsItComes(type.element)
        ? value.map((each) => wholeCell(each, type.element))
        : value;
    case 'struct': {
      const result: Record<string, unknown> = {};
      for (const { name } of type.fields) result[name] = null;
      for (const [key, member] of Object.entries(Object(value))) {
        const field = member === null ? undefined : fieldOf(type.fields, columnName(key));
        if (field !== undefined) result[field.name] = wholeCell(member, field.type);
      }
      return result;
    }
    case 'timestamp':
      return new Date(Number(fitScalar(value, type)));
    case 'date':
      return new Date(Number(fitScalar(value, type)) * msPerDay);
    default:
      return isAsItComes(type) ? value : fitScalar(value, type);
  }
}

function fieldOf(fields: readonly Field[], name: string): Field | undefined {
  for (const field of fields) if (field.name === name) return field;
  return undefined;
}

/** True when the encoder reads values of the type as JSON has them. */
function isAsItComes({ kind }: ColumnType): boolean {
  return kind === 'double' || kind === 'string' || kind === 'boolean';
}

/** True when the type, or a type nested in it, is of the kind. */
export function holds(type: ColumnType, kind: ColumnType['kind']): boolean {
  if (type.kind === 'array') return kind === 'array' || holds(type.element, kind);
  if (type.kind === 'struct') return kind === 'struct' || type.fields.some((field) => holds(field.type, kind));
  return type.kind === kind;
}
