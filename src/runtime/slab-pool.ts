/** Less is not worth a slab: it is new each time, and left to the garbage collector. */
const slabBytesMin = 64 * 1024;

/** Slabs come in multiples of this. */
const stepBytes = 256 * 1024;

/**
 * Memory for what stays for the time of a batch, used again instead of left to the garbage collector: it collects everything
 * whenever some ten megabytes of buffers have come and gone, however few objects there are.
 */
export class SlabPool {
  readonly #freeBytesMax: number;
  readonly #free: ArrayBuffer[] = [];
  #freeBytes = 0;

  /** Holds back as much as `freeBytesMax`. */
  constructor(freeBytesMax: number) {
    this.#freeBytesMax = freeBytesMax;
  }

  /** At least `bytes`, with anything in them. */
  take(bytes: number): ArrayBuffer {
    if (bytes < slabBytesMin) return new ArrayBuffer(bytes);
    // a slab much larger than needed would hold memory that nobody counts
    const at = this.#free.findIndex(({ byteLength }) => byteLength >= bytes && byteLength <= bytes + 2 * stepBytes);
    const [slab] = at < 0 ? [] : this.#free.splice(at, 1);
    if (slab === undefined) return new ArrayBuffer(Math.ceil(bytes / stepBytes) * stepBytes);
    this.#freeBytes -= slab.byteLength;
    return slab;
  }

  /** Nobody may look at the slab from now on. */
  give(slab: ArrayBuffer): void {
    if (slab.byteLength < slabBytesMin) return;
    if (this.#freeBytes + slab.byteLength > this.#freeBytesMax) return freeNow(slab);
    this.#free.push(slab);
    this.#freeBytes += slab.byteLength;
  }

  /** Gives back to the system what nobody uses. */
  clear(): void {
    for (const slab of this.#free.splice(0)) freeNow(slab);
    this.#freeBytes = 0;
  }
}

/** Gives the memory back to the system, where the garbage collector would do so some time. Views of it are empty from now on. */
export function freeNow(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
