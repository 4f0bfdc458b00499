import { takeMemory, type RecordMemory } from './record-memory.ts';

const bytesPerRecord = 2 * Float64Array.BYTES_PER_ELEMENT + 3 * Int32Array.BYTES_PER_ELEMENT;

/** What a chunk's arrays say of each record, in one piece of memory. What is in them at first is anything. */
export class RecordPositions {
  readonly offsetDeltas: Float64Array;
  readonly timestamps: Float64Array;
  readonly recordStarts: Int32Array;
  readonly valueStarts: Int32Array;
  readonly valueEnds: Int32Array;
  readonly #memory: RecordMemory;

  /** Makes room for `capacity` records. */
  constructor(capacity: number) {
    this.#memory = takeMemory(capacity * bytesPerRecord);
    const { buffer } = this.#memory.bytes;
    const int32s = 2 * capacity * Float64Array.BYTES_PER_ELEMENT;
    const int32Bytes = capacity * Int32Array.BYTES_PER_ELEMENT;
    this.offsetDeltas = new Float64Array(buffer, 0, capacity);
    this.timestamps = new Float64Array(buffer, this.offsetDeltas.byteLength, capacity);
    this.recordStarts = new Int32Array(buffer, int32s, capacity);
    this.valueStarts = new Int32Array(buffer, int32s + int32Bytes, capacity);
    this.valueEnds = new Int32Array(buffer, int32s + 2 * int32Bytes, capacity);
  }

  /** Nobody may look at the arrays from now on. */
  recycle(): void {
    this.#memory.recycle();
  }
}
