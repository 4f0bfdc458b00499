import { writeJson } from '../json/exact-json.ts';
import { fieldOf } from '../types/field-index.ts';
import { fitsWhole, isKey, isPlainObject } from '../values/fits-whole.ts';
import { pointerTo } from '../json/json-pointer.ts';
import { columnName } from '../names/column-name.ts';
import { observeField, fieldFor, type KnownField, type ObserveRules } from './observe.ts';
import { siblingName } from '../names/sibling.ts';
import { leavesMax } from '../types/type-weight.ts';
import type { ColumnType, Field } from '../types/column-type.ts';
import { ExactNumber } from '../values/scalar-values.ts';

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
 * Gives of a JSON value what the type holds: the JSON of a value that fits it whole (`fitsWhole`). `undefined` when it doesn't fit itself; members
 * of structs and maps that don't are rescued one by one.
 */
export function conform(value: unknown, type: ColumnType, options: ConformOptions): string | undefined {
  if (value === null || value === undefined) return 'null';
  if (fitsWhole(value, type)) return writeJson(value);
  switch (type.kind) {
    case 'array':
      return Array.isArray(value) ? conformArray(value, type.element, options) : undefined;
    case 'map':
      return isPlainObject(value) ? conformMap(value, type.value, options) : undefined;
    case 'struct':
      return isPlainObject(value) ? conformStruct(value, type.fields, options) : undefined;
    default:
      return undefined;
  }
}

function conformArray(values: readonly unknown[], element: ColumnType, options: ConformOptions): string | undefined {
  const rescued: [string, unknown][] = [];
  const elements: string[] = [];
  for (const [index, value] of values.entries()) {
    const json = conform(value, element, {
      ...inside(options, pointerTo(options.path, index)),
      rescue: (path, member) => rescued.push([path, member]),
    });
    if (json === undefined) return undefined;
    elements.push(json);
  }
  for (const [path, member] of rescued) options.rescue(path, member);
  return `[${elements.join(',')}]`;
}

function conformMap(value: object, type: ColumnType, options: ConformOptions): string {
  const entries: string[] = [];
  for (const [key, member] of Object.entries(value)) {
    const path = pointerTo(options.path, key);
    const json = isKey(key) ? conform(member, type, inside(options, path)) : undefined;
    if (json === undefined) options.rescue(path, member);
    else entries.push(memberOf(key, json));
  }
  return `{${entries.join(',')}}`;
}

function conformStruct(value: object, fields: readonly Field[], options: ConformOptions): string {
  const members = new Map<string, string>();
  const typeOf = (name: string): ColumnType | undefined => fieldOf(fields, name)?.type;
  const setField = ({ name, value: given }: FieldCandidate, path: string): boolean => {
    const type = typeOf(name);
    if (type === undefined || members.has(name)) return false;
    const json = conform(given, type, inside(options, path));
    if (json === undefined) return false;
    members.set(name, json);
    return true;
  };
  for (const [key, member] of Object.entries(value)) {
    if (member === null) continue;
    const name = columnName(key);
    const known = typeOf(name);
    const fits = known !== undefined && fitsWhole(member, known);
    if (fits && !members.has(name)) {
      members.set(name, writeJson(member));
      continue;
    }
    const path = pointerTo(options.path, key);
    if (known?.kind === 'struct' && !members.has(name) && goesToStruct(member, options)) {
      members.set(name, conformStruct(member, known.fields, inside(options, path)));
      continue;
    }
    const candidates = candidatesFor(member, { name, known, typeOf }, { fits, options: inside(options, path) });
    if (!candidates.some((candidate) => setField(candidate, path))) options.rescue(path, member);
  }
  return `{${Array.from(members, ([name, json]) => memberOf(name, json)).join(',')}}`;
}

/** Tells whether a struct's member is an object that goes to the struct of its name, whatever of it has a place there. */
function goesToStruct(member: unknown, { rules, depth }: ConformOptions): member is object {
  return isPlainObject(member) && depth + 1 < rules.depthMax && Object.keys(member).length <= leavesMax;
}

function memberOf(name: string, json: string): string {
  return `${JSON.stringify(name)}:${json}`;
}

function inside(options: ConformOptions, path: string): ConformOptions {
  return { ...options, path, depth: options.depth + 1 };
}

/** A field that may hold a member, by its name, and the member as it would go there. */
interface FieldCandidate {
  readonly name: string;
  readonly value: unknown;
}

/**
 * Finds the fields of a struct that may hold a member, best first, as the struct has grown for it: what it asks for beside the field of its name (`known`);
 * that field, which may hold a part of it; what it asked for while there was none of its name. `fits`: that field holds it whole.
 */
function* candidatesFor(
  member: unknown,
  field: KnownField,
  { fits, options }: { readonly fits: boolean; readonly options: ConformOptions },
): Generator<FieldCandidate> {
  const { name, known, typeOf } = field;
  if (!fits) yield* askedFor(member, field, options);
  if (known === undefined) return;
  yield { name, value: member };
  yield* askedFor(member, { name, known: undefined, typeOf }, options);
}

function askedFor(member: unknown, field: KnownField, { rules, depth }: ConformOptions): FieldCandidate[] {
  const observed = observeField(member, field, rules, depth);
  const asked = fieldFor(field, observed, rules);
  if (asked === undefined) return [];
  const value = observed?.form === 'json' ? writeJson(member) : observed?.form === 'exact' ? digitsOf(member) : member;
  // that name may be another field's
  return [asked.name, siblingName(asked.name, asked.type)].map((name) => ({ name, value }));
}

function digitsOf(member: unknown): unknown {
  return member instanceof ExactNumber ? member.text : member;
}
