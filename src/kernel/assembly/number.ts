import { digitOf, minus, plus, point, zero } from './bytes';
import { nearestDouble } from './decimal';

/** The host's `Number` of the bytes as a string: for the few that `nearestDouble` can't tell. */
declare function numberOf(start: usize, end: usize): f64;

/** A double holds integers of so many digits exactly, and the powers of ten up to it: their quotient is the nearest double. */
const digitsMax: usize = 15;
const powersOfTen = memory.data<f64>([
  1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
]);
/** Whatever the integer's digits are, no other one is the same double. */
const safeIntegerMax: u64 = (1 << 53) - 1;
/** 64 bits hold integers of so many digits. */
const longDigitsMax: usize = 19;
/** The largest of them. */
const longMax: u64 = <u64>i64.MAX_VALUE;
/** No double is as large or as small. */
const exponentMax: i32 = 100_000;

/** The number that was read last. */
export let numberValue: f64 = 0;

/**
 * Reads the number at `start`; answers with the address one past it, 0 when it is no JSON or none that a double holds: an integer of too
 * many digits, a magnitude too large.
 */
export function endOfNumber(start: usize): usize {
  const isNegative = load<u8>(start) == minus;
  let at = isNegative ? start + 1 : start;
  const first = at;
  let mantissa: u64 = 0;
  let digit = digitOf(load<u8>(at));
  while (digit <= 9) {
    mantissa = mantissa * 10 + digit;
    digit = digitOf(load<u8>(++at));
  }
  let digits = at - first;
  if (digits == 0 || (digits > 1 && load<u8>(first) == zero)) return 0;
  let scale: usize = 0;
  if (load<u8>(at) == point) {
    const fraction = ++at;
    for (let word = load<u64>(at); areDigits(word); word = load<u64>(at)) {
      mantissa = mantissa * 100_000_000 + valueOfDigits(word);
      at += 8;
    }
    digit = digitOf(load<u8>(at));
    while (digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digit = digitOf(load<u8>(++at));
    }
    scale = at - fraction;
    if (scale == 0) return 0;
    digits += scale;
  }
  const hasExponent = (load<u8>(at) | 0x20) == 0x65;
  let value: f64;
  if (digits <= digitsMax && !hasExponent) {
    value = scale == 0 ? <f64>mantissa : <f64>mantissa / load<f64>(powersOfTen + scale * 8);
  } else if (scale == 0 && !hasExponent) {
    if (digits > digitsMax + 1 || mantissa > safeIntegerMax) return 0;
    value = <f64>mantissa;
  } else {
    if (hasExponent) at = endOfExponent(at + 1);
    if (at == 0) return 0;
    value = longNumber(first, at, mantissa, digits, hasExponent ? exponentValue - <i32>scale : -(<i32>scale));
    if (!isFinite(value)) return 0;
  }
  numberValue = isNegative ? -value : value;
  return at;
}

/** The integer that `endOfLong` read. */
export let longValue: i64 = 0;

/** Reads an integer that 64 bits hold, and that `endOfNumber` does not read; answers with the address one past it, 0 for anything else. */
export function endOfLong(start: usize): usize {
  const isNegative = load<u8>(start) == minus;
  const first = isNegative ? start + 1 : start;
  if (load<u8>(first) == zero) return 0;
  let at = first;
  let magnitude: u64 = 0;
  for (let word = load<u64>(at); at < first + 16 && areDigits(word); word = load<u64>(at)) {
    magnitude = magnitude * 100_000_000 + valueOfDigits(word);
    at += 8;
  }
  let digit = digitOf(load<u8>(at));
  while (digit <= 9) {
    magnitude = magnitude * 10 + digit;
    digit = digitOf(load<u8>(++at));
  }
  const digits = at - first;
  if (digits == 0 || digits > longDigitsMax || magnitude > longMax + <u64>isNegative) return 0;
  if (load<u8>(at) == point || (load<u8>(at) | 0x20) == 0x65) return 0;
  longValue = isNegative ? -(<i64>magnitude) : <i64>magnitude;
  return at;
}

/** Tells whether the number is an integer that a double tells from all others, and no negative zero. */
export function isExactInteger(value: f64): bool {
  return abs(value) <= <f64>safeIntegerMax && trunc(value) == value && reinterpret<i64>(value) != i64.MIN_VALUE;
}

/** Gives the number of the bytes `[first, end)`, whose `digits` are those of `mantissa` where 64 bits hold them. */
function longNumber(first: usize, end: usize, mantissa: u64, digits: usize, power: i32): f64 {
  const isWhole = digits <= longDigitsMax || digits - leadingZeros(first) <= longDigitsMax;
  const nearest = isWhole ? nearestDouble(mantissa, power) : NaN;
  return isNaN(nearest) ? numberOf(first, end) : nearest;
}

function leadingZeros(first: usize): usize {
  let zeros: usize = 0;
  for (let at = first; load<u8>(at) == zero || load<u8>(at) == point; at++) if (load<u8>(at) == zero) zeros++;
  return zeros;
}

/** Tells whether all eight bytes are digits. */
function areDigits(word: u64): bool {
  return (
    ((word & 0xf0f0f0f0f0f0f0f0) | (((word + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) >>> 4)) == 0x3333333333333333
  );
}

/** Gives the integer that eight digits stand for: of bytes, pairs and fours the next two at a time. */
function valueOfDigits(word: u64): u64 {
  const ones = word & 0x0f0f0f0f0f0f0f0f;
  const pairs = (ones * 10 + (ones >>> 8)) & 0x00ff00ff00ff00ff;
  const fours = (pairs * 100 + (pairs >>> 16)) & 0x0000ffff0000ffff;
  return (fours * 10_000 + (fours >>> 32)) & 0xffffffff;
}

/** The exponent that was read last. */
let exponentValue: i32 = 0;

function endOfExponent(start: usize): usize {
  const sign = load<u8>(start);
  const first = sign == minus || sign == plus ? start + 1 : start;
  let at = first;
  let value: i32 = 0;
  for (let digit = digitOf(load<u8>(at)); digit <= 9; digit = digitOf(load<u8>(++at)))
    if (value < exponentMax) value = value * 10 + <i32>digit;
  exponentValue = sign == minus ? -value : value;
  return at == first ? 0 : at;
}
