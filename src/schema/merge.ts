import { fieldIndex } from './field-index.ts';
import { siblingName } from './sibling.ts';
import { elementLeavesMax, isLight, noteWeight, weightOf, type TypeWeight } from './type-weight.ts';
import type { ColumnType, Field } from './types.ts';
import { widestOf, type WideningRules } from './wider-type.ts';

/**
 * Finds the type that holds the values of both: of two structs all fields, of two arrays or maps the merged elements. `undefined` when there is none.
 * A field that conflicts inside a struct gets a sibling, as a column does. A type does not grow beyond the limits of `type-weight.ts`: fields
 * that it has no room for are left out, and their values have no place in it.
 * Of two numbers the wider type is found where the rules allow it.
 */
export function mergeTypes(left: Struct, right: ColumnType, rules?: WideningRules): Struct | undefined;
export function mergeTypes(left: ColumnType, right: ColumnType, rules?: WideningRules): ColumnType | undefined;
export function mergeTypes(left: ColumnType, right: ColumnType, rules: WideningRules = {}): ColumnType | undefined {
  if (left === right) return left;
  if (left.kind === 'struct' && right.kind === 'struct') return structOf(left, right.fields, rules);
  if (left.kind === 'array' && right.kind === 'array') {
    const element = mergeElements(left.element, right.element, rules);
    return element === left.element ? left : element && { kind: 'array', element };
  }
  if (left.kind === 'map' && right.kind === 'map') {
    const value = mergeElements(left.value, right.value, rules);
    return value === left.value ? left : value && { kind: 'map', value };
  }
  return sameType(left, right) ? left : widestOf(left, right, rules);
}

function mergeElements(left: ColumnType, right: ColumnType, rules: WideningRules): ColumnType | undefined {
  const merged = mergeTypes(left, right, rules);
  return merged === undefined || weightOf(merged).leaves <= elementLeavesMax ? merged : left;
}

type Struct = Extract<ColumnType, { kind: 'struct' }>;

/** The struct with more fields, as far as there is room for them; itself when nothing is added. */
export function structOf(struct: Struct, additions: readonly Field[], rules: WideningRules = {}): Struct {
  const merger = new FieldMerger(struct, rules);
  for (const field of additions) merger.add(field);
  return merger.finish();
}

class FieldMerger {
  readonly #struct: Struct;
  readonly #rules: WideningRules;
  #fields: Field[] | undefined;
  /** Indexes of the fields that were added. */
  readonly #added = new Map<string, number>();
  /** That of the struct with what was added; `undefined`: nothing was. */
  #weight: TypeWeight | undefined;

  constructor(struct: Struct, rules: WideningRules) {
    this.#struct = struct;
    this.#rules = rules;
  }

  /** Merges the field with that of its name, or beside it; leaves it out when neither place is free. */
  add({ name, type }: Field): void {
    for (const place of [name, siblingName(name, type)]) {
      const index = this.#indexOf(place);
      const present = this.#current[index];
      if (present === undefined) return this.#append({ name: place, type });
      const merged = mergeTypes(present.type, type, this.#rules);
      if (merged === present.type) return;
      if (merged !== undefined) return this.#replace(index, present, merged);
    }
  }

  finish(): Struct {
    if (this.#fields === undefined) return this.#struct;
    const struct: Struct = { kind: 'struct', fields: this.#fields };
    if (this.#weight !== undefined) noteWeight(struct, this.#weight);
    return struct;
  }

  get #current(): readonly Field[] {
    return this.#fields ?? this.#struct.fields;
  }

  #indexOf(name: string): number {
    return this.#added.get(name) ?? fieldIndex(this.#struct.fields, name);
  }

  #append(field: Field): void {
    const { leaves, characters } = weightOf(field.type);
    if (!this.#grows(leaves, characters + field.name.length + 2)) return;
    this.#fields ??= [...this.#struct.fields];
    this.#added.set(field.name, this.#fields.push(field) - 1);
  }

  #replace(index: number, { name, type }: Field, merged: ColumnType): void {
    const before = weightOf(type);
    const after = weightOf(merged);
    if (!this.#grows(after.leaves - before.leaves, after.characters - before.characters)) return;
    this.#fields ??= [...this.#struct.fields];
    this.#fields[index] = { name, type: merged };
  }

  #grows(leaves: number, characters: number): boolean {
    const before = this.#weight ?? weightOf(this.#struct);
    const weight = { leaves: before.leaves + leaves, characters: before.characters + characters };
    if (!isLight(weight)) return false;
    this.#weight = weight;
    return true;
  }
}

/** Tells whether there is a type that holds the values of both, as `mergeTypes` finds it. */
export function canMerge(left: ColumnType, right: ColumnType, rules: WideningRules = {}): boolean {
  if (left.kind === 'struct' && right.kind === 'struct') return true;
  if (left.kind === 'array' && right.kind === 'array') return canMerge(left.element, right.element, rules);
  if (left.kind === 'map' && right.kind === 'map') return canMerge(left.value, right.value, rules);
  return sameType(left, right) || widestOf(left, right, rules) !== undefined;
}

export function sameType(left: ColumnType, right: ColumnType): boolean {
  if (left.kind === 'array' && right.kind === 'array') return sameType(left.element, right.element);
  if (left.kind === 'map' && right.kind === 'map') return sameType(left.value, right.value);
  if (left.kind === 'struct' && right.kind === 'struct') {
    return (
      left.fields.length === right.fields.length &&
      left.fields.every((field, index) => {
        const other = right.fields[index];
        return other !== undefined && other.name === field.name && sameType(field.type, other.type);
      })
    );
  }
  if (left.kind === 'decimal' && right.kind === 'decimal') {
    return left.precision === right.precision && left.scale === right.scale;
  }
  return left.kind === right.kind;
}
