import { emptyChunk, type RecordChunk } from '../consumer/record-chunk.ts';
import { readableBatches, RecordCursor, type AbortedTransaction, type RecordBatch } from './record-batch.ts';
import type { RecordMemory } from './record-memory.ts';

/** What the broker sent of one partition in one answer. */
export interface RecordSet {
  readonly batches: readonly RecordBatch[];
  readonly aborted: readonly AbortedTransaction[];
  /** Where the batches are, if that memory can be used again. */
  readonly memory?: RecordMemory;
}

type ChunkRange = Pick<RecordChunk, 'topic' | 'partition' | 'from' | 'to'>;

/**
 * Describes the records with an offset in `[from, to)` in a chunk that accounts for that range. Records of aborted transactions
 * and control records are left out. The set's memory is the chunk's from now on.
 */
export function chunkOfRecordSet({ batches, aborted, memory }: RecordSet, range: ChunkRange): RecordChunk {
  const readable = readableBatches(batches, aborted).filter(
    ({ baseOffset, lastOffset }) => lastOffset >= range.from && baseOffset < range.to,
  );
  const capacity = readable.reduce((sum, { count }) => sum + count, 0);
  if (capacity === 0) {
    memory?.recycle();
    return emptyChunk(range);
  }
  const packer = new ChunkPacker(capacity, range);
  for (const batch of readable) packer.add(batch);
  return packer.finish(memory);
}

interface PackedBatch {
  readonly batch: RecordBatch;
  /** Where its buffer begins in the chunk's. */
  readonly base: number;
  readonly firstRow: number;
}

class ChunkPacker {
  readonly #range: ChunkRange;
  readonly #parts: { readonly bytes: Buffer; readonly base: number }[] = [];
  #bytes = 0;
  #count = 0;
  readonly #offsetDeltas: Float64Array;
  readonly #timestamps: Float64Array;
  readonly #recordStarts: Int32Array;
  readonly #valueStarts: Int32Array;
  readonly #valueEnds: Int32Array;
  readonly #batches: PackedBatch[] = [];

  constructor(capacity: number, range: ChunkRange) {
    this.#range = range;
    this.#offsetDeltas = new Float64Array(capacity);
    this.#timestamps = new Float64Array(capacity);
    this.#recordStarts = new Int32Array(capacity);
    this.#valueStarts = new Int32Array(capacity);
    this.#valueEnds = new Int32Array(capacity);
  }

  add(batch: RecordBatch): void {
    const { from, to } = this.#range;
    const shift = Number(batch.baseOffset - from);
    const end = Number(to - from);
    const base = this.#baseOf(batch.bytes);
    this.#batches.push({ batch, base, firstRow: this.#count });
    const cursor = new RecordCursor(batch);
    for (let left = batch.count; left > 0; left--) {
      cursor.next();
      const delta = cursor.offsetDelta + shift;
      if (delta < 0 || delta >= end) continue;
      const row = this.#count++;
      this.#offsetDeltas[row] = delta;
      this.#timestamps[row] = cursor.timestamp;
      this.#recordStarts[row] = cursor.start + base;
      this.#valueStarts[row] = cursor.valueStart < 0 ? -1 : cursor.valueStart + base;
      this.#valueEnds[row] = cursor.valueEnd + base;
    }
  }

  finish(memory: RecordMemory | undefined): RecordChunk {
    const [only] = this.#parts;
    const isWhole = this.#parts.length === 1 && only !== undefined;
    const bytes = isWhole ? only.bytes : Buffer.concat(this.#parts.map((part) => part.bytes));
    const keepsMemory = memory !== undefined && bytes === memory.bytes;
    if (!keepsMemory) memory?.recycle();
    const cursorAt = recordFinder(bytes, this.#batches, this.#recordStarts);
    return {
      ...this.#range,
      count: this.#count,
      bytes,
      offsetDeltas: this.#offsetDeltas,
      timestamps: this.#timestamps,
      valueStarts: this.#valueStarts,
      valueEnds: this.#valueEnds,
      keyOf: (index) => {
        const { keyStart, keyEnd } = cursorAt(index);
        return keyStart < 0 ? undefined : bytes.subarray(keyStart, keyEnd);
      },
      headersOf: (index) => {
        const cursor = cursorAt(index);
        return cursor.headerCount === 0 ? undefined : cursor.headersJson();
      },
      ...(keepsMemory && { recycle: () => memory.recycle() }),
    };
  }

  /** Where the chunk's buffer has these bytes. */
  #baseOf(bytes: Buffer): number {
    const present = this.#parts.find((part) => part.bytes === bytes);
    if (present !== undefined) return present.base;
    const base = this.#bytes;
    this.#parts.push({ bytes, base });
    this.#bytes += bytes.length;
    return base;
  }
}

/** Reads a row's record once more, for what is rarely asked for. */
function recordFinder(
  bytes: Buffer,
  packed: readonly PackedBatch[],
  recordStarts: Int32Array,
): (row: number) => RecordCursor {
  const batches = packed.map(({ batch, base, firstRow }) => ({
    firstRow,
    batch: { ...batch, bytes, start: batch.start + base, end: batch.end + base },
  }));
  return (row) => {
    const found = batches.findLast(({ firstRow }) => firstRow <= row);
    if (found === undefined) throw new RangeError(`no row ${row}`);
    const cursor = new RecordCursor(found.batch, recordStarts[row]);
    cursor.next();
    return cursor;
  };
}
