import type { Address, Kernel } from './kernel.ts';
import type { RecordShape } from './record-shape.ts';

/** What a scanned value is; the kernel's numbers. `part`: JSON that fits the type of its column, `nested`: other JSON in brackets. */
export const scanned = {
  null: 0,
  false: 1,
  true: 2,
  number: 3,
  text: 4,
  time: 5,
  date: 6,
  part: 7,
  nested: 8,
} as const;

/** Values that a block may hold: what describes them stays in the processor's cache. */
const valuesMax = 8192;
const rowsMost = 1024;

/**
 * The values of records of one shape that follow each other, column by column: what stands for the record `row` and the
 * field `field` is at `field * capacity + row`. They are in the kernel's memory.
 */
export class ScannedBlock {
  readonly shape: RecordShape;
  readonly capacity: number;
  /** Records in it. */
  count = 0;
  readonly address: Address;
  /** What `nested` values are. */
  readonly nested: unknown[];
  readonly #kernel: Kernel;
  readonly #kinds: Address;
  readonly #starts: Address;
  readonly #ends: Address;
  readonly #numbers: Address;

  /** For no more than `rowsMax` records. */
  constructor(kernel: Kernel, shape: RecordShape, rowsMax: number) {
    const { calls } = kernel;
    const { keys, literals } = shape;
    const fields = Math.max(1, keys.length);
    this.#kernel = kernel;
    this.shape = shape;
    this.capacity = Math.max(1, Math.min(rowsMax, rowsMost, Math.floor(valuesMax / fields)));
    const values = fields * this.capacity;
    this.#kinds = calls.take(values);
    this.#starts = calls.take(values * Int32Array.BYTES_PER_ELEMENT);
    this.#ends = calls.take(values * Int32Array.BYTES_PER_ELEMENT);
    this.#numbers = calls.take(values * Float64Array.BYTES_PER_ELEMENT);
    this.address = calls.createShape(keys.length, this.capacity, this.#kinds, this.#starts, this.#ends, this.#numbers);
    for (const [index, literal] of literals.entries()) {
      // a view of before it would be stale: this takes memory
      const address = calls.createLiteral(this.address, index, literal.length);
      kernel.bytes.set(literal, address);
    }
    this.nested = Array.from({ length: values });
  }

  /** By slot; stale, as the next three are, once the kernel has been asked for memory. */
  get kinds(): Uint8Array {
    return this.#kernel.bytes.subarray(this.#kinds, this.#kinds + this.shape.keys.length * this.capacity);
  }

  /** Of numbers, of times in milliseconds since the epoch, of dates in days. */
  get numbers(): Float64Array {
    const first = this.#numbers / Float64Array.BYTES_PER_ELEMENT;
    return this.#kernel.float64.subarray(first, first + this.shape.keys.length * this.capacity);
  }

  /** Where texts begin, between their quotes, and JSON. */
  get starts(): Int32Array {
    return this.#positions(this.#starts);
  }

  get ends(): Int32Array {
    return this.#positions(this.#ends);
  }

  kindAt(slot: number): number {
    return this.#kernel.bytes[this.#kinds + slot] ?? scanned.null;
  }

  numberAt(slot: number): number {
    return this.#kernel.float64[this.#numbers / Float64Array.BYTES_PER_ELEMENT + slot] ?? 0;
  }

  /** A text, or JSON. */
  textAt(slot: number): string {
    const { int32 } = this.#kernel;
    return this.#kernel.textAt(int32[(this.#starts >> 2) + slot] ?? 0, int32[(this.#ends >> 2) + slot] ?? 0);
  }

  #positions(address: Address): Int32Array {
    const first = address / Int32Array.BYTES_PER_ELEMENT;
    return this.#kernel.int32.subarray(first, first + this.shape.keys.length * this.capacity);
  }
}
