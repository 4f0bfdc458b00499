import { allocate } from './arena';

/**
 * Decimal numbers to the nearest double by one or two multiplications, after Eisel and Lemire.
 * Source: https://arxiv.org/abs/2101.11408 (Number Parsing at a Gigabyte per Second)
 */

const powerMin: i32 = -342;
const powerMax: i32 = 308;
/** Explicit bits of a double's mantissa. */
const mantissaBits: u64 = 52;
const exponentBias: i32 = 1023;
/** Exponent of what is not finite. */
const exponentMax: i32 = 0x7ff;
/** Bits of the upper word that rounding does not see: when all are set, the lower words of the power decide. */
const unseenBits: u64 = 0x1ff;
/** Between these powers a number may lie exactly halfway between two doubles. */
const halfwayMin: i32 = -4;
const halfwayMax: i32 = 23;
/** Between these powers the product is exact enough whatever its bits are. */
const exactMin: i32 = -27;
const exactMax: i32 = 55;

let powers: usize = 0;

/** Allocates the table of powers of five; answers with the address where it goes. */
export function createPowers(bytes: usize): usize {
  powers = allocate(bytes);
  return powers;
}

/** The product that `multiply` made last. */
export let high: u64 = 0;
export let low: u64 = 0;

export function multiply(one: u64, other: u64): void {
  const oneLow = one & 0xffffffff;
  const oneHigh = one >>> 32;
  const otherLow = other & 0xffffffff;
  const otherHigh = other >>> 32;
  const lowest = oneLow * otherLow;
  const middle = oneHigh * otherLow + (lowest >>> 32);
  const carried = (middle & 0xffffffff) + oneLow * otherHigh;
  high = oneHigh * otherHigh + (middle >>> 32) + (carried >>> 32);
  low = (carried << 32) | (lowest & 0xffffffff);
}

/** Multiplies by a power of five, as exactly as rounding needs it. */
function multiplyByPower(normalized: u64, power: i32): void {
  const words = powers + ((<usize>(power - powerMin)) << 4);
  multiply(normalized, load<u64>(words));
  if ((high & unseenBits) != unseenBits) return;
  const firstHigh = high;
  const firstLow = low;
  multiply(normalized, load<u64>(words, 8));
  low = firstLow + high;
  high = low < firstLow ? firstHigh + 1 : firstHigh;
}

/** Gives the double nearest to `digits * 10^power`; infinity when it is too large, NaN when this way can't tell. */
export function nearestDouble(digits: u64, power: i32): f64 {
  if (digits == 0 || power < powerMin) return 0;
  if (power > powerMax) return Infinity;
  const shift = clz(digits);
  multiplyByPower(digits << shift, power);
  if (low == u64.MAX_VALUE && (power < exactMin || power > exactMax)) return NaN;
  const upperBit = high >>> 63;
  const cut = upperBit + 64 - mantissaBits - 3;
  const mantissa = high >>> cut;
  const exponent = (((152170 + 65536) * power) >> 16) + 63 + <i32>upperBit - <i32>shift + exponentBias;
  if (exponent <= 0) return subnormal(mantissa, exponent);
  const isHalfway = low <= 1 && power >= halfwayMin && power <= halfwayMax && mantissa << cut == high;
  return rounded(isHalfway && (mantissa & 3) == 1 ? mantissa & ~1 : mantissa, exponent);
}

/** Makes a double of a mantissa with one bit more than it keeps. */
function rounded(mantissa: u64, exponent: i32): f64 {
  let kept = (mantissa + (mantissa & 1)) >>> 1;
  let raised = exponent;
  if (kept >= (<u64>2) << mantissaBits) {
    kept = (<u64>1) << mantissaBits;
    raised++;
  }
  if (raised >= exponentMax) return Infinity;
  return reinterpret<f64>((kept & ~((<u64>1) << mantissaBits)) | ((<u64>raised) << mantissaBits));
}

function subnormal(mantissa: u64, exponent: i32): f64 {
  const shift = 1 - exponent;
  if (shift >= 64) return 0;
  const cut = mantissa >>> (<u64>shift);
  // rounding up may make it a normal number: its bit is where the exponent begins
  return reinterpret<f64>((cut + (cut & 1)) >>> 1);
}
