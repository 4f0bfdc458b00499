import { describe, expect, it } from 'vitest';
import { fitScalar, unfit, unscaledOf } from '../../../src/schema/values/scalar-values.ts';

const decimal = (precision: number, scale: number) => ({ kind: 'decimal', precision, scale }) as const;

describe('a decimal', () => {
  it.each([
    [0.1, 18, 100_000_000_000_000_000n],
    [9_999_999_999.99, 3, 9_999_999_999_990n],
    [-12.5, 2, -1250n],
    [1e16, 3, 10_000_000_000_000_000_000n],
    [1.5e-7, 8, 15n],
    [100, 0, 100n],
  ])('of %s at scale %s is the digits that it is written with', (value, scale, unscaled) => {
    expect(unscaledOf(value, scale)).toBe(unscaled);
  });

  it('has no value with more digits behind the point than its scale', () => {
    expect(unscaledOf(0.123, 2)).toBeUndefined();
    expect(fitScalar(0.123, decimal(10, 2))).toBe(unfit);
  });

  it.each([
    [1e16, 20, 3],
    [9_223_372_036_854_776, 20, 3],
    [99_999_999_999_999.98, 38, 18],
    [0.1, 38, 38],
    [100, 4, 2],
  ])('takes no value that its file can not hold: %s in decimal(%s,%s)', (value, precision, scale) => {
    expect(fitScalar(value, decimal(precision, scale))).toBe(unfit);
  });

  it('is never -0, which would lose its sign', () => {
    expect(fitScalar(-0, decimal(10, 2))).toBe(unfit);
    expect(fitScalar(0, decimal(10, 2))).toBe(0);
  });

  it('takes what it can hold, as it is', () => {
    expect(fitScalar(0.1, decimal(38, 18))).toBe(0.1);
    expect(fitScalar(99.99, decimal(4, 2))).toBe(99.99);
  });
});
