import { describe, expect, it } from 'vitest';
import { largestOf, smallestOf } from '../../../src/runtime/extremes.ts';

describe('the extremes of numbers', () => {
  it('are those of more than a call can be given', () => {
    const numbers = Array.from({ length: 300_000 }, (_, n) => (n * 7) % 300_000);
    expect([smallestOf(numbers), largestOf(numbers)]).toEqual([0, 299_999]);
  });

  it('are infinite where there is none', () => {
    expect([smallestOf([]), largestOf([])]).toEqual([Infinity, -Infinity]);
  });
});
