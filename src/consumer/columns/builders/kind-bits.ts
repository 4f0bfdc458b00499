import * as kinds from '../../../kernel/kinds.ts';

/** Gives the bit of a kind in a set of kinds. */
export const bitOf = (kind: number): number => 1 << kind;
/** Tells whether a kind is in a set of kinds. */
export const has = (kindBits: number, kind: number | undefined): boolean =>
  kind !== undefined && (kindBits & bitOf(kind)) !== 0;
// sets of kinds of scanned values
export const numbers = bitOf(kinds.kindNumber);
export const integers = bitOf(kinds.kindInteger);
/** Integers that no double holds, but 64 bits do. */
export const longs = bitOf(kinds.kindLong);
export const anyNumbers = numbers | integers | longs;
export const strings = bitOf(kinds.kindString);
export const times = bitOf(kinds.kindTime);
export const dates = bitOf(kinds.kindDate);
export const anyStrings = strings | times | dates;
export const booleans = bitOf(kinds.kindTrue) | bitOf(kinds.kindFalse);
export const digits = bitOf(kinds.kindDigits);
export const scalarKinds = [
  kinds.kindFalse,
  kinds.kindTrue,
  kinds.kindNumber,
  kinds.kindInteger,
  kinds.kindLong,
  kinds.kindString,
  kinds.kindTime,
  kinds.kindDate,
  kinds.kindDigits,
];
export const scalars = scalarKinds.reduce((bits, kind) => bits | bitOf(kind), 0);
/** Kinds that a map-like object may be of; of the first an array may be, too. */
export const mayBeObjects = bitOf(kinds.kindRawNested) | bitOf(kinds.kindEmptyObject) | bitOf(kinds.kindEmptyStruct);
export const emptyArrays = bitOf(kinds.kindEmptyArray);
export const emptyObjects = bitOf(kinds.kindEmptyObject) | bitOf(kinds.kindEmptyStruct);
