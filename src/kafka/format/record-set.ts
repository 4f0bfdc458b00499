import { larger, smaller } from '../../runtime/bigints.ts';
import { emptyChunk, type RecordChunk } from '../../consumer/ports/record-chunk.ts';
import { damageOf, type RecordBatch } from './record-batch.ts';
import { RecordCursor } from './record-cursor.ts';
import type { RecordMemory } from './record-memory.ts';
import { RecordPositions } from './record-positions.ts';
import { readableBatches, type AbortedTransaction } from './transactions.ts';
import { UnreadableBatch } from './unreadable-batch.ts';

/** The end of the year 9999, in milliseconds: a sender that writes other units has no timestamp that query engines know. */
const timestampMax = 253_402_300_799_999;

/** What the broker sent of one partition in one answer. */
export interface RecordSet {
  readonly batches: readonly RecordBatch[];
  readonly aborted: readonly AbortedTransaction[];
  /** Where the batches are, if that memory can be used again. */
  readonly memory?: RecordMemory;
}

type ChunkRange = Pick<RecordChunk, 'topic' | 'partition' | 'from' | 'to'>;

/** The chunk of the records that could be read; with `damage` it ends where that begins. */
export interface PackedRecords {
  readonly chunk: RecordChunk;
  readonly damage: UnreadableBatch | undefined;
}

/**
 * Describes the records with an offset in `[from, to)` in a chunk that accounts for that range. Records of aborted transactions
 * and control records are left out. The set's memory is the chunk's from now on. Stops at the first batch that can't be read.
 */
export function packRecordSet({ batches, aborted, memory }: RecordSet, range: ChunkRange): PackedRecords {
  const capacity = batches.reduce((sum, batch) => (batch.isControl ? sum : sum + batch.count), 0);
  const packer = new ChunkPacker(capacity, range);
  const damage = addReadable(packer, readableBatches(batches, aborted), range);
  const to = damage === undefined ? range.to : larger(range.from, smaller(range.to, damage.from));
  return { chunk: packer.finish(memory, to), damage };
}

function addReadable(
  packer: ChunkPacker,
  batches: Iterable<RecordBatch>,
  { from, to }: ChunkRange,
): UnreadableBatch | undefined {
  try {
    for (const batch of batches) if (batch.lastOffset >= from && batch.baseOffset < to) packer.add(batch);
    return undefined;
  } catch (error) {
    if (error instanceof UnreadableBatch) return error;
    throw error;
  }
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
  #hasHeaders = false;
  readonly #positions: RecordPositions;
  readonly #batches: PackedBatch[] = [];

  constructor(capacity: number, range: ChunkRange) {
    this.#range = range;
    this.#positions = new RecordPositions(capacity);
  }

  /** Takes in a batch's records. Throws an `UnreadableBatch`, and keeps nothing of the batch then. */
  add(batch: RecordBatch): void {
    const firstRow = this.#count;
    try {
      this.#addRecords(batch);
    } catch (error) {
      this.#count = firstRow;
      throw error;
    }
  }

  #addRecords(batch: RecordBatch): void {
    const { from, to } = this.#range;
    const shift = Number(batch.baseOffset - from);
    const end = Number(to - from);
    const base = this.#baseOf(batch.bytes);
    this.#batches.push({ batch, base, firstRow: this.#count });
    const { offsetDeltas, timestamps, recordStarts, valueStarts, valueEnds } = this.#positions;
    const cursor = new RecordCursor(batch);
    const lastDelta = Number(batch.lastOffset - batch.baseOffset);
    let previous = -1;
    for (let left = batch.count; left > 0; left--) {
      cursor.next();
      if (cursor.offsetDelta <= previous || cursor.offsetDelta > lastDelta)
        throw damageOf(batch, 'holds records whose offsets do not ascend within it');
      previous = cursor.offsetDelta;
      const delta = cursor.offsetDelta + shift;
      if (delta < 0 || delta >= end) continue;
      const row = this.#count++;
      offsetDeltas[row] = delta;
      timestamps[row] = cursor.timestamp > timestampMax ? -1 : cursor.timestamp;
      recordStarts[row] = cursor.start + base;
      valueStarts[row] = cursor.valueStart < 0 ? -1 : cursor.valueStart + base;
      valueEnds[row] = cursor.valueEnd + base;
      if (cursor.headerCount > 0) this.#hasHeaders = true;
    }
    if (batch.count > 0 && !cursor.isAtEnd) throw damageOf(batch, 'holds more bytes than its records have');
  }

  /** The chunk of what was taken in; it accounts for the records up to `to`. */
  finish(memory: RecordMemory | undefined, to: bigint): RecordChunk {
    const range = { ...this.#range, to };
    if (this.#count === 0) {
      this.#positions.recycle();
      memory?.recycle();
      return emptyChunk(range);
    }
    const [only] = this.#parts;
    const isWhole = this.#parts.length === 1 && only !== undefined;
    const bytes = isWhole ? only.bytes : Buffer.concat(this.#parts.map((part) => part.bytes));
    const keepsMemory = memory !== undefined && bytes === memory.bytes;
    if (!keepsMemory) memory?.recycle();
    const positions = this.#positions;
    const hasHeaders = this.#hasHeaders;
    const cursorAt = recordFinder(bytes, this.#batches, positions.recordStarts);
    return {
      ...range,
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
      headerOf: (index, name) => (hasHeaders ? cursorAt(index).header(name) : undefined),
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
