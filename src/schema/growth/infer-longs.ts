import { ExactNumber, fitScalar, unfit } from '../values/scalar-values.ts';

/** Integers beyond 2^53 that tell that the others of their field fit into 64 bits, too: of random 64 bits without a sign half do not. */
const longsMin = 20;

const bigint = { kind: 'bigint' } as const;

/** Tells whether values are integers of 64 bits that doubles can't tell apart: most of them are numbers, and all of these are such or smaller ones. */
export function areLongs(values: readonly unknown[]): boolean {
  let present = 0;
  let numbers = 0;
  let exact = 0;
  for (const value of values) {
    if (value !== null) present++;
    const isExact = value instanceof ExactNumber;
    if (!isExact && typeof value !== 'number') continue;
    if (fitScalar(value, bigint) === unfit) return false;
    numbers++;
    if (isExact) exact++;
  }
  return exact >= longsMin && numbers * 2 > present;
}
