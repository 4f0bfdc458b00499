/** Powers that a decimal number of a double's range, with up to 19 digits, can need. */
const powerMin = -342;
const powerMax = 308;
const wordsPerPower = 2;

let table: BigUint64Array | undefined;

/**
 * Gives the 128 highest bits of each power of five from -342 to 308, the upper word first: what `assembly/decimal.ts` multiplies by.
 * Source: https://arxiv.org/abs/2101.11408 (Number Parsing at a Gigabyte per Second), appendix B
 */
export function powersOfFive(): BigUint64Array {
  table ??= makeTable();
  return table;
}

function makeTable(): BigUint64Array {
  const words = new BigUint64Array((powerMax - powerMin + 1) * wordsPerPower);
  const set = (power: number, bits: bigint): void => {
    words[(power - powerMin) * wordsPerPower] = bits >> 64n;
    words[(power - powerMin) * wordsPerPower + 1] = BigInt.asUintN(64, bits);
  };
  let value = 1n;
  for (let power = 0; power <= -powerMin; power++) {
    if (power <= powerMax) set(power, highestBits(value, power));
    if (power > 0) set(-power, highestBitsOfInverse(value, power));
    value *= 5n;
  }
  return words;
}

/** Cuts `value`, which is 5 to the `power`, to 128 bits. */
function highestBits(value: bigint, power: number): bigint {
  const shift = bitsOf(power) - 128;
  return shift > 0 ? value >> BigInt(shift) : value << BigInt(-shift);
}

/** Rounds the inverse up before it is cut, so that short ones are exact. */
function highestBitsOfInverse(value: bigint, power: number): bigint {
  const bits = BigInt(bitsOf(power));
  if (power <= 27) return (1n << (bits + 127n)) / value + 1n;
  return ((1n << (2n * bits + 128n)) / value + 1n) >> (bits + 1n);
}

/** Counts the bits of 5 to the `power`: its logarithm of base 2 is close enough to this fraction. */
function bitsOf(power: number): number {
  return ((152_170 * power) >> 16) + 1;
}
