import { high, low, multiply, nearestDouble } from './decimal';

/** Decimal numbers of so many digits are told apart by the doubles nearest to them. */
export const longestShort: usize = 15;
/** No double needs more. */
const digitsMax: i32 = 17;
/** 64 bits hold this power of five. */
const scaleMax: i32 = 27;
const mantissaBits: u64 = 52;
/** What is added to the exponent of a double whose mantissa is an integer. */
const exponentBias: i32 = 1023 + 52;

/**
 * Tells whether JavaScript writes the double nearest to `digits / 10^scale`, which is no integer, with these digits: no fewer tell it from other
 * doubles, and of as many these come nearest to it. `count` digits, the last of which is not 0. May say no where it can't tell.
 * Source: https://tc39.es/ecma262/#sec-numeric-types-number-tostring
 */
export function isShortest(digits: u64, count: i32, scale: i32): bool {
  if (count > digitsMax || scale > scaleMax) return false;
  const value = nearestDouble(digits, -scale);
  if (!isFinite(value)) return false;
  // a shorter number of the same double lies between it and these digits, or behind: so do those next to them
  const shorter = digits / 10;
  if (nearestDouble(shorter, 1 - scale) == value || nearestDouble(shorter + 1, 1 - scale) == value) return false;
  return digits == nearestInteger(value, scale);
}

/** Rounds `value * 10^scale`, halves to the even integer; gives 0 when it is too large or too small for this way. */
function nearestInteger(value: f64, scale: i32): u64 {
  const bits = reinterpret<u64>(value);
  const exponent = <i32>(bits >>> mantissaBits);
  if (exponent == 0) return 0;
  const mantissa = (bits & (((<u64>1) << mantissaBits) - 1)) | ((<u64>1) << mantissaBits);
  const shift = <u64>(exponentBias - exponent - scale);
  if (shift == 0 || shift >= 64) return 0;
  multiply(mantissa, powerOfFive(scale));
  const whole = (high << (64 - shift)) | (low >>> shift);
  const rest = low & (((<u64>1) << shift) - 1);
  const half = (<u64>1) << (shift - 1);
  if (high >>> shift != 0) return 0;
  return rest > half || (rest == half && (whole & 1) == 1) ? whole + 1 : whole;
}

function powerOfFive(power: i32): u64 {
  let value: u64 = 1;
  for (let times = 0; times < power; times++) value *= 5;
  return value;
}
