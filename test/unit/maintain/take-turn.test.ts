import { describe, expect, it } from 'vitest';
import { giveBackTurn, takeTurn } from '../../../src/consumer/maintain/take-turn.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';

const turn = { table: 'readings', topic: 'readings' };

describe('whose turn it is to keep the table in shape', () => {
  it('is that of one of the members that ask at the same time', async () => {
    const store = createMemoryObjectStore();
    const asked = await Promise.all([1, 2, 3].map(() => takeTurn(store, turn, { nowMs: 1000, everyMs: 500 })));
    expect(asked.filter(Boolean)).toHaveLength(1);
  });

  it('comes again after so long, and at once where a clock was ahead', async () => {
    const store = createMemoryObjectStore();
    const ask = async (nowMs: number) => takeTurn(store, turn, { nowMs, everyMs: 500 });
    expect([await ask(1000), await ask(1499), await ask(1500), await ask(1200)]).toEqual([true, false, true, true]);
  });

  it('comes again earlier when it was given back', async () => {
    const store = createMemoryObjectStore();
    const ask = async (nowMs: number) => takeTurn(store, turn, { nowMs, everyMs: 500 });
    expect(await ask(1000)).toBe(true);
    await giveBackTurn(store, turn, { nowMs: 1010, everyMs: 500, againMs: 20 });
    expect([await ask(1029), await ask(1030), await ask(1031)]).toEqual([false, true, false]);
  });
});
