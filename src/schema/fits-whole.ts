import { columnName } from './names.ts';
import type { ColumnType, Field } from './types.ts';
import { ExactNumber, fitScalar, unfit } from './values.ts';

/** Whether the type holds the JSON value with all its parts, none of them missing in it or in need of another place. */
export function fitsWhole(value: unknown, type: ColumnType): boolean {
  if (type.kind === 'array') {
    if (!Array.isArray(value)) return false;
    const { element } = type;
    for (const each of value) if (each !== null && !fitsWhole(each, element)) return false;
    return true;
  }
  if (type.kind !== 'struct') return fitScalar(value, type) !== unfit;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof ExactNumber) return false;
  return structFits(value, type.fields);
}

function structFits(value: object, fields: readonly Field[]): boolean {
  const taken = new Set<string>();
  for (const [key, member] of Object.entries(value)) {
    if (member === null) continue;
    const name = columnName(key);
    const field = fields.find((each) => each.name === name);
    if (field === undefined || taken.has(name) || !fitsWhole(member, field.type)) return false;
    taken.add(name);
  }
  return true;
}
