import { emptyChunk, type RecordChunk } from '../consumer/record-chunk.ts';
import { readableBatches, RecordCursor, type AbortedTransaction, type RecordBatch } from './record-batch.ts';

/** What the broker sent of one partition in one answer. */
export interface RecordSet {
  readonly batches: readonly RecordBatch[];
  readonly aborted: readonly AbortedTransaction[];
}

/**
 * Packs the records with an offset in `[from, to)` into a chunk that accounts for that range. Records of aborted transactions
 * and control records are left out.
 */
export function chunkOfRecordSet(
  { batches, aborted }: RecordSet,
  range: Pick<RecordChunk, 'topic' | 'partition' | 'from' | 'to'>,
): RecordChunk {
  const readable = readableBatches(batches, aborted).filter(
    ({ baseOffset, lastOffset }) => lastOffset >= range.from && baseOffset < range.to,
  );
  const capacity = readable.reduce((sum, { count }) => sum + count, 0);
  if (capacity === 0) return emptyChunk(range);
  const packer = new ChunkPacker(capacity, range);
  for (const batch of readable) packer.add(batch);
  return packer.finish();
}

class ChunkPacker {
  readonly #range: Pick<RecordChunk, 'topic' | 'partition' | 'from' | 'to'>;
  readonly #parts: Buffer[] = [];
  #bytes = 0;
  #count = 0;
  readonly #offsetDeltas: Float64Array;
  readonly #timestamps: Float64Array;
  readonly #keyStarts: Int32Array;
  readonly #keyEnds: Int32Array;
  readonly #valueStarts: Int32Array;
  readonly #valueEnds: Int32Array;
  readonly #headerStarts: Int32Array;
  readonly #headerEnds: Int32Array;
  readonly #headers: { readonly row: number; readonly json: Buffer }[] = [];

  constructor(capacity: number, range: Pick<RecordChunk, 'topic' | 'partition' | 'from' | 'to'>) {
    this.#range = range;
    this.#offsetDeltas = new Float64Array(capacity);
    this.#timestamps = new Float64Array(capacity);
    this.#keyStarts = new Int32Array(capacity);
    this.#keyEnds = new Int32Array(capacity);
    this.#valueStarts = new Int32Array(capacity);
    this.#valueEnds = new Int32Array(capacity);
    this.#headerStarts = new Int32Array(capacity).fill(-1);
    this.#headerEnds = new Int32Array(capacity);
  }

  add(batch: RecordBatch): void {
    const { from, to } = this.#range;
    const shift = Number(batch.baseOffset - from);
    const end = Number(to - from);
    const base = this.#bytes;
    const cursor = new RecordCursor(batch);
    for (let left = batch.count; left > 0; left--) {
      cursor.next();
      const delta = cursor.offsetDelta + shift;
      if (delta < 0 || delta >= end) continue;
      const row = this.#count++;
      this.#offsetDeltas[row] = delta;
      this.#timestamps[row] = cursor.timestamp;
      this.#keyStarts[row] = cursor.keyStart < 0 ? -1 : cursor.keyStart + base;
      this.#keyEnds[row] = cursor.keyEnd + base;
      this.#valueStarts[row] = cursor.valueStart < 0 ? -1 : cursor.valueStart + base;
      this.#valueEnds[row] = cursor.valueEnd + base;
      if (cursor.headerCount > 0) this.#headers.push({ row, json: Buffer.from(cursor.headersJson()) });
    }
    this.#parts.push(batch.bytes);
    this.#bytes += batch.bytes.length;
  }

  finish(): RecordChunk {
    for (const { row, json } of this.#headers) {
      this.#headerStarts[row] = this.#bytes;
      this.#parts.push(json);
      this.#bytes += json.length;
      this.#headerEnds[row] = this.#bytes;
    }
    return {
      ...this.#range,
      count: this.#count,
      // a copy: the answer's whole buffer would stay in memory with it
      bytes: Buffer.concat(this.#parts, this.#bytes),
      offsetDeltas: this.#offsetDeltas,
      timestamps: this.#timestamps,
      keyStarts: this.#keyStarts,
      keyEnds: this.#keyEnds,
      valueStarts: this.#valueStarts,
      valueEnds: this.#valueEnds,
      headerStarts: this.#headerStarts,
      headerEnds: this.#headerEnds,
    };
  }
}
