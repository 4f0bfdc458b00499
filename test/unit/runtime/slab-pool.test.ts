import { describe, expect, it } from 'vitest';
import { SlabPool } from '../../../src/runtime/slab-pool.ts';

const miB = 1024 * 1024;

describe('slabs', () => {
  it('are reused for about the same size once they are freed', () => {
    const pool = new SlabPool(10 * miB);
    const slab = pool.allocate(miB - 5);
    expect(slab.byteLength).toBeGreaterThanOrEqual(miB - 5);
    expect(pool.allocate(miB - 5)).not.toBe(slab);
    pool.free(slab);
    expect(pool.allocate(100)).not.toBe(slab);
    expect(pool.allocate(5 * miB)).not.toBe(slab);
    expect(pool.allocate(miB - 100_000)).toBe(slab);
  });

  it('go back to the system at once beyond the limit', () => {
    const pool = new SlabPool(2 * miB);
    const slabs = [pool.allocate(miB), pool.allocate(miB), pool.allocate(miB)];
    for (const slab of slabs) pool.free(slab);
    const again = [pool.allocate(miB), pool.allocate(miB), pool.allocate(miB)];
    expect(again.filter((slab) => slabs.includes(slab))).toHaveLength(2);
    expect(slabs.filter((slab) => slab.detached)).toHaveLength(1);
  });

  it('go back to the system at once when the pool is cleared', () => {
    const pool = new SlabPool(2 * miB);
    const slab = pool.allocate(miB);
    pool.free(slab);
    pool.clear();
    expect(slab.detached).toBe(true);
    expect(pool.allocate(miB)).not.toBe(slab);
  });
});
