import { freeNow, SlabPool } from '../../runtime/slab-pool.ts';

/** Memory that holds fetched records. */
export interface RecordMemory {
  readonly bytes: Buffer;
  /** Nobody may look at `bytes` from now on. */
  recycle(): void;
}

/** What is kept for the answers to come. The answers of a batch are freed together, and each of 1 MiB has a slab of 2.25 MiB, half of it never written to. */
const slabs = new SlabPool(40 * 1024 * 1024);

/** Allocates `length` bytes, contents undefined. */
export function takeMemory(length: number): RecordMemory {
  const slab = slabs.allocate(length);
  return { bytes: Buffer.from(slab, 0, length), recycle: () => slabs.free(slab) };
}

/** The memory that `bytes` were unpacked into. It is theirs alone, unless Node has cut a small buffer out of its pool. */
export function ownMemory(bytes: Buffer): RecordMemory {
  const { buffer } = bytes;
  const isPooled = buffer.byteLength <= Buffer.poolSize;
  return { bytes, recycle: () => (isPooled ? undefined : freeNow(buffer)) };
}

/** Memory that is kept for records to come goes back. */
export function releaseFetchMemory(): void {
  slabs.clear();
}
