/** Gives the smaller of two integers, as `Math.min` does of numbers. */
export function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** Gives the larger of two integers, as `Math.max` does of numbers. */
export function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
