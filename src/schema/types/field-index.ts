import type { Field } from './column-type.ts';

/** Structs of more fields are looked up by a map, once they have been asked for often enough to be worth one. */
const scannedFieldsMax = 8;
/** So often. A struct that grows with every element of an array is asked a few times only. */
const scansMax = 16;
/** How often structs were asked for, or their maps. */
const asked = new WeakMap<readonly Field[], number | ReadonlyMap<string, number>>();

/** Finds the index of the field of that name, -1 when there is none. */
export function fieldIndex(fields: readonly Field[], name: string): number {
  if (fields.length > scannedFieldsMax) {
    const index = indexOf(fields);
    if (index !== undefined) return index.get(name) ?? -1;
  }
  for (let index = 0; index < fields.length; index++) if (fields[index]?.name === name) return index;
  return -1;
}

/** Finds the field of that name. */
export function fieldOf(fields: readonly Field[], name: string): Field | undefined {
  return fields[fieldIndex(fields, name)];
}

/** Gives the map of a struct that is asked for often. */
function indexOf(fields: readonly Field[]): ReadonlyMap<string, number> | undefined {
  const known = asked.get(fields) ?? 0;
  if (typeof known !== 'number') return known;
  const index = known < scansMax ? undefined : new Map(fields.map(({ name }, at) => [name, at]));
  asked.set(fields, index ?? known + 1);
  return index;
}
