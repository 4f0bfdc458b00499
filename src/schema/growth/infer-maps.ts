import { isMapLike } from './evolution.ts';
import { commonType } from '../infer/observe.ts';
import { fieldOf } from '../types/field-index.ts';
import { fitsWhole, isKey, isPlainObject } from '../values/fits-whole.ts';
import { mergeTypes } from '../merge/merge-types.ts';
import { columnName } from '../names/column-name.ts';
import { weightOf } from '../types/type-weight.ts';
import type { ColumnType, Field } from '../types/column-type.ts';

type Struct = Extract<ColumnType, { kind: 'struct' }>;

/** Objects with fewer keys in all are structs. */
const keysMin = 20;
/** Keys are data where an object has at most this part of them on average. */
const shareMax = 0.1;
/** Structs are values of a map where at least this part of all their fields is in each of them on average. */
const likenessMin = 0.5;
/** So many objects or elements within the sample tell what all are like. */
const valuesMax = 10_000;

/**
 * Finds the objects in a column whose keys are data (ids, labels) rather than names of fields: they have many keys, of which each object has
 * few, or more than a struct has room for, and values of one type. Answers with the column's type as far as it leads to them, and with a map
 * for each; `undefined` when there are none. `observed`: the type that was found with structs; `known`: what the table has of it, which stays as it is.
 * `sample`: some of the column's JSON values.
 */
export function inferMaps(
  observed: ColumnType,
  known: ColumnType | undefined,
  sample: readonly unknown[],
): ColumnType | undefined {
  if (!mayHoldMaps(observed, known)) return undefined;
  switch (observed.kind) {
    case 'array': {
      const elements = sample.filter(Array.isArray).flat().slice(0, valuesMax);
      const element = inferMaps(observed.element, elementOf(known), elements);
      return element && { kind: 'array', element };
    }
    case 'struct': {
      const objects = sample.filter(isPlainObject);
      const value = known === undefined ? valueOf(observed, objects) : undefined;
      return value === undefined ? inferInFields(observed, known, objects) : { kind: 'map', value };
    }
    default:
      return undefined;
  }
}

/** Tells whether there is a struct that the table doesn't have, with as many fields as a map has keys. */
export function mayHoldMaps(observed: ColumnType, known: ColumnType | undefined): boolean {
  if (observed === known) return false;
  if (observed.kind === 'array') return mayHoldMaps(observed.element, elementOf(known));
  if (observed.kind !== 'struct') return false;
  if (known === undefined && observed.fields.length >= keysMin) return true;
  const present = fieldsOf(known);
  return observed.fields.some(({ name, type }) => mayHoldMaps(type, fieldOf(present, name)?.type));
}

/** Tells whether objects are a map in one of the types and a struct in the other. */
export function differInMaps(left: ColumnType, right: ColumnType): boolean {
  if (left.kind === 'array') return right.kind === 'array' && differInMaps(left.element, right.element);
  if (left.kind === 'struct') {
    if (right.kind !== 'struct') return right.kind === 'map';
    return left.fields.some(({ name, type }) => {
      const other = fieldOf(right.fields, name);
      return other !== undefined && differInMaps(type, other.type);
    });
  }
  if (left.kind !== 'map') return false;
  return right.kind === 'map' ? differInMaps(left.value, right.value) : right.kind === 'struct';
}

function inferInFields(
  { fields }: Struct,
  known: ColumnType | undefined,
  objects: readonly object[],
): ColumnType | undefined {
  const present = fieldsOf(known);
  const found = fields.flatMap(({ name, type }) => {
    const ofKnown = fieldOf(present, name)?.type;
    if (!mayHoldMaps(type, ofKnown)) return [];
    const members = objects.flatMap((object) => membersOf(object, name)).slice(0, valuesMax);
    const inferred = inferMaps(type, ofKnown, members);
    return inferred === undefined ? [] : [{ name, type: inferred }];
  });
  return found.length === 0 ? undefined : { kind: 'struct', fields: found };
}

function membersOf(object: object, name: string): unknown[] {
  return Object.entries(object).flatMap(([key, member]) => (columnName(key) === name ? [member] : []));
}

function elementOf(type: ColumnType | undefined): ColumnType | undefined {
  return type?.kind === 'array' ? type.element : undefined;
}

function fieldsOf(type: ColumnType | undefined): readonly Field[] {
  return type?.kind === 'struct' ? type.fields : [];
}

/** Finds the type of a map's values, if the objects of the struct are maps. */
function valueOf(struct: Struct, objects: readonly object[]): ColumnType | undefined {
  const keys = struct.fields.length;
  if (keys < keysMin || objects.length === 0) return undefined;
  const entries = objects.flatMap((object) => Object.entries(object));
  const share = entries.length / objects.length / keys;
  if (share > shareMax && !isMapLike(struct)) return undefined;
  const value = typeOfAll(struct);
  const holdsAll =
    value !== undefined &&
    entries.every(([key, member]) => isKey(key) && (member === null || fitsWhole(member, value)));
  return holdsAll ? value : undefined;
}

/** Finds the one type of all fields: structs must be alike, since any of them could be put together. */
function typeOfAll({ fields }: Struct): ColumnType | undefined {
  let all = fields[0]?.type;
  let leaves = 0;
  for (const { type } of fields) {
    all = all && (mergeTypes(all, type) ?? commonType(all, type));
    leaves += weightOf(type).leaves;
  }
  return all !== undefined && leaves >= likenessMin * fields.length * weightOf(all).leaves ? all : undefined;
}
