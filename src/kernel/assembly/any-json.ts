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
import { endOfString, markStrings, releaseStrings } from './strings';
import { endOfBoolean, endOfNull } from './words';

/** Brackets in each other: what is deeper is left to the host. */
const depthMax: i32 = 100;

/** Answers with the address one past the JSON at `at`, 0 when it is none, or nested deeper than is read here. */
export function endOfJson(at: usize): usize {
  const mark = markStrings();
  const end = endOfValue(at, 0);
  releaseStrings(mark);
  return end;
}

function endOfValue(at: usize, depth: i32): usize {
  const first = load<u8>(at);
  if (first == quote) return endOfString(at);
  if (first == openBrace || first == openBracket) return depth == depthMax ? 0 : endOfMembers(at, depth + 1);
  if (first == minus || digitOf(first) <= 9) return endOfDigits(at);
  return first == 0x6e ? endOfNull(at) : endOfBoolean(at);
}

/** Reads an array or object. */
function endOfMembers(start: usize, depth: i32): usize {
  const isObject = load<u8>(start) == openBrace;
  const close = isObject ? closeBrace : closeBracket;
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
    at = endOfValue(at, depth);
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

function endOfDigitRun(start: usize): usize {
  let at = start;
  while (digitOf(load<u8>(at)) <= 9) at++;
  return at;
}
