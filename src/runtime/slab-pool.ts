/** Smaller buffers are not pooled: they are allocated each time and left to the garbage collector. */
const slabBytesMin = 64 * 1024;

/** Sizes of slabs are multiples of this. */
const stepBytes = 256 * 1024;

/**
 * Reusable buffers for a batch's arrays: V8 runs a full collection after every ten megabytes or so of new buffers, however few objects
 * there are.
 */
export class SlabPool {
  readonly #freeBytesMax: number;
  readonly #free: ArrayBuffer[] = [];
  #freeBytes = 0;

  /** Keeps at most `freeBytesMax` bytes of free slabs. */
  constructor(freeBytesMax: number) {
    this.#freeBytesMax = freeBytesMax;
  }

  /** Allocates at least `bytes`, contents undefined. */
  allocate(bytes: number): ArrayBuffer {
    if (bytes < slabBytesMin) return new ArrayBuffer(bytes);
    // a slab much larger than needed would hold memory that no limit counts
    const at = this.#free.findIndex(({ byteLength }) => byteLength >= bytes && byteLength <= bytes + 2 * stepBytes);
    const [slab] = at < 0 ? [] : this.#free.splice(at, 1);
    if (slab === undefined) return new ArrayBuffer(Math.ceil(bytes / stepBytes) * stepBytes);
    this.#freeBytes -= slab.byteLength;
    return slab;
  }

  /** Returns the slab to the pool; the caller may not use it afterwards. */
  free(slab: ArrayBuffer): void {
    if (slab.byteLength < slabBytesMin) return;
    if (this.#freeBytes + slab.byteLength > this.#freeBytesMax) return freeNow(slab);
    this.#free.push(slab);
    this.#freeBytes += slab.byteLength;
  }

  /** Frees all slabs that are not in use. */
  clear(): void {
    for (const slab of this.#free.splice(0)) freeNow(slab);
    this.#freeBytes = 0;
  }
}

/** Frees the memory at once, without waiting for the garbage collector. Views of it are empty afterwards. */
export function freeNow(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
