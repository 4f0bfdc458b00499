import { indexAtOrAfter } from '../../runtime/ascending.ts';
import type { BatchPolicy, BufferFill } from './batch-policy.ts';
import type { ChunkSlice, RecordChunk } from '../ports/record-chunk.ts';
import { unpackedLengthsOf } from './unpacked-lengths.ts';

/** One Kafka partition, one half-open offset range, its records. */
export interface Batch {
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
  readonly records: number;
  readonly bytes: number;
  readonly slices: readonly ChunkSlice[];
}

interface Arrival {
  readonly chunk: RecordChunk;
  /** When it arrived, by the monotonic clock. */
  readonly atMs: number;
}

/**
 * The chunks of one partition from the ledger's end on. A batch that was cut stays in here until it is `release`d, so that
 * it can be cut again elsewhere when another process has claimed a different range.
 */
export class PartitionBuffer {
  readonly partition: number;
  #arrivals: Arrival[] = [];
  #from: bigint;
  #records = 0;
  #bytes = 0;
  #heldBytes = 0;

  constructor(partition: number, from: bigint) {
    this.partition = partition;
    this.#from = from;
  }

  /** Offset of the next batch. */
  get from(): bigint {
    return this.#from;
  }

  /** End of what has arrived; equals `from` when nothing has. */
  get to(): bigint {
    return this.#arrivals.at(-1)?.chunk.to ?? this.#from;
  }

  /** Bytes of the chunks in memory: a chunk is held whole until its last record is released. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  fill(): BufferFill {
    return { records: this.#records, bytes: this.#bytes, oldestMs: this.#arrivals[0]?.atMs };
  }

  /**
   * Adds a chunk, which must begin at `to`; into an empty buffer it may begin earlier, and counts from `to` on. Throws a RangeError for a chunk
   * that leaves a hole, that overlaps, or whose records do not lie in its range.
   */
  push(chunk: RecordChunk, monotonicMs: number): void {
    checkChunk(chunk);
    const follows = chunk.from === this.to || (this.#arrivals.length === 0 && chunk.from < this.to);
    if (!follows) throw new RangeError(`chunk begins at ${chunk.from}, expected ${this.to}`);
    const slice = sliceOf(chunk, this.#from, chunk.to);
    this.#arrivals.push({ chunk, atMs: monotonicMs });
    this.#records += slice.end - slice.first;
    this.#bytes += sliceBytes(slice);
    this.#heldBytes += chunk.bytes.length;
  }

  /** Cuts the batch up to `to`; throws a RangeError when that has not arrived. */
  cutAt(to: bigint): Batch {
    if (to > this.to || to < this.#from)
      throw new RangeError(`can't cut at ${to}: [${this.#from}, ${this.to}) has arrived`);
    return batchOf(this.partition, this.#from, to, slicesUpTo(this.#arrivals, this.#from, to));
  }

  /** Cuts the batch of what has arrived, as far as the policy's limits allow; always at least one chunk's worth of progress. */
  cut(policy: Pick<BatchPolicy, 'rowsMax' | 'bytesMax'>): Batch {
    return this.cutAt(policyEnd(this.#arrivals, this.#from, policy) ?? this.to);
  }

  /** Drops what has arrived: it will be read again. Batches cut before are void. */
  clear(): void {
    for (const { chunk } of this.#arrivals) chunk[Symbol.dispose]();
    this.#arrivals = [];
    this.#records = 0;
    this.#bytes = 0;
    this.#heldBytes = 0;
  }

  /**
   * Drops everything below `to`, which may lie beyond what has arrived: it is in the lake. Batches cut before are void. Throws a RangeError for
   * a `to` that was released before.
   */
  release(to: bigint): void {
    if (to < this.#from) throw new RangeError(`can't release up to ${to}: ${this.#from} was released before`);
    this.#from = to;
    for (const { chunk } of this.#arrivals) if (chunk.to <= to) chunk[Symbol.dispose]();
    this.#arrivals = this.#arrivals.filter(({ chunk }) => chunk.to > to);
    const rest = slicesUpTo(this.#arrivals, to, this.to);
    this.#records = rest.reduce((sum, slice) => sum + slice.end - slice.first, 0);
    this.#bytes = rest.reduce((sum, slice) => sum + sliceBytes(slice), 0);
    this.#heldBytes = this.#arrivals.reduce((sum, { chunk }) => sum + chunk.bytes.length, 0);
  }
}

function checkChunk({ from, to, count, offsetDeltas }: RecordChunk): void {
  const last = count === 0 ? -1 : (offsetDeltas[count - 1] ?? -1);
  if (to < from || count > offsetDeltas.length || BigInt(last) >= to - from)
    throw new RangeError(
      `chunk [${from}, ${to}) says that it has ${count} records, the last one at offset ${from + BigInt(last)}`,
    );
}

/** Finds the offset at which the rows or bytes limit falls, `undefined` when everything fits. */
function policyEnd(
  arrivals: readonly Arrival[],
  from: bigint,
  { rowsMax, bytesMax }: Pick<BatchPolicy, 'rowsMax' | 'bytesMax'>,
): bigint | undefined {
  let records = 0;
  let bytes = 0;
  for (const { chunk } of arrivals) {
    const slice = sliceOf(chunk, from, chunk.to);
    const count = slice.end - slice.first;
    const room = Math.min(rowsMax - records, recordsWithin(slice, bytesMax - bytes));
    if (count > room) return chunk.from + BigInt(chunk.offsetDeltas[slice.first + room] ?? 0);
    records += count;
    bytes += sliceBytes(slice);
    if (records === rowsMax || bytes >= bytesMax) return chunk.to;
  }
  return undefined;
}

function batchOf(partition: number, from: bigint, to: bigint, slices: readonly ChunkSlice[]): Batch {
  const records = slices.reduce((sum, slice) => sum + slice.end - slice.first, 0);
  const bytes = slices.reduce((sum, slice) => sum + sliceBytes(slice), 0);
  return { partition, from, to, records, bytes, slices };
}

/** The batch up to `to`, which lies within it. */
export function shortenBatch({ partition, from, slices }: Batch, to: bigint): Batch {
  const kept = slices
    .filter(({ chunk }) => chunk.from < to)
    .map(({ chunk, first, end }) => ({ chunk, first, end: Math.min(end, firstAtOrAfter(chunk, to)) }))
    .filter(({ first, end }) => end > first);
  return batchOf(partition, from, to, kept);
}

/** The batch from `from` on, which lies within it. */
export function restOfBatch({ partition, to, slices }: Batch, from: bigint): Batch {
  const rest = slices
    .filter(({ chunk }) => chunk.to > from)
    .map(({ chunk, first, end }) => ({ chunk, first: Math.max(first, firstAtOrAfter(chunk, from)), end }))
    .filter(({ first, end }) => end > first);
  return batchOf(partition, from, to, rest);
}

function slicesUpTo(arrivals: readonly Arrival[], from: bigint, to: bigint): ChunkSlice[] {
  return arrivals
    .filter(({ chunk }) => chunk.from < to && chunk.to > from)
    .map(({ chunk }) => sliceOf(chunk, from, to))
    .filter(({ first, end }) => end > first);
}

/** Selects the records of `chunk` with an offset in `[from, to)`. */
function sliceOf(chunk: RecordChunk, from: bigint, to: bigint): ChunkSlice {
  return { chunk, first: firstAtOrAfter(chunk, from), end: firstAtOrAfter(chunk, to) };
}

function firstAtOrAfter(chunk: RecordChunk, offset: bigint): number {
  if (offset <= chunk.from) return 0;
  if (offset >= chunk.to) return chunk.count;
  return indexAtOrAfter(chunk.offsetDeltas.subarray(0, chunk.count), Number(offset - chunk.from));
}

/** Estimates the slice's share of the chunk's buffer, by records; compressed values count as what they unpack to. */
function sliceBytes({ chunk, first, end }: ChunkSlice): number {
  if (chunk.count === 0) return chunk.bytes.length;
  return Math.round((chunk.bytes.length * (end - first)) / chunk.count) + surplusOf({ chunk, first, end });
}

/** Bytes that compressed values unpack to, beyond their own. */
function surplusOf({ chunk, first, end }: ChunkSlice): number {
  const lengths = unpackedLengthsOf(chunk);
  if (lengths === undefined) return 0;
  let surplus = 0;
  for (let index = first; index < end; index++) {
    const own = (chunk.valueEnds[index] ?? 0) - (chunk.valueStarts[index] ?? 0);
    surplus += Math.max(0, (lengths[index] ?? 0) - own);
  }
  return surplus;
}

/** Counts the records up to the one that unpacks past `bytesMax`; at least one, and all where none is compressed. */
function recordsWithin({ chunk, first, end }: ChunkSlice, bytesMax: number): number {
  const lengths = unpackedLengthsOf(chunk);
  if (lengths === undefined) return end - first;
  let bytes = 0;
  for (let index = first; index < end; index++) {
    bytes += lengths[index] ?? 0;
    if (bytes >= bytesMax) return index + 1 - first;
  }
  return end - first;
}
