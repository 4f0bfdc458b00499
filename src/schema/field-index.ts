import type { Field } from './types.ts';

/** Structs of more fields are looked up by a map, once they have been asked for often enough to be worth one. */
const scannedFieldsMax = 8;
/** So often. A struct that grows with every element of an array is asked a few times only. */
const scansMax = 16;
const indexes = new WeakMap<readonly Field[], ReadonlyMap<string, number>>();

/** Finds the index of the field of that name, -1 when there is none. */
export function fieldIndex(fields: readonly Field[], name: string): number {
  if (fields.length > scannedFieldsMax) {
    const index = indexes.get(fields) ?? madeIndex(fields);
    if (index !== undefined) return index.get(name) ?? -1;
  }
  for (let index = 0; index < fields.length; index++) if (fields[index]?.name === name) return index;
  return -1;
}

/** Finds the field of that name. */
export function fieldOf(fields: readonly Field[], name: string): Field | undefined {
  return fields[fieldIndex(fields, name)];
}

/** Structs without a map that were asked for, as many as are asked in turns, and how often each was. */
const scanned: { fields: readonly Field[]; scans: number }[] = Array.from({ length: 8 }, () => ({
  fields: [],
  scans: 0,
}));
let next = 0;

/** Counts that the struct is asked for, and makes its map when that is often. */
function madeIndex(fields: readonly Field[]): ReadonlyMap<string, number> | undefined {
  const known = scanned.find((each) => each.fields === fields);
  if (known === undefined) {
    scanned[next] = { fields, scans: 1 };
    next = (next + 1) % scanned.length;
    return undefined;
  }
  if (++known.scans <= scansMax) return undefined;
  const index = new Map(fields.map(({ name }, at) => [name, at]));
  indexes.set(fields, index);
  return index;
}
