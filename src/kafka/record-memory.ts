import { freeNow, SlabPool } from '../runtime/slab-pool.ts';

/** Memory that holds fetched records. */
export interface RecordMemory {
  readonly bytes: Buffer;
  /** Nobody may look at `bytes` from now on. */
  recycle(): void;
}

/** What is kept for the answers to come. */
const slabs = new SlabPool(16 * 1024 * 1024);

/** For `length` bytes, with anything in them at first. */
export function takeMemory(length: number): RecordMemory {
  const slab = slabs.take(length);
  return { bytes: Buffer.from(slab, 0, length), recycle: () => slabs.give(slab) };
}

/** The memory of `bytes`, which nothing else is in: true of a large buffer that was made for them. */
export function ownMemory(bytes: Buffer): RecordMemory {
  return { bytes, recycle: () => freeNow(bytes.buffer) };
}

/** Memory that is kept for records to come goes back. */
export function releaseFetchMemory(): void {
  slabs.clear();
}
