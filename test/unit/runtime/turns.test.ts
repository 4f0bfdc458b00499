import { describe, expect, it } from 'vitest';
import { Turns } from '../../../src/runtime/turns.ts';

describe('turns of the event loop', () => {
  it('are due after 200 ms of work, counted anew after each', async () => {
    let nowMs = 1000;
    const turns = new Turns(() => nowMs);
    expect(turns.areDue).toBe(false);
    nowMs = 1199;
    expect(turns.areDue).toBe(false);
    nowMs = 1200;
    expect(turns.areDue).toBe(true);
    await turns.next();
    expect(turns.areDue).toBe(false);
  });

  it('are asked about after every 64 kB of work', () => {
    let reads = 0;
    const turns = new Turns(() => ++reads * 1000);
    const due = Array.from({ length: 64 }, () => turns.areDueAfter(2048));
    expect(due.flatMap((isDue, index) => (isDue ? [index] : []))).toEqual([31, 63]);
    expect(reads).toBe(3);
  });

  it('let others run', async () => {
    const seen: string[] = [];
    setImmediate(() => seen.push('other'));
    await new Turns().next();
    expect(seen).toEqual(['other']);
  });
});
