import { writeJson } from './exact-json.ts';
import { fieldOf } from './field-index.ts';
import { emptyStruct, isKey, isPlainObject } from './fits-whole.ts';
import { pointerTo } from './json-pointer.ts';
import { siblingName } from './merge.ts';
import { columnName } from './names.ts';
import { observe, type ObserveRules } from './observe.ts';
import { msPerDay } from '../runtime/duration.ts';
import type { ColumnType, Field } from './types.ts';
import { ExactNumber, fitScalar, unfit } from './values.ts';

/** Called with each value that found no place: its JSON Pointer, like `/place/geo` or `/tags/2/name`, and the JSON value. */
export type Rescue = (path: string, value: unknown) => void;

export interface ConformOptions {
  readonly rules: ObserveRules;
  readonly path: string;
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
      ...options,
      path: pointerTo(options.path, index),
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
    const cell = isKey(key) ? conform(member, type, { ...options, path }) : unfit;
    if (cell === unfit) options.rescue(path, member);
    else result.set(key, cell);
  }
  return result;
}

function conformStruct(value: object, fields: readonly Field[], options: ConformOptions): unknown {
  const result = emptyStruct();
  const setField = (name: string, given: unknown, path: string): boolean => {
    const field = fieldOf(fields, name);
    if (field === undefined || result[name] !== undefined) return false;
    const cell = conform(given, field.type, { ...options, path });
    if (cell === unfit) return false;
    result[name] = cell;
    return true;
  };
  for (const [key, member] of Object.entries(value)) {
    if (member === null) continue;
    const path = pointerTo(options.path, key);
    const name = columnName(key);
    if (setField(name, member, path)) continue;
    const sibling = siblingOf(name, member, options.rules);
    if (sibling === undefined || !setField(sibling.name, sibling.value ?? member, path)) options.rescue(path, member);
  }
  return result;
}

/** Names the field for a value that the field of its own name can't hold. */
function siblingOf(name: string, value: unknown, rules: ObserveRules): { name: string; value?: string } | undefined {
  const observed = observe(value, undefined, rules);
  switch (observed?.form) {
    case 'plain':
      return { name: siblingName(name, observed.type) };
    case 'json':
      return { name: `${name}_json`, value: writeJson(value) };
    case 'exact':
      return { name: `${name}_string`, value: value instanceof ExactNumber ? value.text : '' };
    default:
      return undefined;
  }
}

function dateOf(value: unknown, unitMs: number): unknown {
  return typeof value === 'number' ? new Date(value * unitMs) : unfit;
}
