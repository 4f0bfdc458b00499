import { columnName, nameLengthMax } from './column-name.ts';
import type { ColumnType } from '../types/column-type.ts';

/** Names the column or field for values of a type that the one of their name can't hold: `temperature_string`, as Glue's `make_cols` does. */
export function siblingName(name: string, type: ColumnType): string {
  return withSuffix(name, suffixOf(type));
}

/** A name that gets too long by it is written as that of such a field: who reads the name as a key finds the same one. */
function withSuffix(name: string, suffix: string): string {
  const whole = `${name}_${suffix}`;
  return whole.length > nameLengthMax ? columnName(whole) : whole;
}

/** Gives the name whose sibling for values of the type would be called so, if any. */
export function siblingOf(sibling: string, type: ColumnType): string | undefined {
  const suffix = `_${suffixOf(type)}`;
  return sibling.endsWith(suffix) ? sibling.slice(0, -suffix.length) : undefined;
}

/** Names the column or field for values that are kept as their JSON text. */
export function jsonName(name: string): string {
  return withSuffix(name, 'json');
}

/** Gives the name whose sibling for values that are kept as their JSON text would be called so, if any. */
export function baseOfJson(sibling: string): string | undefined {
  const suffix = jsonName('');
  return sibling.endsWith(suffix) ? sibling.slice(0, -suffix.length) : undefined;
}

/** Gives the names whose sibling for values of some type would be called so: `a_array` and `a` for `a_array_string`. */
export function basesOf(sibling: string): string[] {
  // of one that was cut, any beginning may be the whole name of another field
  if (cutName.test(sibling)) return Array.from(sibling.matchAll(/_/g), ({ index }) => sibling.slice(0, index));
  if (!suffixWord.test(sibling)) return [];
  let base = sibling.replace(suffixWord, '');
  const found = [base];
  while (base.endsWith('_array')) {
    base = base.slice(0, -'_array'.length);
    found.push(base);
  }
  return found;
}

/** A name that got too long. */
const cutName = /^.{200}_[0-9a-f]{8}$/;

/** The last word of a suffix; those of arrays have more before it. */
const suffixWord =
  /_(?:json|struct|map|string|double|float|bigint|int|smallint|tinyint|decimal|boolean|timestamp|date|binary)$/;

/** Names the column or field for numbers that are kept as their digits. */
export function digitsName(name: string): string {
  return withSuffix(name, 'string');
}

function suffixOf(type: ColumnType): string {
  return type.kind === 'array' ? `array_${suffixOf(type.element)}` : type.kind;
}
