import type { SlabPool } from '../../../runtime/slab-pool.ts';

/**
 * Arrays share slabs: each in a buffer of its own would keep the garbage collector busy. The first one is small, as most batches of a quiet topic
 * are; large ones come from the system and go back to it, and what nobody has written to takes no memory.
 */
const sharedSlabs = { firstBytes: 256 * 1024, largestBytes: 4 * 1024 * 1024, growth: 4 } as const;
/** Larger arrays have a slab of their own. */
const sharedBytesMax = 1024 * 1024;
/** Arrays begin at multiples of the size of a double. */
const alignment = Float64Array.BYTES_PER_ELEMENT;

interface Piece {
  readonly slab: ArrayBuffer;
  readonly offset: number;
}

/** Allocates the arrays of one batch in memory that a later batch uses again; their contents are undefined at first. */
export class BatchMemory implements Disposable {
  readonly #pool: SlabPool | undefined;
  readonly #slabs: ArrayBuffer[] = [];
  /** Holds arrays up to `#sharedUsed`. */
  #shared = new ArrayBuffer(0);
  #sharedUsed = 0;
  #nextBytes: number = sharedSlabs.firstBytes;

  /** Leaves the arrays to the garbage collector when there is no pool. */
  constructor(pool?: SlabPool) {
    this.#pool = pool;
  }

  float64(length: number): Float64Array {
    const { slab, offset } = this.#allocate(length * Float64Array.BYTES_PER_ELEMENT);
    return new Float64Array(slab, offset, length);
  }

  int32(length: number): Int32Array {
    const { slab, offset } = this.#allocate(length * Int32Array.BYTES_PER_ELEMENT);
    return new Int32Array(slab, offset, length);
  }

  bytes(length: number): Uint8Array {
    const { slab, offset } = this.#allocate(length);
    return new Uint8Array(slab, offset, length);
  }

  /** Frees an array before the others, if it has a slab of its own: nobody may read it from now on. */
  free({ buffer, byteLength }: Float64Array | Int32Array | Uint8Array): void {
    if (this.#pool === undefined || byteLength <= sharedBytesMax) return;
    const at = this.#slabs.findIndex((slab) => slab === buffer);
    for (const slab of this.#slabs.splice(at, at < 0 ? 0 : 1)) this.#pool.free(slab);
  }

  /** Frees the arrays: nobody may read them from now on. */
  [Symbol.dispose](): void {
    for (const slab of this.#slabs.splice(0)) this.#pool?.free(slab);
    this.#shared = new ArrayBuffer(0);
    this.#sharedUsed = 0;
    this.#nextBytes = sharedSlabs.firstBytes;
  }

  #allocate(bytes: number): Piece {
    if (this.#pool === undefined) return { slab: new ArrayBuffer(bytes), offset: 0 };
    if (bytes > sharedBytesMax) return { slab: this.#slab(this.#pool, bytes), offset: 0 };
    const offset = Math.ceil(this.#sharedUsed / alignment) * alignment;
    this.#sharedUsed = offset + bytes;
    if (this.#sharedUsed <= this.#shared.byteLength) return { slab: this.#shared, offset };
    this.#shared = this.#slab(this.#pool, Math.max(bytes, this.#nextBytes));
    this.#nextBytes = Math.min(sharedSlabs.largestBytes, this.#nextBytes * sharedSlabs.growth);
    this.#sharedUsed = bytes;
    return { slab: this.#shared, offset: 0 };
  }

  #slab(pool: SlabPool, bytes: number): ArrayBuffer {
    const slab = pool.allocate(bytes);
    this.#slabs.push(slab);
    return slab;
  }
}
