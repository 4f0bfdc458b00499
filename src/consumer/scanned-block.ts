import type { Shape } from './record-shape.ts';

/** What a scanned value is. `time`: a text that is a point in time to the millisecond, in UTC. */
export const scanned = { null: 0, false: 1, true: 2, number: 3, text: 4, nested: 5, time: 6 } as const;

/** Values that a block may hold: what describes them stays in the processor's cache. */
const valuesMax = 8192;
const rowsMost = 1024;

/**
 * The values of records of one shape that follow each other, column by column: what stands for the record `row` and the
 * field `field` is at `field * capacity + row` of each array.
 */
export class ScannedBlock {
  readonly shape: Shape;
  readonly capacity: number;
  /** Records in it. */
  count = 0;
  readonly kinds: Uint8Array;
  /** Of texts and times: the bytes between the quotes; of nested values their JSON. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Of texts. */
  readonly hashes: Int32Array;
  /** Of numbers, and of times their milliseconds since the epoch. */
  readonly numbers: Float64Array;
  readonly nested: unknown[];

  /** For no more than `rowsMax` records. */
  constructor(shape: Shape, rowsMax: number) {
    const fields = Math.max(1, shape.keys.length);
    this.shape = shape;
    this.capacity = Math.max(1, Math.min(rowsMax, rowsMost, Math.floor(valuesMax / fields)));
    const values = fields * this.capacity;
    this.kinds = new Uint8Array(values);
    this.starts = new Int32Array(values);
    this.ends = new Int32Array(values);
    this.hashes = new Int32Array(values);
    this.numbers = new Float64Array(values);
    this.nested = Array.from({ length: values });
  }
}
