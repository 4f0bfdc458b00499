import { describe, expect, it } from 'vitest';
import { mapConcurrently } from '../../../src/runtime/concurrency.ts';

describe('work over items, some at a time', () => {
  it('gives results in the order of the items, and begins no more at a time than it may', async () => {
    let running = 0;
    let most = 0;
    const found = await mapConcurrently([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      most = Math.max(most, ++running);
      for (let turn = 0; turn < 8 - item; turn++) await Promise.resolve();
      running--;
      return item * 10;
    });
    expect(found).toEqual([10, 20, 30, 40, 50, 60, 70]);
    expect(most).toBe(3);
  });

  it('begins no item after one has failed: who is told of it tries again, beside nobody', async () => {
    const begun: number[] = [];
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const work = mapConcurrently([1, 2, 3, 4, 5, 6], 2, async (item) => {
      begun.push(item);
      if (item === 1) throw new Error('no');
      await gate;
    });
    await expect(work).rejects.toThrow('no');
    open();
    // all that could follow
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    expect(begun).toEqual([1, 2]);
  });
});
