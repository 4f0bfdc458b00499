import { fieldOf } from '../types/field-index.ts';
import { columnName } from '../names/column-name.ts';
import { msPerDay } from '../../runtime/duration.ts';
import type { ColumnType, Field } from '../types/column-type.ts';
import { ExactNumber, fitScalar, unfit } from './scalar-values.ts';

/** Tells whether the type holds the JSON value with all its members, none of them missing in it or in need of another place. */
export function fitsWhole(value: unknown, type: ColumnType): boolean {
  if (type.kind === 'array') {
    if (!Array.isArray(value)) return false;
    const { element } = type;
    for (const each of value) if (each !== null && !fitsWhole(each, element)) return false;
    return true;
  }
  if (type.kind !== 'struct' && type.kind !== 'map') return fitScalar(value, type) !== unfit;
  if (!isPlainObject(value)) return false;
  return type.kind === 'map' ? mapFits(value, type.value) : structFits(value, type.fields);
}

/** Tells whether the JSON value is an object. */
export function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}

/** Tells whether a map's key has UTF-8. */
export function isKey(key: string): boolean {
  return key.isWellFormed();
}

function mapFits(entries: object, type: ColumnType): boolean {
  return Object.entries(entries).every(([key, value]) => isKey(key) && (value === null || fitsWhole(value, type)));
}

/** Keys of objects with no more are compared one by one. */
const fewKeys = 16;

function structFits(value: object, fields: readonly Field[]): boolean {
  const keys = Object.keys(value);
  const seen = keys.length > fewKeys ? new Set<string>() : undefined;
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] ?? '';
    const member: unknown = Reflect.get(value, key);
    const name = columnName(key);
    // two keys of one name
    if (seen === undefined)
      for (let before = 0; before < at; before++) if (columnName(keys[before] ?? '') === name) return false;
    if (seen?.has(name) === true) return false;
    seen?.add(name);
    if (member === null) continue;
    const field = fieldOf(fields, name);
    if (field === undefined || !fitsWhole(member, field.type)) return false;
  }
  return true;
}

/**
 * Converts a JSON value that fits the type whole to what the encoder takes: times as Date, maps as Map, structs as objects without a
 * prototype, by field.
 * Values that are so already are not copied.
 */
export function wholeCell(value: unknown, type: ColumnType): unknown {
  if (value === null) return null;
  switch (type.kind) {
    case 'array':
      return Array.isArray(value) && !isAsItComes(type.element)
        ? value.map((each) => wholeCell(each, type.element))
        : value;
    case 'map':
      return new Map(Object.entries(Object(value)).map(([key, each]) => [key, wholeCell(each, type.value)]));
    case 'struct': {
      const result = emptyStruct();
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

/** Makes a struct or map without any value. It has no prototype: a field may be called `constructor`. */
export function emptyStruct(): Record<string, unknown> {
  return Object.create(null);
}

/** Tells whether the encoder takes values of the type as JSON has them. */
function isAsItComes({ kind }: ColumnType): boolean {
  return kind === 'double' || kind === 'string' || kind === 'boolean';
}

/** Tells whether the type or one inside it is of the kind. */
export function holds(type: ColumnType, kind: ColumnType['kind']): boolean {
  if (type.kind === 'array') return kind === 'array' || holds(type.element, kind);
  if (type.kind === 'map') return kind === 'map' || holds(type.value, kind);
  if (type.kind === 'struct') return kind === 'struct' || type.fields.some((field) => holds(field.type, kind));
  return type.kind === kind;
}
