import type { Field } from './types.ts';

/** Structs of more fields are looked up by a map. */
const scannedFieldsMax = 8;
const indexes = new WeakMap<readonly Field[], ReadonlyMap<string, number>>();

/** Finds the index of the field of that name, -1 when there is none. */
export function fieldIndex(fields: readonly Field[], name: string): number {
  if (fields.length > scannedFieldsMax) return indexOf(fields).get(name) ?? -1;
  for (let index = 0; index < fields.length; index++) if (fields[index]?.name === name) return index;
  return -1;
}

/** Finds the field of that name. */
export function fieldOf(fields: readonly Field[], name: string): Field | undefined {
  return fields[fieldIndex(fields, name)];
}

function indexOf(fields: readonly Field[]): ReadonlyMap<string, number> {
  const present = indexes.get(fields);
  if (present !== undefined) return present;
  const made = new Map(fields.map(({ name }, index) => [name, index]));
  indexes.set(fields, made);
  return made;
}
