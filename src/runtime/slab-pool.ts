/** Smaller buffers are not pooled: they are allocated each time and left to the garbage collector. */
const slabBytesMin = 64 * 1024;

/** Sizes of slabs are multiples of this. */
const stepBytes = 256 * 1024;

/**
 * Malloc maps what is as large as this by itself (`MALLOC_MMAP_THRESHOLD_`), and gives it back to the system once it is freed. Of what lies in
 * its heap, any small object behind it would keep it. So no slab is between this and `heapBytesMax`: what nobody has written to takes no memory.
 */
const mappedBytes = 2.25 * 1024 * 1024;
/** Slabs in malloc's heap are smaller. */
const heapBytesMax = 1024 * 1024;

/**
 * Reusable buffers for a batch's arrays: V8 runs a full collection after every ten megabytes or so of new buffers, however few objects
 * there are.
 */
export class SlabPool {
  readonly #freeBytesMax: number;
  readonly #free: ArrayBuffer[] = [];
  #freeBytes = 0;
  #usedBytes = 0;

  /** Keeps at most `freeBytesMax` bytes of free slabs. */
  constructor(freeBytesMax: number) {
    this.#freeBytesMax = freeBytesMax;
  }

  /** Allocates at least `bytes`, contents undefined. */
  allocate(bytes: number): ArrayBuffer {
    if (bytes < slabBytesMin) return new ArrayBuffer(bytes);
    const size = sizeOf(bytes);
    // a slab much larger than needed would hold memory that no limit counts
    const largest = size + Math.max(stepBytes, size / 8);
    const at = this.#free.findLastIndex(({ byteLength }) => byteLength >= bytes && byteLength <= largest);
    const [slab] = at < 0 ? [] : this.#free.splice(at, 1);
    if (slab === undefined) return this.#make(size);
    this.#freeBytes -= slab.byteLength;
    this.#usedBytes += slab.byteLength;
    return slab;
  }

  /** Returns the slab to the pool; the caller may not use it afterwards. */
  free(slab: ArrayBuffer): void {
    if (slab.byteLength < slabBytesMin) return;
    this.#free.push(slab);
    this.#freeBytes += slab.byteLength;
    this.#usedBytes -= slab.byteLength;
    // those that nobody has asked for are of a size that is wanted no more
    while (this.#freeBytes > this.#freeBytesMax) this.#freeOldest();
  }

  /** Frees all slabs that are not in use. */
  clear(): void {
    for (const slab of this.#free.splice(0)) freeNow(slab);
    this.#freeBytes = 0;
  }

  /** Makes a slab. As much of free ones of other sizes goes for it, once all together would take more than may be kept. */
  #make(size: number): ArrayBuffer {
    const keptBytes = Math.max(this.#freeBytes - size, this.#freeBytesMax - this.#usedBytes - size);
    while (this.#free.length > 0 && this.#freeBytes > keptBytes) this.#freeOldest();
    this.#usedBytes += size;
    return new ArrayBuffer(size);
  }

  #freeOldest(): void {
    const slab = this.#free.shift();
    if (slab === undefined) return;
    this.#freeBytes -= slab.byteLength;
    freeNow(slab);
  }
}

/** The size of a slab for so many bytes. */
function sizeOf(bytes: number): number {
  const size = Math.ceil(bytes / stepBytes) * stepBytes;
  return size < heapBytesMax ? size : Math.max(size, mappedBytes);
}

/** Frees the memory at once, without waiting for the garbage collector. Views of it are empty afterwards. What is free stays so. */
export function freeNow(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}
