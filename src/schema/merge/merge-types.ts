import { fieldIndex } from '../types/field-index.ts';
import { siblingName } from '../names/sibling.ts';
import { TypeRoom } from './type-room.ts';
import { noteWeight, weightOf, type TypeWeight } from '../types/type-weight.ts';
import { isNested, type ColumnType, type Field } from '../types/column-type.ts';
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
  return left === right ? left : merge(left, right, { rules, room: TypeRoom.ofColumn(left) });
}

interface Merging {
  readonly rules: WideningRules;
  readonly room: TypeRoom;
}

function merge(left: ColumnType, right: ColumnType, merging: Merging): ColumnType | undefined {
  if (left === right) return left;
  if (left.kind === 'struct' && right.kind === 'struct') return mergeFields(left, right.fields, merging);
  if (left.kind === 'array' && right.kind === 'array') {
    const element = mergeElements(left.element, right.element, merging);
    return element === left.element ? left : element && { kind: 'array', element };
  }
  if (left.kind === 'map' && right.kind === 'map') {
    const value = mergeElements(left.value, right.value, merging);
    return value === left.value ? left : value && { kind: 'map', value };
  }
  return sameType(left, right) ? left : widestOf(left, right, merging.rules);
}

function mergeElements(left: ColumnType, right: ColumnType, { rules, room }: Merging): ColumnType | undefined {
  return merge(left, right, { rules, room: room.ofElement(left) });
}

type Struct = Extract<ColumnType, { kind: 'struct' }>;

/** The struct with more fields, as far as there is room for them; itself when nothing is added. */
export function structOf(struct: Struct, additions: readonly Field[], rules: WideningRules = {}): Struct {
  return mergeFields(struct, additions, { rules, room: TypeRoom.ofColumn(struct) });
}

function mergeFields(struct: Struct, additions: readonly Field[], merging: Merging): Struct {
  const merger = new FieldMerger(struct, merging);
  for (const field of additions) merger.add(field);
  return merger.finish();
}

class FieldMerger {
  readonly #struct: Struct;
  readonly #merging: Merging;
  #fields: Field[] | undefined;
  /** Indexes of the fields that were added. */
  readonly #added = new Map<string, number>();
  /** That of the struct with what was added; `undefined`: nothing was. */
  #weight: TypeWeight | undefined;

  constructor(struct: Struct, merging: Merging) {
    this.#struct = struct;
    this.#merging = merging;
  }

  /** Merges the field with that of its name, or with its sibling; leaves it out when neither can take it. */
  add({ name, type }: Field): void {
    for (const target of [name, siblingName(name, type)]) {
      const index = this.#indexOf(target);
      const present = this.#current[index];
      if (present === undefined) return this.#append({ name: target, type });
      const merged = merge(present.type, type, this.#merging);
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
    const framed = characters + field.name.length + 2;
    if (!this.#merging.room.take(leaves, framed)) return;
    this.#grow(leaves, framed);
    this.#fields ??= [...this.#struct.fields];
    this.#added.set(field.name, this.#fields.push(field) - 1);
  }

  /** Replaces a field by one that has grown: of a nested type the room has been taken. */
  #replace(index: number, { name, type }: Field, merged: ColumnType): void {
    const before = weightOf(type);
    const after = weightOf(merged);
    const characters = after.characters - before.characters;
    if (!isNested(type) && !this.#merging.room.take(0, characters)) return;
    this.#grow(after.leaves - before.leaves, characters);
    this.#fields ??= [...this.#struct.fields];
    this.#fields[index] = { name, type: merged };
  }

  #grow(leaves: number, characters: number): void {
    const before = this.#weight ?? weightOf(this.#struct);
    this.#weight = { leaves: before.leaves + leaves, characters: before.characters + characters };
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
