import { describe, expect, it } from 'vitest';
import { memoize, rememberSuccess } from '../../../src/runtime/memo.ts';

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

describe('remembered work', () => {
  it('is done once for each argument, for callers at the same time too', async () => {
    const done: string[] = [];
    const work = rememberSuccess(async (word: string) => {
      done.push(word);
      return word.toUpperCase();
    });
    expect(await Promise.all(['a', 'b', 'a'].map(work))).toEqual(['A', 'B', 'A']);
    expect(await work('a')).toBe('A');
    expect(done).toEqual(['a', 'b']);
  });

  it('is done again for who asks after it has failed', async () => {
    let failures = 1;
    const work = rememberSuccess<void, string>(async () => {
      if (failures-- > 0) throw new Error('no answer');
      return 'done';
    });
    expect(await Promise.allSettled([work(), work()])).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    expect(await work()).toBe('done');
  });
});
