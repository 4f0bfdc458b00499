import { digitOf, minus, plus, point, zero } from './bytes';

/** The host's `Number` of the bytes as a string: for what has more digits than a double holds exactly. */
declare function numberOf(start: usize, end: usize): f64;

/** A double holds integers of so many digits exactly, and the powers of ten up to it: their quotient is the nearest double. */
const digitsMax: usize = 15;
const powersOfTen = memory.data<f64>([
  1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
]);

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
  if (digits > digitsMax || hasExponent) {
    if (hasExponent) at = endOfExponent(at + 1);
    if (at == 0 || (scale == 0 && !hasExponent)) return 0;
    numberValue = numberOf(start, at);
    return isFinite(numberValue) ? at : 0;
  }
  const value = scale == 0 ? <f64>mantissa : <f64>mantissa / load<f64>(powersOfTen + scale * 8);
  numberValue = isNegative ? -value : value;
  return at;
}

function endOfExponent(start: usize): usize {
  const sign = load<u8>(start);
  const first = sign == minus || sign == plus ? start + 1 : start;
  let at = first;
  while (digitOf(load<u8>(at)) <= 9) at++;
  return at == first ? 0 : at;
}
