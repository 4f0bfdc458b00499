import {
  closeBrace,
  closeBracket,
  colon,
  comma,
  digitOf,
  minus,
  openBrace,
  openBracket,
  plus,
  point,
  quote,
  skipSpace,
  zero,
} from './bytes';
import { kindDigitsArray, kindMixedArray, kindRawNested } from '../kinds';
import { endOfNumber } from './number';
import { endOfString, markStrings, releaseStrings } from './strings';
import { endOfBoolean, endOfNull, firstOfFalse, firstOfNull, firstOfTrue } from './words';

/** Brackets in each other: what is deeper is left to the host. */
const depthMax: i32 = 100;

/** The kind of the array or object that `endOfJson` read last, and whether it is an array with arrays or objects as its elements. */
export let jsonKind: i32 = 0;
export let isArrayOfNested: bool = false;

/**
 * Types that its elements have, if it is an array, as a bit set of `elementBits` bits; those of the elements' elements in the next bits, as far as
 * arrays lie in arrays and there is room. Two of one level: there is no type for it. And whether a number is among them that no double holds.
 */
let elementTypes: u64 = 0;
let areMixed: bool = false;
let hasDigits: bool = false;
const stringElement: u64 = 1;
const numberElement: u64 = 2;
const booleanElement: u64 = 4;
const arrayElement: u64 = 8;
const objectElement: u64 = 16;
const elementBits: i32 = 5;
const elementLevels: i32 = 64 / elementBits;

/** Answers with the address one past the JSON at `at`, 0 when it is none, or nested deeper than is read here. */
export function endOfJson(at: usize): usize {
  elementTypes = 0;
  areMixed = false;
  hasDigits = false;
  const mark = markStrings();
  const end = endOfValue(at, 0, true);
  releaseStrings(mark);
  isArrayOfNested = (elementTypes & (arrayElement | objectElement)) != 0;
  jsonKind = areMixed ? kindMixedArray : hasDigits ? kindDigitsArray : kindRawNested;
  return end;
}

/** Notes the type of an element on such a level of arrays, counted from 0. */
function noteElement(at: usize, level: i32): void {
  const shift = level * elementBits;
  const type = elementTypeOf(at);
  if (type == numberElement && endOfNumber(at) == 0) hasDigits = true;
  const others = (elementTypes >> shift) & ((1 << elementBits) - 1) & ~type;
  if (type != 0 && others != 0) areMixed = true;
  elementTypes |= type << shift;
}

function elementTypeOf(at: usize): u64 {
  const first = load<u8>(at);
  if (first == quote) return stringElement;
  if (first == openBracket) return arrayElement;
  if (first == openBrace) return objectElement;
  if (first == firstOfTrue || first == firstOfFalse) return booleanElement;
  return first == firstOfNull ? 0 : numberElement;
}

/** Reads a value; `isWithinArrays`: all that is around it are arrays. */
function endOfValue(at: usize, depth: i32, isWithinArrays: bool): usize {
  const first = load<u8>(at);
  if (first == quote) return endOfString(at);
  if (first == openBrace || first == openBracket)
    return depth == depthMax ? 0 : endOfMembers(at, depth, isWithinArrays && first == openBracket);
  if (first == minus || digitOf(first) <= 9) return endOfDigits(at);
  return first == firstOfNull ? endOfNull(at) : endOfBoolean(at);
}

/** Reads an array or object. */
function endOfMembers(start: usize, depth: i32, isWithinArrays: bool): usize {
  const isObject = load<u8>(start) == openBrace;
  const close = isObject ? closeBrace : closeBracket;
  const areNoted = isWithinArrays && depth < elementLevels;
  let at = skipSpace(start + 1);
  if (load<u8>(at) == close) return at + 1;
  while (true) {
    if (isObject) {
      if (load<u8>(at) != quote) return 0;
      at = endOfString(at);
      if (at == 0) return 0;
      at = skipSpace(at);
      if (load<u8>(at) != colon) return 0;
      at = skipSpace(at + 1);
    }
    if (areNoted) noteElement(at, depth);
    at = endOfValue(at, depth + 1, isWithinArrays);
    if (at == 0) return 0;
    at = skipSpace(at);
    const byte = load<u8>(at);
    if (byte == close) return at + 1;
    if (byte != comma) return 0;
    at = skipSpace(at + 1);
  }
}

/** Answers with the address one past the number at `at`, however many digits it has; 0 when it is none. */
export function endOfDigits(start: usize): usize {
  const first = load<u8>(start) == minus ? start + 1 : start;
  let at = endOfDigitRun(first);
  if (at == first || (at > first + 1 && load<u8>(first) == zero)) return 0;
  if (load<u8>(at) == point) {
    const fraction = at + 1;
    at = endOfDigitRun(fraction);
    if (at == fraction) return 0;
  }
  if ((load<u8>(at) | 0x20) != 0x65) return at;
  const sign = load<u8>(at, 1);
  const exponent = sign == minus || sign == plus ? at + 2 : at + 1;
  at = endOfDigitRun(exponent);
  return at == exponent ? 0 : at;
}

/** Answers with the address one past the integer at `at`, written without fraction and exponent; 0 when it is none. */
export function endOfInteger(start: usize): usize {
  const end = endOfDigits(start);
  if (end == 0) return 0;
  return end == endOfDigitRun(load<u8>(start) == minus ? start + 1 : start) ? end : 0;
}

/** Skips digits. */
export function endOfDigitRun(start: usize): usize {
  let at = start;
  while (digitOf(load<u8>(at)) <= 9) at++;
  return at;
}
