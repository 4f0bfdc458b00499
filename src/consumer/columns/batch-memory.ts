import type { SlabPool } from '../../runtime/slab-pool.ts';

/** Allocates the arrays of one batch in memory that a later batch uses again; their contents are undefined at first. */
export class BatchMemory implements Disposable {
  readonly #pool: SlabPool | undefined;
  readonly #slabs: ArrayBuffer[] = [];

  /** Leaves the arrays to the garbage collector when there is no pool. */
  constructor(pool?: SlabPool) {
    this.#pool = pool;
  }

  float64(length: number): Float64Array {
    return new Float64Array(this.#allocate(length * Float64Array.BYTES_PER_ELEMENT), 0, length);
  }

  int32(length: number): Int32Array {
    return new Int32Array(this.#allocate(length * Int32Array.BYTES_PER_ELEMENT), 0, length);
  }

  bytes(length: number): Uint8Array {
    return new Uint8Array(this.#allocate(length), 0, length);
  }

  /** Frees the arrays: nobody may read them from now on. */
  [Symbol.dispose](): void {
    for (const slab of this.#slabs.splice(0)) this.#pool?.free(slab);
  }

  #allocate(bytes: number): ArrayBuffer {
    if (this.#pool === undefined) return new ArrayBuffer(bytes);
    const slab = this.#pool.allocate(bytes);
    this.#slabs.push(slab);
    return slab;
  }
}
