import { isMapLike } from './evolution.ts';
import { fitsWhole, isKey, isPlainObject } from '../values/fits-whole.ts';
import { areLongs } from './infer-longs.ts';
import { mergeTypes } from '../merge/merge-types.ts';
import { commonType } from '../infer/observe.ts';
import { weightOf } from '../types/type-weight.ts';
import type { ColumnType } from '../types/column-type.ts';

type Struct = Extract<ColumnType, { kind: 'struct' }>;
type MapType = Extract<ColumnType, { kind: 'map' }>;

/** Objects with fewer keys in all are structs. */
export const mapKeysMin = 20;
/** Keys are data where an object has at most this part of them on average. */
const shareMax = 0.1;
/** Structs are values of a map where at least this part of all their fields is in each of them on average. */
const likenessMin = 0.5;

/**
 * Finds the map that objects are rather than a struct, since their keys are data (ids, labels): they have many keys, of which each object has
 * few, or more than a struct has room for, and values of one type. `struct`: the type of all objects; `objects`: some of them.
 */
export function inferMap(struct: Struct, objects: readonly object[]): MapType | undefined {
  const keys = struct.fields.length;
  if (keys < mapKeysMin) return undefined;
  // empty objects tell nothing
  const entriesOf = objects.map((object) => Object.entries(object)).filter(({ length }) => length > 0);
  if (entriesOf.length === 0) return undefined;
  const entries = entriesOf.flat();
  const share = entries.length / entriesOf.length / keys;
  if (share > shareMax && !isMapLike(struct)) return undefined;
  const value = typeOfAll(
    struct,
    entries.map(([, member]) => member),
  );
  const holdsAll =
    value !== undefined &&
    entries.every(([key, member]) => isKey(key) && (member === null || fitsWhole(member, value)));
  return holdsAll ? { kind: 'map', value } : undefined;
}

/** Finds the one type of all fields. Objects are maps once more where keys of theirs are data, too; else structs that are alike, since any of them could be put together. */
function typeOfAll({ fields }: Struct, members: readonly unknown[]): ColumnType | undefined {
  if (areLongs(members)) return { kind: 'bigint' };
  let all = fields[0]?.type;
  let leaves = 0;
  for (const { type } of fields) {
    all = all && (mergeTypes(all, type) ?? commonType(all, type));
    leaves += weightOf(type).leaves;
  }
  if (all === undefined) return undefined;
  const map = all.kind === 'struct' ? inferMap(all, members.filter(isPlainObject)) : undefined;
  return map ?? (leaves >= likenessMin * fields.length * weightOf(all).leaves ? all : undefined);
}
