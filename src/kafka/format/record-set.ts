import { emptyChunk, type RecordChunk } from '../../consumer/ports/record-chunk.ts';
import { readableBatches, RecordCursor, type AbortedTransaction, type RecordBatch } from './record-batch.ts';
import type { RecordMemory } from './record-memory.ts';
import { RecordPositions } from './record-positions.ts';

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
  readonly #positions: RecordPositions;
  readonly #batches: PackedBatch[] = [];

  constructor(capacity: number, range: ChunkRange) {
    this.#range = range;
    this.#positions = new RecordPositions(capacity);
  }

  add(batch: RecordBatch): void {
    const { from, to } = this.#range;
    const shift = Number(batch.baseOffset - from);
    const end = Number(to - from);
    const base = this.#baseOf(batch.bytes);
    this.#batches.push({ batch, base, firstRow: this.#count });
    const { offsetDeltas, timestamps, recordStarts, valueStarts, valueEnds } = this.#positions;
    const cursor = new RecordCursor(batch);
    for (let left = batch.count; left > 0; left--) {
      cursor.next();
      const delta = cursor.offsetDelta + shift;
      if (delta < 0 || delta >= end) continue;
      const row = this.#count++;
      offsetDeltas[row] = delta;
      timestamps[row] = cursor.timestamp;
      recordStarts[row] = cursor.start + base;
      valueStarts[row] = cursor.valueStart < 0 ? -1 : cursor.valueStart + base;
      valueEnds[row] = cursor.valueEnd + base;
    }
  }

  finish(memory: RecordMemory | undefined): RecordChunk {
    const [only] = this.#parts;
    const isWhole = this.#parts.length === 1 && only !== undefined;
    const bytes = isWhole ? only.bytes : Buffer.concat(this.#parts.map((part) => part.bytes));
    const keepsMemory = memory !== undefined && bytes === memory.bytes;
    if (!keepsMemory) memory?.recycle();
    const positions = this.#positions;
    const cursorAt = recordFinder(bytes, this.#batches, positions.recordStarts);
    return {
      ...this.#range,
      count: this.#count,
      bytes,
      offsetDeltas: positions.offsetDeltas,
      timestamps: positions.timestamps,
      valueStarts: positions.valueStarts,
      valueEnds: positions.valueEnds,
      keyOf: (index) => {
        const { keyStart, keyEnd } = cursorAt(index);
        return keyStart < 0 ? undefined : bytes.subarray(keyStart, keyEnd);
      },
      headersOf: (index) => {
        const cursor = cursorAt(index);
        return cursor.headerCount === 0 ? undefined : cursor.headersJson();
      },
      [Symbol.dispose]: () => {
        positions.recycle();
        if (keepsMemory) memory.recycle();
      },
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
