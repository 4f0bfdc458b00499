import { describe, expect, it } from 'vitest';
import { BatchMemory } from '../../../src/consumer/columns/builders/batch-memory.ts';
import { SlabPool } from '../../../src/runtime/slab-pool.ts';

/** Remembers the slabs that are in use. */
class WatchedPool extends SlabPool {
  readonly used = new Set<ArrayBuffer>();

  constructor() {
    super(64 * 1024 * 1024);
  }

  override allocate(bytes: number): ArrayBuffer {
    const slab = super.allocate(bytes);
    this.used.add(slab);
    return slab;
  }

  override free(slab: ArrayBuffer): void {
    this.used.delete(slab);
    super.free(slab);
  }
}

describe('memory of a batch', () => {
  it('gives thousands of small arrays in few slabs, none of which overlaps another', () => {
    const pool = new WatchedPool();
    using memory = new BatchMemory(pool);
    const arrays = Array.from({ length: 3000 }, (_, index) => {
      const length = 1 + (index % 70);
      if (index % 3 === 0) return memory.bytes(length).fill(index % 251);
      return index % 3 === 1 ? memory.int32(length).fill(index) : memory.float64(length).fill(index);
    });
    for (const [index, array] of arrays.entries()) {
      expect(array.length).toBe(1 + (index % 70));
      expect(new Set(array)).toEqual(new Set([index % 3 === 0 ? index % 251 : index]));
    }
    expect(pool.used.size).toBeLessThan(5);
  });

  it('gives large arrays slabs of their own, between small ones too', () => {
    const pool = new WatchedPool();
    using memory = new BatchMemory(pool);
    const small = memory.float64(10).fill(1);
    const large = memory.float64(1_000_000).fill(2);
    const next = memory.float64(10).fill(3);
    expect([small[9], large[0], large.at(-1), next[0]]).toEqual([1, 2, 2, 3]);
    expect(large.buffer).not.toBe(small.buffer);
    expect(next.buffer).toBe(small.buffer);
  });

  it('gives all slabs back at its end, once', () => {
    const pool = new WatchedPool();
    const memory = new BatchMemory(pool);
    memory.float64(10);
    memory.int32(1_000_000);
    memory[Symbol.dispose]();
    expect(pool.used.size).toBe(0);
    memory[Symbol.dispose]();
    expect(memory.float64(10)).toHaveLength(10);
    expect(pool.used.size).toBe(1);
  });

  it('gives the slab of a large array to the next one once it is freed, and never that of small ones', () => {
    using memory = new BatchMemory(new WatchedPool());
    const small = memory.float64(10).fill(1);
    const large = memory.float64(1_000_000);
    memory.free(small);
    memory.free(large);
    expect(memory.float64(1_000_000).buffer).toBe(large.buffer);
    memory.float64(10).fill(2);
    expect(small[0]).toBe(1);
  });
});
