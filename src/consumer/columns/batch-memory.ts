import type { SlabPool } from '../../runtime/slab-pool.ts';

/** The arrays of one batch, in memory that a later one uses again. What is in them at first is anything. */
export class BatchMemory implements Disposable {
  readonly #pool: SlabPool | undefined;
  readonly #slabs: ArrayBuffer[] = [];

  /** Without a pool the arrays are left to the garbage collector. */
  constructor(pool?: SlabPool) {
    this.#pool = pool;
  }

  float64(length: number): Float64Array {
    return new Float64Array(this.#take(length * Float64Array.BYTES_PER_ELEMENT), 0, length);
  }

  int32(length: number): Int32Array {
    return new Int32Array(this.#take(length * Int32Array.BYTES_PER_ELEMENT), 0, length);
  }

  /** Frees the arrays: nobody may read them from now on. */
  [Symbol.dispose](): void {
    for (const slab of this.#slabs.splice(0)) this.#pool?.give(slab);
  }

  #take(bytes: number): ArrayBuffer {
    if (this.#pool === undefined) return new ArrayBuffer(bytes);
    const slab = this.#pool.take(bytes);
    this.#slabs.push(slab);
    return slab;
  }
}
