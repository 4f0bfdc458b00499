/**
 * Records of one Kafka partition as the broker sent them: one buffer and arrays of positions, no object per record.
 *
 * A chunk accounts for every offset of the half-open range `[from, to)`. Offsets of the range without a record are
 * control records, records of aborted transactions, or were compacted away.
 */
export interface RecordChunk extends Disposable {
  readonly topic: string;
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
  /** Number of records; every array below has at least this length. */
  readonly count: number;
  /** The bytes that hold the values; valid as long as the chunk is. */
  readonly bytes: Buffer;
  /** Offsets minus `from`, ascending. */
  readonly offsetDeltas: Float64Array;
  /** Milliseconds since the epoch; -1 when the record has none. */
  readonly timestamps: Float64Array;
  /** Half-open byte ranges in `bytes`; a start of -1 means null. */
  readonly valueStarts: Int32Array;
  readonly valueEnds: Int32Array;
  /** Gives a record's key, `undefined` for null. */
  keyOf(index: number): Buffer | undefined;
  /** Gives a record's headers as a JSON object; `undefined` when there are none. */
  headersOf(index: number): string | undefined;
  /** Gives the value of a record's last header of this name; `undefined` when it has none, or none with a value. */
  headerOf(index: number, name: string): Buffer | undefined;
  /** Ends the chunk: its memory may hold other records from now on. A chunk that is dropped without it is left to the garbage collector. */
  [Symbol.dispose](): void;
}

/** The records `[first, end)` of a chunk. */
export interface ChunkSlice {
  readonly chunk: RecordChunk;
  readonly first: number;
  readonly end: number;
}

/** Makes a chunk that accounts for a range without holding a record of it. */
export function emptyChunk(range: Pick<RecordChunk, 'topic' | 'partition' | 'from' | 'to'>): RecordChunk {
  const numbers = new Float64Array(0);
  const positions = new Int32Array(0);
  return {
    ...range,
    count: 0,
    bytes: Buffer.alloc(0),
    offsetDeltas: numbers,
    timestamps: numbers,
    valueStarts: positions,
    valueEnds: positions,
    keyOf: () => undefined,
    headersOf: () => undefined,
    headerOf: () => undefined,
    [Symbol.dispose]: () => {},
  };
}
