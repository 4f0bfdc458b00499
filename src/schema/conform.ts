import { writeJson } from './exact-json.ts';
import { fieldOf } from './field-index.ts';
import { emptyStruct, fitsWhole, isKey, isPlainObject } from './fits-whole.ts';
import { pointerTo } from './json-pointer.ts';
import { columnName } from './names.ts';
import { observeField, placeFor, type KnownField, type ObserveRules } from './observe.ts';
import { siblingName } from './sibling.ts';
import { msPerDay } from '../runtime/duration.ts';
import type { ColumnType, Field } from './types.ts';
import { ExactNumber, fitScalar, unfit } from './values.ts';

/** Called with each value that found no place: its JSON Pointer, like `/place/geo` or `/tags/2/name`, and the JSON value. */
export type Rescue = (path: string, value: unknown) => void;

export interface ConformOptions {
  readonly rules: ObserveRules;
  readonly path: string;
  /** Levels of nesting down to the value: 1 for that of a column. */
  readonly depth: number;
  readonly rescue: Rescue;
}

/**
 * Converts a JSON value to a value of the type, as the encoder takes it: times as Date, maps as Map, structs as objects without a prototype,
 * by field. `unfit` when it doesn't fit itself; members of structs and maps that don't are rescued one by one.
 */
export function conform(value: unknown, type: ColumnType, options: ConformOptions): unknown {
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case 'array':
      return Array.isArray(value) ? conformArray(value, type.element, options) : unfit;
    case 'map':
      return isPlainObject(value) ? conformMap(value, type.value, options) : unfit;
    case 'struct':
      return isPlainObject(value) ? conformStruct(value, type.fields, options) : unfit;
    case 'timestamp':
      return dateOf(fitScalar(value, type), 1);
    case 'date':
      return dateOf(fitScalar(value, type), msPerDay);
    default:
      return fitScalar(value, type);
  }
}

function conformArray(values: readonly unknown[], element: ColumnType, options: ConformOptions): unknown {
  const rescued: [string, unknown][] = [];
  const result = values.map((value, index) =>
    conform(value, element, {
      ...inside(options, pointerTo(options.path, index)),
      rescue: (path, member) => rescued.push([path, member]),
    }),
  );
  if (result.includes(unfit)) return unfit;
  for (const [path, member] of rescued) options.rescue(path, member);
  return result;
}

function conformMap(value: object, type: ColumnType, options: ConformOptions): unknown {
  const result = new Map<string, unknown>();
  for (const [key, member] of Object.entries(value)) {
    const path = pointerTo(options.path, key);
    const cell = isKey(key) ? conform(member, type, inside(options, path)) : unfit;
    if (cell === unfit) options.rescue(path, member);
    else result.set(key, cell);
  }
  return result;
}

function conformStruct(value: object, fields: readonly Field[], options: ConformOptions): unknown {
  const result = emptyStruct();
  const typeOf = (name: string): ColumnType | undefined => fieldOf(fields, name)?.type;
  const setField = ({ name, value: given }: MemberPlace, path: string): boolean => {
    const type = typeOf(name);
    if (type === undefined || result[name] !== undefined) return false;
    const cell = conform(given, type, inside(options, path));
    if (cell === unfit) return false;
    result[name] = cell;
    return true;
  };
  for (const [key, member] of Object.entries(value)) {
    if (member === null) continue;
    const path = pointerTo(options.path, key);
    const name = columnName(key);
    const places = placesOf(member, { name, known: typeOf(name), typeOf }, inside(options, path));
    if (!places.some((place) => setField(place, path))) options.rescue(path, member);
  }
  return result;
}

function inside(options: ConformOptions, path: string): ConformOptions {
  return { ...options, path, depth: options.depth + 1 };
}

/** A field's name, and a member as it goes there. */
interface MemberPlace {
  readonly name: string;
  readonly value: unknown;
}

/**
 * Finds the fields of a struct that may hold a member, as the struct has grown for it: what it asks for beside the field of its name (`known`);
 * that field, which may hold a part of it; what it asked for while there was none of its name.
 */
function* placesOf(member: unknown, field: KnownField, options: ConformOptions): Generator<MemberPlace> {
  const { name, known, typeOf } = field;
  if (known === undefined || !fitsWhole(member, known)) yield* askedFor(member, field, options);
  if (known === undefined) return;
  yield { name, value: member };
  yield* askedFor(member, { name, known: undefined, typeOf }, options);
}

function askedFor(member: unknown, field: KnownField, { rules, depth }: ConformOptions): MemberPlace[] {
  const observed = observeField(member, field, rules, depth);
  const asked = placeFor(field, observed, rules);
  if (asked === undefined) return [];
  const value = observed?.form === 'json' ? writeJson(member) : observed?.form === 'exact' ? digitsOf(member) : member;
  // that name may be another field's
  return [asked.name, siblingName(asked.name, asked.type)].map((name) => ({ name, value }));
}

function digitsOf(member: unknown): unknown {
  return member instanceof ExactNumber ? member.text : member;
}

function dateOf(value: unknown, unitMs: number): unknown {
  return typeof value === 'number' ? new Date(value * unitMs) : unfit;
}
