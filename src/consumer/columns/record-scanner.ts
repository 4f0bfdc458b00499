import { windowBytes, windowRecords, type Address, type Kernel } from '../../kernel/kernel.ts';
import { parseNested } from './parse-record.ts';
import type { RecordChunk } from '../ports/record-chunk.ts';
import { shapeOf } from '../../kernel/record-shape.ts';
import { scanned, ScannedBlock } from '../../kernel/kernel-block.ts';

const shapesMax = 8;
/** Scanning stops for good when, after this many records, most had no known shape. */
const trialRecords = 1000;
const fieldsMax = 1000;

/** Records that were scanned: the first rows of the block that are not counted yet. */
export interface Scanned {
  readonly block: ScannedBlock;
  readonly count: number;
}

/**
 * Reads records of known shapes straight from their bytes, to the same values as `JSON.parse`: what it does not know well makes
 * it pass, and the record is parsed.
 */
export class RecordScanner {
  readonly #kernel: Kernel;
  readonly #rowsMax: number;
  readonly #recordBytesMax: number;
  readonly #blocks: ScannedBlock[] = [];
  #last: ScannedBlock | undefined;
  #hits = 0;
  #misses = 0;
  /** The records in the kernel's window: those of the chunk from this one on. */
  #bytes: Buffer = Buffer.alloc(0);
  #firstRecord = 0;
  /** From an address to its place in the chunk. */
  #shift = 0;

  /** For no more than `rowsMax` records, each of at most `recordBytesMax`. */
  constructor(
    kernel: Kernel,
    { rowsMax, recordBytesMax }: { readonly rowsMax: number; readonly recordBytesMax: number },
  ) {
    this.#kernel = kernel;
    this.#rowsMax = rowsMax;
    this.#recordBytesMax = recordBytesMax;
  }

  /** Of the last chunk. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Scanning does not pay for these records, and stops for good. */
  get #hasGivenUp(): boolean {
    return this.#misses > trialRecords && this.#misses > this.#hits;
  }

  /** Takes as many of the records `[first, end)` as it can: up to one without a value, or too large. What was taken before is gone. */
  load({ bytes, valueStarts, valueEnds }: RecordChunk, first: number, end: number): number {
    const base = valueStarts[first] ?? -1;
    if (base < 0 || this.#hasGivenUp) return 0;
    const { calls, window, starts, ends, int32 } = this.#kernel;
    const last = Math.min(end, first + windowRecords);
    int32.set(valueStarts.subarray(first, last), starts / Int32Array.BYTES_PER_ELEMENT);
    int32.set(valueEnds.subarray(first, last), ends / Int32Array.BYTES_PER_ELEMENT);
    const count = calls.place(starts, ends, last - first, base, window, windowBytes, this.#recordBytesMax);
    if (count === 0) return 0;
    this.#bytes = bytes;
    this.#firstRecord = first;
    this.#shift = window - base;
    this.#kernel.fill(bytes.subarray(base, valueEnds[first + count - 1]));
    return count;
  }

  /** Scans records `[first, end)` of those that were loaded, up to one of another shape; `undefined` when the first one must be parsed. */
  scan(first: number, end: number): Scanned | undefined {
    if (this.#last === undefined) return undefined;
    const found = this.#read(this.#last, first, end);
    if (found !== undefined) return found;
    for (const block of this.#blocks) {
      const other = block === this.#last ? undefined : this.#read(block, first, end);
      if (other !== undefined) return other;
    }
    return undefined;
  }

  /** Takes in the shape of a record that had to be parsed to `fields`; a block for it, when it is new. */
  learn(
    record: { readonly start: number; readonly end: number; readonly fields: object },
    bytes: Buffer,
  ): ScannedBlock | undefined {
    this.#misses++;
    if (this.#hasGivenUp) {
      this.#blocks.length = 0;
      this.#last = undefined;
      return undefined;
    }
    this.#last = this.#blocks[0];
    if (this.#blocks.length === shapesMax) return undefined;
    const shape = shapeOf(bytes, record, this.#blocks.length);
    if (shape === undefined || shape.keys.length > fieldsMax) return undefined;
    if (this.#blocks.some((known) => known.shape.id === shape.id)) return undefined;
    this.#last = new ScannedBlock(this.#kernel, shape, this.#rowsMax);
    this.#blocks.push(this.#last);
    return this.#last;
  }

  /** The place in the chunk. */
  placeOf(address: Address): number {
    return address - this.#shift;
  }

  #read(block: ScannedBlock, first: number, end: number): Scanned | undefined {
    const { calls, starts, ends } = this.#kernel;
    const at = (first - this.#firstRecord) * Int32Array.BYTES_PER_ELEMENT;
    let count = calls.scan(block.address, block.count, starts + at, ends + at, end - first);
    if (count > 0 && calls.hasNested() !== 0 && !this.#parsesNested(block, block.count + count - 1)) count--;
    if (count === 0) return undefined;
    this.#hits += count;
    this.#last = block;
    return { block, count };
  }

  /** False when something in the brackets of a value is wrong. */
  #parsesNested({ shape, capacity, kinds, starts, ends, nested }: ScannedBlock, row: number): boolean {
    for (let field = 0; field < shape.keys.length; field++) {
      const slot = field * capacity + row;
      if (kinds[slot] !== scanned.nested) continue;
      const value = parseNested(this.#bytes, this.placeOf(starts[slot] ?? 0), this.placeOf(ends[slot] ?? 0));
      if (value === undefined) return false;
      nested[slot] = value;
    }
    return true;
  }
}
