import { readFileSync } from 'node:fs';
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
    const pool = new SlabPool(miB);
    const three = () => [pool.allocate(miB / 2), pool.allocate(miB / 2), pool.allocate(miB / 2)];
    const slabs = three();
    for (const slab of slabs) pool.free(slab);
    expect(three().filter((slab) => slabs.includes(slab))).toHaveLength(2);
    expect(slabs.filter((slab) => slab.detached)).toHaveLength(1);
  });

  it('of a size that nobody asks for any more make room for others', () => {
    const pool = new SlabPool(3 * miB);
    const old = [pool.allocate(miB / 2), pool.allocate(miB / 2), pool.allocate(miB / 2)];
    for (const slab of old) pool.free(slab);
    pool.allocate(3 * miB);
    expect(old.every(({ detached }) => detached)).toBe(true);
  });

  it('go back to the system at once when the pool is cleared', () => {
    const pool = new SlabPool(2 * miB);
    const slab = pool.allocate(miB);
    pool.free(slab);
    pool.clear();
    expect(slab.detached).toBe(true);
    expect(pool.allocate(miB)).not.toBe(slab);
  });

  it('of a megabyte and more are mapped by malloc, as the command sets it, and do not stay in its heap', () => {
    const threshold = Number(/MALLOC_MMAP_THRESHOLD_=(\d+)/.exec(readFileSync('bin/glueless.js', 'utf8'))?.[1]);
    const pool = new SlabPool(miB);
    const sizes = [miB, miB + 1, 1.5 * miB, 2 * miB, 3 * miB].map((bytes) => pool.allocate(bytes).byteLength);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(threshold);
  });
});
