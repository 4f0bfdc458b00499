import { fitsWhole } from '../values/fits-whole.ts';
import { fieldOf } from '../types/field-index.ts';
import { canMerge, mergeTypes, structOf } from '../merge/merge-types.ts';
import { columnName } from '../names/column-name.ts';
import { digitsName, jsonName, siblingName } from '../names/sibling.ts';
import { elementLeavesMax, leavesMax, weightOf } from '../types/type-weight.ts';
import type { ColumnType, Field } from '../types/column-type.ts';
import { widerType, type WideningRules } from '../merge/wider-type.ts';
import { hasRoomFor, isUntypedArray } from './untyped-values.ts';
import { ExactNumber, fitScalar, parseDate, parseTimestamp, unfit } from '../values/scalar-values.ts';

/**
 * A JSON value's meaning for the schema. `json`: it has no single type (mixed arrays, too deep, too wide) or no UTF-8, and is kept as its JSON
 * text. `exact`: a number kept as its digits. `empty-array`, `empty-struct` (all members null or empty): fits any array or struct, says nothing about its type.
 */
export type Observed =
  | { readonly form: 'plain'; readonly type: ColumnType }
  | { readonly form: 'json' | 'exact' | 'empty-array' | 'empty-struct' };

/** How numbers are inferred: all as double, or integers apart as bigint. */
export type NumberRule = 'double' | 'split';

export interface ObserveRules extends WideningRules {
  readonly numbers: NumberRule;
  readonly depthMax: number;
}

/** A struct without a field, one for all: its weight is known. */
const emptyStruct = { kind: 'struct', fields: [] } as const;
const json: Observed = { form: 'json' };
const exact: Observed = { form: 'exact' };
const plain = {
  boolean: scalar('boolean'),
  double: scalar('double'),
  bigint: scalar('bigint'),
  string: scalar('string'),
  timestamp: scalar('timestamp'),
  date: scalar('date'),
};

/**
 * Infers a JSON value's type, `undefined` for null. `known` is the type its field has already: a value that fits it, or a
 * wider one that it may become, gets that. One that it can't take, however it grows, gets the type that it has by itself: its sibling
 * is the same whatever came before.
 */
export function observe(
  value: unknown,
  known: ColumnType | undefined,
  rules: ObserveRules,
  depth = 1,
): Observed | undefined {
  if (value === null || value === undefined) return undefined;
  if (known !== undefined && fitsWhole(value, known)) return { form: 'plain', type: known };
  const wider = known && widerType(known, rules);
  if (wider !== undefined && fitScalar(value, wider) !== unfit) return { form: 'plain', type: wider };
  const observed = infer(value, known, rules, depth);
  if (known === undefined || typeof value !== 'object' || takes(known, observed, rules)) return observed;
  return infer(value, undefined, rules, depth);
}

/** A column or a struct's field, and what is there already. */
export interface KnownField {
  readonly name: string;
  /** Its type. */
  readonly known: ColumnType | undefined;
  /** Gives the types of those beside it. */
  readonly typeOf: (name: string) => ColumnType | undefined;
}

/** Infers the type of a field's value, as `observe` does. One that goes to a sibling which is there already gets its type, or that grown. */
export function observeField(
  value: unknown,
  { name, known, typeOf }: KnownField,
  rules: ObserveRules,
  depth = 1,
): Observed | undefined {
  const observed = observe(value, known, rules, depth);
  if (known === undefined || observed?.form !== 'plain' || canMerge(known, observed.type, rules)) return observed;
  const sibling = typeOf(siblingName(name, observed.type));
  const grown = sibling && observe(value, sibling, rules, depth);
  return sibling !== undefined && grown !== undefined && takes(sibling, grown, rules) ? grown : observed;
}

/** Tells whether the type, as it is or grown, has a place for what was observed. */
function takes(known: ColumnType, observed: Observed, rules: ObserveRules): boolean {
  switch (observed.form) {
    case 'plain':
      return canMerge(known, observed.type, rules);
    case 'empty-array':
      return known.kind === 'array';
    case 'empty-struct':
      return known.kind === 'struct' || known.kind === 'map';
    default:
      return false;
  }
}

function infer(value: unknown, known: ColumnType | undefined, rules: ObserveRules, depth: number): Observed {
  if (value instanceof ExactNumber) return exact;
  if (Array.isArray(value)) return observeArray(value, known, rules, depth);
  switch (typeof value) {
    case 'boolean':
      return plain.boolean;
    case 'number':
      return rules.numbers === 'split' && fitScalar(value, plain.bigint.type) !== unfit ? plain.bigint : plain.double;
    case 'string':
      return observeString(value);
    default:
      return observeObject(Object(value), known, rules, depth);
  }
}

const texts: ReadonlySet<ColumnType['kind']> = new Set(['string', 'timestamp', 'date']);
const numbers: ReadonlySet<ColumnType['kind']> = new Set(['bigint', 'double']);

function observeString(text: string): Observed {
  if (parseTimestamp(text) !== undefined) return plain.timestamp;
  if (parseDate(text) !== undefined) return plain.date;
  return text.isWellFormed() ? plain.string : json;
}

function observeArray(
  values: readonly unknown[],
  known: ColumnType | undefined,
  rules: ObserveRules,
  depth: number,
): Observed {
  if (depth >= rules.depthMax) return json;
  const elements = new ElementType(known?.kind === 'array' ? known.element : undefined, rules);
  for (const value of values) {
    const observed = observe(value, elements.typeFor(value), rules, depth + 1);
    if (observed !== undefined && !elements.add(observed, value)) return json;
  }
  if (!elements.holds(values)) return json;
  if (elements.type !== undefined && elements.isFound) {
    return { form: 'plain', type: { kind: 'array', element: elements.type } };
  }
  return values.length === 0 || known?.kind === 'array' ? { form: 'empty-array' } : json;
}

/** Finds the type of an array's elements, one after the other. */
class ElementType {
  readonly #rules: ObserveRules;
  /** The type that the column has. */
  readonly #known: ColumnType | undefined;
  /** The type of the elements so far: the known one, until an element has told one. */
  type: ColumnType | undefined;
  /** An element has told a type. */
  isFound = false;
  /** Elements had types that don't merge. */
  #isWidened = false;
  /** Elements that tell no type by themselves: they get that of the others. */
  readonly #untyped: unknown[] = [];

  constructor(known: ColumnType | undefined, rules: ObserveRules) {
    this.#known = known;
    this.type = known;
    this.#rules = rules;
  }

  /** Gives the type that an element's own is inferred with: an integer beyond 2^53 is one only where the table says so, whatever the elements before it are. */
  typeFor(value: unknown): ColumnType | undefined {
    return this.isFound && this.#rules.numbers === 'split' && holdsExact(value) ? this.#known : this.type;
  }

  /** Answers with false when there is no type of all elements. */
  add(observed: Observed, value: unknown): boolean {
    if (!isUntyped(observed, value)) return observed.form === 'plain' && this.#merge(observed.type);
    this.#untyped.push(value);
    return true;
  }

  /** Tells, once all were added, whether the type holds all elements. */
  holds(values: readonly unknown[]): boolean {
    const { type } = this;
    if (type === undefined) return this.#untyped.length === 0;
    if (!this.#untyped.every((value) => hasRoomFor(value, type))) return false;
    if (weightOf(type).leaves > elementLeavesMax) return false;
    // an integer that the table has may be none that a double holds
    return !this.#isWidened || fitsWhole(values, { kind: 'array', element: type });
  }

  #merge(observed: ColumnType): boolean {
    const { type } = this;
    const merged = type === undefined ? observed : mergeTypes(type, observed, this.#rules);
    const common = merged ?? (this.isFound && type !== undefined ? commonType(type, observed) : observed);
    if (common === undefined) return false;
    this.#isWidened ||= this.isFound && merged === undefined;
    this.type = common;
    this.isFound = true;
    // it only gets heavier, and each element that brings a field costs as much as it has fields
    return weightOf(common).leaves <= elementLeavesMax;
  }
}

/** Tells whether a value is, or has somewhere, a number that is kept as its digits. */
function holdsExact(value: unknown): boolean {
  if (value instanceof ExactNumber) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsExact);
}

function isUntyped({ form }: Observed, value: unknown): boolean {
  return form === 'empty-struct' || form === 'empty-array' || (form === 'json' && isUntypedArray(value));
}

/**
 * Finds the type of values of two types that don't merge, as an array's elements may be: a time or date among other text is text, an integer among other numbers a
 * double. `undefined` when there is none.
 */
export function commonType(one: ColumnType, other: ColumnType): ColumnType | undefined {
  if (one.kind === 'array' && other.kind === 'array') {
    const element = one.element === other.element ? one.element : commonType(one.element, other.element);
    return element && { kind: 'array', element };
  }
  if (texts.has(one.kind) && texts.has(other.kind)) return plain.string.type;
  return numbers.has(one.kind) && numbers.has(other.kind) ? plain.double.type : undefined;
}

function observeObject(value: object, known: ColumnType | undefined, rules: ObserveRules, depth: number): Observed {
  if (depth >= rules.depthMax) return json;
  if (known?.kind === 'map') return observeEntries(value, known.value, rules, depth);
  const knownFields = known?.kind === 'struct' ? known.fields : [];
  const typeOf = (name: string): ColumnType | undefined => fieldOf(knownFields, name)?.type;
  const keys = Object.keys(value);
  // so many members are entries of a map rather than fields
  if (keys.length > leavesMax) return json;
  const found: Field[] = [];
  for (const key of keys) {
    const name = columnName(key);
    const member: unknown = Reflect.get(value, key);
    const of = { name, known: typeOf(name), typeOf };
    const field = fieldFor(of, observeField(member, of, rules, depth + 1), rules);
    if (field !== undefined) found.push(field);
  }
  const type = structOf(emptyStruct, found, rules);
  return type.fields.length === 0 ? { form: 'empty-struct' } : { form: 'plain', type };
}

/** Finds the map that holds the values of the object's keys; those of another type have no place in it. */
function observeEntries(entries: object, known: ColumnType, rules: ObserveRules, depth: number): Observed {
  let value = known;
  for (const each of Object.values(entries)) {
    const observed = observe(each, value, rules, depth + 1);
    if (observed?.form === 'plain') value = mergeTypes(value, observed.type, rules) ?? value;
  }
  return { form: 'plain', type: { kind: 'map', value } };
}

/**
 * Gives the field that an observed member asks for: that of its name, or a sibling where that one has a type which can't become the member's;
 * `undefined` for a member that tells no type.
 */
export function fieldFor(
  { name, known }: KnownField,
  observed: Observed | undefined,
  rules: WideningRules,
): Field | undefined {
  switch (observed?.form) {
    case 'plain': {
      const { type } = observed;
      return { name: known === undefined || canMerge(known, type, rules) ? name : siblingName(name, type), type };
    }
    case 'json':
      return { name: jsonName(name), type: plain.string.type };
    case 'exact':
      return { name: digitsName(name), type: plain.string.type };
    default:
      return undefined;
  }
}

function scalar(kind: 'boolean' | 'double' | 'bigint' | 'string' | 'timestamp' | 'date') {
  return { form: 'plain', type: { kind } } as const;
}
