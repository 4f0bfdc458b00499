/** Numbers on which the host and the kernel agree; read by TypeScript and by AssemblyScript alike. */

// what a scanned value is; null is none
export const kindFalse = 1;
export const kindTrue = 2;
export const kindNumber = 3;
export const kindString = 4;
export const kindTime = 5;
export const kindDate = 6;
/** An array of arrays or objects, on the last level but one that has types: its elements have none. Only what fields beside others take is of this kind. */
export const kindLastArray = 7;
/** JSON in brackets that fits no nested type of its field, though it may have a type. */
export const kindRawNested = 8;
/** A number that no double holds with all its digits. */
export const kindDigits = 9;
/** `[]` that has no other type. */
export const kindEmptyArray = 10;
/** An integer that a double holds, and no negative zero, of a field that keeps integers apart from other numbers. */
export const kindInteger = 11;
/** `{}` that has no other type. */
export const kindEmptyObject = 12;
/** An array that has no type, for its elements are of several ones, or of none, or, where they are arrays themselves, the elements of these. */
export const kindMixedArray = 13;
/** An array, otherwise of one type, with a number that no double holds with all its digits: as its element, or as one of an array in it. */
export const kindDigitsArray = 14;
/** An array or object where types end: deeper ones are kept as JSON text. Only what fields beside others take is of this kind. */
export const kindDeep = 15;
/** An object with members, none of which tells a type: nulls, `[]`, `{}`, and objects of such. Only in fields that `setEmptyLevels` was called for. */
export const kindEmptyStruct = 16;
/** An integer that no double holds, but 64 bits do, of a field that keeps such apart: its number has these bits. */
export const kindLong = 17;
/** All of these are below. */
export const kindsEnd = 18;
/** JSON in brackets that fits a nested type of its field: each of its types has one of these kinds. */
export const kindTypedFirst = 18;
export const kindTypedEnd = 26;

/** Most members left out of an array or object that the host is told of one by one. */
export const leftOutMax = 254;
/** One number tells which they are: the index of the first one times this, and how many they are; `leftOutShare - 1` stands for too many. */
export const leftOutShare = 256;

/** An object of more members is JSON text, as an array is whose elements have more leaves. */
export const membersMax = 500;
export const elementLeavesMax = 200;

// what a type is
export const typeStruct = 0;
export const typeArray = 1;
export const typeDouble = 2;
export const typeString = 3;
export const typeBoolean = 4;
export const typeTimestamp = 5;
export const typeDate = 6;
/** An integer that a double holds, and no negative zero. */
export const typeInteger = 7;
/** A double that is none of these. */
export const typeFraction = 8;
/** Stands for a field that a struct does not have: its members go to another one. */
export const typeNone = 9;
/** An object whose keys are data: each of its values is of one type. */
export const typeMap = 10;
// numbers that a table or a hint has; no value is inferred to be one. They are last
/** Integers of 32, 16 and 8 bits. */
export const typeInt = 11;
export const typeSmallint = 12;
export const typeTinyint = 13;
/** A double that 32 bits hold. */
export const typeFloat = 14;
/** A fraction of so many digits at most, kept as an integer. */
export const typeDecimal = 15;

// whether it pays to look for values that come again
/** After so many values it is decided. */
export const trialValues = 4096;
/** It does not pay when more of them are distinct. */
export const trialDistinctMax = trialValues - trialValues / 16;
