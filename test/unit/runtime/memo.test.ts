import { describe, expect, it } from 'vitest';
import { memoize } from '../../../src/runtime/memo.ts';

describe('a memo', () => {
  it('makes a value once, for as many keys as it may remember, and the others each time', () => {
    const made: string[] = [];
    const shout = memoize((word: string) => {
      made.push(word);
      return word.toUpperCase();
    }, 2);
    expect(['a', 'b', 'c', 'a', 'b', 'c'].map(shout)).toEqual(['A', 'B', 'C', 'A', 'B', 'C']);
    expect(made).toEqual(['a', 'b', 'c', 'c']);
  });
});
