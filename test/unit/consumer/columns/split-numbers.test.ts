import fc from 'fast-check';
import { expect, it } from 'vitest';
import { splitNumbers } from '../../../../src/consumer/columns/split-numbers.ts';
import { fitScalar, unfit } from '../../../../src/schema/values.ts';

const values = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.constantFrom(-0, 0, 1.5, 2 ** 53, 2 ** 53 - 1, -(2 ** 53), 1e300),
);

it('parts numbers that a bigint holds from the others, with their rows, in their order', () => {
  fc.assert(
    fc.property(fc.array(values), fc.nat(1000), (given, first) => {
      const rows = Int32Array.from(given, (_, entry) => first + entry * 2);
      const { integers, fractions } = splitNumbers({ rows, numbers: Float64Array.from(given) });
      const fits = (value: number): boolean => fitScalar(value, { kind: 'bigint' }) !== unfit;
      for (const [found, isWanted] of [
        [integers, fits],
        [fractions, (value: number) => !fits(value)],
      ] as const) {
        expect([...found.numbers]).toEqual(given.filter(isWanted));
        expect([...found.rows]).toEqual([...rows].filter((_, entry) => isWanted(given[entry] ?? 0)));
      }
    }),
  );
});
