import type { NumberRule, ObserveRules } from '../../../schema/infer/observe.ts';
import { innermostElement, type ColumnType } from '../../../schema/types/column-type.ts';

/** The type a field's column has, or will have by a hint; it tells which values of the field share a column. */
type Known = ColumnType | undefined;

/** Types that hold some numbers; the others go elsewhere. */
const someNumbers: ReadonlySet<ColumnType['kind']> = new Set(['int', 'smallint', 'tinyint', 'decimal', 'float']);

/** How numbers go to the field's columns: all of them to one, or by whether they are integers; `undefined` where more of the value counts. */
export function numberRuleOf(known: Known, rules: ObserveRules): NumberRule | undefined {
  if (known?.kind === 'double') return 'double';
  if (known?.kind === 'bigint') return 'split';
  return known !== undefined && someNumbers.has(known.kind) ? undefined : rules.numbers;
}

/** Tells whether all numbers of the field that no double holds go to a column of their own, as their digits; a bigint column keeps integers of 64 bits. */
export function areDigitsApart(known: Known): boolean {
  return known === undefined || !someNumbers.has(known.kind);
}

/** Tells whether all objects of the field that tell no type go to a column of their own. */
export function areEmptiesApart(known: Known): boolean {
  return known?.kind !== 'struct' && known?.kind !== 'map';
}

/** Tells whether arrays of the field with a number that no double holds may have a type. */
export function mayDigitsHaveType(known: Known): boolean {
  if (known?.kind !== 'array') return false;
  const { kind } = innermostElement(known);
  return kind === 'bigint' || someNumbers.has(kind);
}
