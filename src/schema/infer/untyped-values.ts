import type { ColumnType } from '../types/column-type.ts';

/** Tells whether a value is an array in which nothing tells a type: only nulls, objects of nulls and empties, and arrays of such or of nothing. */
export function isUntypedArray(value: unknown): boolean {
  return Array.isArray(value) && value.every((element) => isUntypedArray(element) || isEmpty(element));
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object') return false;
  return value === null || (Array.isArray(value) ? value.length === 0 : Object.values(value).every(isEmpty));
}

/** Tells whether the type has room for a value in which nothing tells one: whether it has arrays where that has them, and structs where that has objects. */
export function hasRoomFor(value: unknown, type: ColumnType): boolean {
  if (value === null) return true;
  if (!Array.isArray(value)) return type.kind === 'struct';
  return type.kind === 'array' && value.every((element) => hasRoomFor(element, type.element));
}
