import { windowBytes, windowRecords, type Address, type Kernel } from '../../kernel/kernel.ts';
import { parseNested } from './parse-record.ts';
import type { RecordChunk } from '../ports/record-chunk.ts';
import { shapeOf } from '../../kernel/record-shape.ts';
import { ScannedBlock } from '../../kernel/kernel-block.ts';
import { kindRawNested } from '../../kernel/kinds.ts';

const shapesMax = 8;
/** Scanning stops for good when, after this many records, most had no known shape. */
const trialRecords = 1000;
const fieldsMax = 1000;

/** Records that were scanned: the rows of the block behind those it has counted. */
export interface Scanned {
  readonly block: ScannedBlock;
  readonly count: number;
}

/**
 * Reads records of known shapes directly from their bytes, to the same values as `JSON.parse`. It declines anything unusual; such records
 * are parsed.
 */
export class RecordScanner {
  readonly #kernel: Kernel;
  readonly #rowsMax: number;
  readonly #recordBytesMax: number;
  readonly #blocks: ScannedBlock[] = [];
  #last: ScannedBlock | undefined;
  #hits = 0;
  #misses = 0;
  #bytes: Buffer = Buffer.alloc(0);
  /** Index in the chunk of the first record in the kernel's window. */
  #firstRecord = 0;
  /** An address in the window, less the offset in the chunk of the byte there. */
  #shift = 0;

  /** Reads no more than `rowsMax` records, each of at most `recordBytesMax`. */
  constructor(
    kernel: Kernel,
    { rowsMax, recordBytesMax }: { readonly rowsMax: number; readonly recordBytesMax: number },
  ) {
    this.#kernel = kernel;
    this.#rowsMax = rowsMax;
    this.#recordBytesMax = recordBytesMax;
  }

  /** Bytes of the chunk loaded last. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** True when scanning does not pay for these records, and has stopped for good. */
  get #hasGivenUp(): boolean {
    return this.#misses > trialRecords && this.#misses > this.#hits;
  }

  /**
   * Loads as many of the records `[first, end)` as fit, up to one without a value, or too large, and answers with their number. Those loaded
   * before are gone.
   */
  load({ bytes, valueStarts, valueEnds }: RecordChunk, first: number, end: number): number {
    const base = valueStarts[first] ?? -1;
    if (base < 0 || this.#hasGivenUp) return 0;
    const { calls, window, starts, ends, int32 } = this.#kernel;
    const last = Math.min(end, first + windowRecords);
    int32.set(valueStarts.subarray(first, last), starts / Int32Array.BYTES_PER_ELEMENT);
    int32.set(valueEnds.subarray(first, last), ends / Int32Array.BYTES_PER_ELEMENT);
    const count = calls.rebase(starts, ends, last - first, base, window, windowBytes, this.#recordBytesMax);
    if (count === 0) return 0;
    this.#bytes = bytes;
    this.#firstRecord = first;
    this.#shift = window - base;
    this.#kernel.fill(bytes.subarray(base, valueEnds[first + count - 1]));
    return count;
  }

  /** Scans loaded records `[first, end)`, up to one of another shape; `undefined` when the first one must be parsed. */
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

  /** Learns the shape of a record that had to be parsed to `fields`; answers with a block for it when the shape is new. */
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
    if (Object.keys(record.fields).length > fieldsMax) return undefined;
    const shape = shapeOf(bytes, record, this.#blocks.length);
    if (shape === undefined) return undefined;
    if (this.#blocks.some((known) => known.shape.id === shape.id)) return undefined;
    this.#last = new ScannedBlock(this.#kernel, shape, this.#rowsMax);
    this.#blocks.push(this.#last);
    return this.#last;
  }

  /** Gives the offset in the chunk of the byte at an address in the window. */
  offsetOf(address: Address): number {
    return address - this.#shift;
  }

  #read(block: ScannedBlock, first: number, end: number): Scanned | undefined {
    const { calls, starts, ends } = this.#kernel;
    const at = (first - this.#firstRecord) * Int32Array.BYTES_PER_ELEMENT;
    let count = calls.scan(block.address, block.count, starts + at, ends + at, end - first);
    if (count > 0 && calls.hasRawNested() !== 0 && !this.#parsesNested(block, block.count + count - 1)) count--;
    if (count === 0) return undefined;
    this.#hits += count;
    this.#last = block;
    return { block, count };
  }

  /** Parses the raw nested values of a row; answers with false when one of them is no JSON. */
  #parsesNested({ shape, capacity, kinds, starts, ends, rawNested }: ScannedBlock, row: number): boolean {
    for (let field = 0; field < shape.keys.length; field++) {
      const slot = field * capacity + row;
      if (kinds[slot] !== kindRawNested) continue;
      const value = parseNested(this.#bytes, this.offsetOf(starts[slot] ?? 0), this.offsetOf(ends[slot] ?? 0));
      if (value === undefined) return false;
      rawNested[slot] = value;
    }
    return true;
  }
}
