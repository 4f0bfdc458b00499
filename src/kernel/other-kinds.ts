import type { NumberRule } from '../schema/infer/observe.ts';
import { innermostElement, isNested, type ColumnType } from '../schema/types/column-type.ts';
import type { Address } from './kernel-calls.ts';
import * as kinds from './kinds.ts';
import type { Strictness } from './type-numbers.ts';

/** A field of a struct that takes what another one does not, and the kinds of values that it takes. */
export interface OtherField {
  readonly address: Address;
  readonly kinds: readonly number[];
}

/** Gives the kinds of scalars that a field of the type takes in place of another one. */
export function otherKinds(kind: ColumnType['kind'], numbers: NumberRule): readonly number[] {
  switch (kind) {
    case 'string':
      return [kinds.kindString, kinds.kindDigits];
    case 'double':
      return numbers === 'split' ? [kinds.kindNumber] : [kinds.kindNumber, kinds.kindInteger];
    case 'bigint':
      return numbers === 'split' ? [kinds.kindInteger] : [];
    case 'timestamp':
      return [kinds.kindTime];
    case 'date':
      return [kinds.kindDate];
    case 'boolean':
      return [kinds.kindTrue];
    default:
      return [];
  }
}

/** Gives the kinds of arrays and objects that are kept as JSON text at such a depth. */
export function jsonKinds(depth: number, { depthMax }: NonNullable<Strictness['rules']>): readonly number[] {
  if (depth >= depthMax) return [kinds.kindDeep];
  const untyped = [kinds.kindMixedArray, kinds.kindDigitsArray];
  return depth === depthMax - 1 ? [...untyped, kinds.kindLastArray] : untyped;
}

/** Kinds of values that have no type, so that none gets a field of its own name. */
export const untypedKinds: ReadonlySet<number> = new Set([
  kinds.kindDigits,
  kinds.kindMixedArray,
  kinds.kindDigitsArray,
  kinds.kindLastArray,
  kinds.kindDeep,
]);

/** Tells whether the type may hold such an array or object, though the kernel has not found that it does: it can't read integers of many digits, nor keys before they are learned. */
export function mayHold(type: ColumnType, kind: number): boolean {
  if (kind === kinds.kindDeep) return isNested(type);
  if (type.kind !== 'array') return false;
  if (kind === kinds.kindLastArray) return isNested(type.element);
  return kind === kinds.kindDigitsArray && innermostElement(type).kind === 'bigint';
}

/** Tells whether the type, one of arrays or structs, may be inferred at such a depth. */
export function isInferredNested(type: ColumnType, depth: number, rules: Strictness['rules']): boolean {
  if (rules === undefined || !isNested(type) || type.kind === 'map' || depth >= rules.depthMax) return false;
  if (type.kind !== 'array') return true;
  const { element } = type;
  if (isNested(element)) return isInferredNested(element, depth + 1, rules);
  return element.kind !== 'bigint' || rules.numbers === 'split';
}

/** Tells whether the value is an array or object that has nothing to tell a type, on at most so many levels. */
export function isEmpty(value: unknown, levels: number): boolean {
  if (levels <= 0 || typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.length === 0;
  return Object.values(value).every((member) => member === null || isEmpty(member, levels - 1));
}
