import { fieldOf } from '../types/field-index.ts';
import { sameType } from './merge-types.ts';
import type { ColumnType } from '../types/column-type.ts';

/** Tells whether the type is the other one, or that with more fields in its structs: what fits the other whole fits it whole. */
export function includesType(type: ColumnType, other: ColumnType): boolean {
  if (type === other) return true;
  if (type.kind === 'array' && other.kind === 'array') return includesType(type.element, other.element);
  if (type.kind === 'map' && other.kind === 'map') return includesType(type.value, other.value);
  if (type.kind !== 'struct' || other.kind !== 'struct') return sameType(type, other);
  return other.fields.every(({ name, type: inner }) => {
    const field = fieldOf(type.fields, name);
    return field !== undefined && includesType(field.type, inner);
  });
}
