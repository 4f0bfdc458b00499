import fc from 'fast-check';
import { expect, it } from 'vitest';
import { indexAtOrAfter } from '../../../src/runtime/ascending.ts';

const numbers = fc
  .array(fc.integer({ min: -5, max: 40 }), { maxLength: 60 })
  .map((all) => all.toSorted((a, b) => a - b));

it('finds the first number that is not less than the value, from any start before it', () => {
  fc.assert(
    fc.property(
      numbers,
      fc.integer({ min: -7, max: 42 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (all, value, share) => {
        const found = all.findIndex((number) => number >= value);
        const first = found < 0 ? all.length : found;
        expect(indexAtOrAfter(Int32Array.from(all), value, Math.floor(first * share))).toBe(first);
        expect(indexAtOrAfter(Float64Array.from(all), value)).toBe(first);
      },
    ),
  );
});

it('starts nowhere before the index that it is given', () => {
  expect(indexAtOrAfter(Int32Array.of(1, 2, 3), 0, 2)).toBe(2);
});
