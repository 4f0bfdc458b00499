import type { Address, Kernel } from './kernel.ts';
import { kindNull } from './kinds.ts';
import type { RecordShape } from './record-shape.ts';

/** Most values (rows × fields) per block, so that its arrays fit the CPU cache. */
const blockValuesMax = 8192;
const blockRowsMax = 1024;

/**
 * The values of consecutive records of one shape, column by column, in the kernel's memory: the value of record `row` and field `field` is in
 * slot `field * capacity + row`.
 */
export class ScannedBlock {
  readonly shape: RecordShape;
  readonly capacity: number;
  /** Number of records in the block. */
  count = 0;
  readonly address: Address;
  /** The parsed values of slots of kind `kindRawNested`. */
  readonly rawNested: unknown[];
  readonly #kernel: Kernel;
  readonly #kinds: Address;
  readonly #starts: Address;
  readonly #ends: Address;
  readonly #numbers: Address;

  /** Makes room for no more than `rowsMax` records. */
  constructor(kernel: Kernel, shape: RecordShape, rowsMax: number) {
    const { calls } = kernel;
    const { keys, literals } = shape;
    const fields = Math.max(1, keys.length);
    this.#kernel = kernel;
    this.shape = shape;
    this.capacity = Math.max(1, Math.min(rowsMax, blockRowsMax, Math.floor(blockValuesMax / fields)));
    const values = fields * this.capacity;
    this.#kinds = calls.allocate(values);
    this.#starts = calls.allocate(values * Int32Array.BYTES_PER_ELEMENT);
    this.#ends = calls.allocate(values * Int32Array.BYTES_PER_ELEMENT);
    this.#numbers = calls.allocate(values * Float64Array.BYTES_PER_ELEMENT);
    this.address = calls.createShape(keys.length, this.capacity, this.#kinds, this.#starts, this.#ends, this.#numbers);
    for (const [index, literal] of literals.entries()) {
      // this allocates: a view taken before would be stale
      const address = calls.createLiteral(this.address, index, literal.length);
      kernel.bytes.set(literal, address);
    }
    this.rawNested = Array.from({ length: values });
  }

  /** Kinds by slot. This view and the next three are stale once the kernel has allocated. */
  get kinds(): Uint8Array {
    return this.#kernel.bytes.subarray(this.#kinds, this.#kinds + this.shape.keys.length * this.capacity);
  }

  /** Numbers, times in milliseconds since the epoch, dates in days, by slot. */
  get numbers(): Float64Array {
    const first = this.#numbers / Float64Array.BYTES_PER_ELEMENT;
    return this.#kernel.float64.subarray(first, first + this.shape.keys.length * this.capacity);
  }

  /** Addresses by slot where strings begin, between their quotes, and nested JSON. */
  get starts(): Int32Array {
    return this.#positions(this.#starts);
  }

  get ends(): Int32Array {
    return this.#positions(this.#ends);
  }

  kindAt(slot: number): number {
    return this.#kernel.bytes[this.#kinds + slot] ?? kindNull;
  }

  numberAt(slot: number): number {
    return this.#kernel.float64[this.#numbers / Float64Array.BYTES_PER_ELEMENT + slot] ?? 0;
  }

  /** The string in a slot, or its nested JSON. */
  stringAt(slot: number): string {
    const { int32 } = this.#kernel;
    return this.#kernel.stringAt(int32[(this.#starts >> 2) + slot] ?? 0, int32[(this.#ends >> 2) + slot] ?? 0);
  }

  #positions(address: Address): Int32Array {
    const first = address / Int32Array.BYTES_PER_ELEMENT;
    return this.#kernel.int32.subarray(first, first + this.shape.keys.length * this.capacity);
  }
}
