import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Where something is in the kernel's memory: a byte's number. 0 is nowhere. */
export type Address = number;

/** The functions of `assembly/`, which say what they do. */
interface Calls {
  readonly memory: WebAssembly.Memory;
  mark(): Address;
  release(to: Address): void;
  take(bytes: number): Address;
  createTexts(bytes: number): void;
  forgetTexts(): void;
  createDictionary(): Address;
  addText(dictionary: Address, start: Address, end: Address): number;
  textCountOf(dictionary: Address): number;
  textBytesOf(dictionary: Address): Address;
  textOffsetsOf(dictionary: Address): Address;
  createShape(
    fieldCount: number,
    capacity: number,
    kinds: Address,
    starts: Address,
    ends: Address,
    numbers: Address,
  ): Address;
  createLiteral(shape: Address, index: number, length: number): Address;
  setPart(shape: Address, field: number, part: Address): void;
  place(
    starts: Address,
    ends: Address,
    count: number,
    base: number,
    window: Address,
    windowBytes: number,
    recordBytesMax: number,
  ): number;
  scan(shape: Address, firstRow: number, starts: Address, ends: Address, count: number): number;
  hasNested(): number;
  kindsOf(shape: Address, field: number, count: number): number;
  codesOf(shape: Address, field: number, count: number, dictionary: Address, codes: Address): void;
  leastOf(values: Address, count: number): number;
  greatestOf(values: Address, count: number): number;
  leastFrom(values: Address, count: number, floor: number): number;
  placeTimes(times: Address, sent: Address, count: number, past: number, future: number): void;
  renumber(codes: Address, count: number, most: number, used: Address, uses: Address): number;
  codesOfNumbers(values: Address, count: number, most: number, numbers: Address, codes: Address): number;
  writeCodes(codes: Address, count: number, width: number, to: Address): Address;
  writeLevels(levels: Address, count: number, width: number, to: Address): Address;
  writeBits(bits: Address, count: number, to: Address): Address;
  writeDeltas(values: Address, count: number, to: Address): Address;
  createPart(kind: number, fieldCount: number): Address;
  setElement(part: Address, element: Address): void;
  setField(part: Address, index: number, field: Address): void;
  createLeaf(): Address;
  setLeaf(part: Address, leaf: Address): void;
  shred(part: Address, starts: Address, ends: Address, count: number): number;
  entryCountOf(leaf: Address): number;
  definitionsOf(leaf: Address): Address;
  repetitionsOf(leaf: Address): Address;
  valueCountOf(leaf: Address): number;
  valuesOf(leaf: Address): Address;
  dictionaryOf(leaf: Address): Address;
  emptyLeaf(leaf: Address): void;
  addKey(part: Address, name: Address, length: number, field: number): void;
}

/** So much JSON is in the kernel's memory at a time: it stays in the processor's cache. */
export const windowBytes = 256 * 1024;
/** Zeros behind it end whatever is read too far. */
const paddingBytes = 64;
export const windowRecords = 4096;
/** Memory of a kernel never shrinks: one that has taken more is replaced. */
const memoryBytesMax = 32 * 1024 * 1024;

/**
 * What is done to every byte or value, compiled, with its memory. It is for one piece of work at a time, from the call of `openKernel` on and
 * with nothing awaited: what the one before it has in the memory is gone.
 */
export class Kernel {
  readonly calls: Calls;
  /** Holds the bytes to be read, at most `windowBytes`. */
  readonly window: Address;
  /** By record, 32 bits each: where it begins and ends. For as many as `windowRecords`. */
  readonly starts: Address;
  readonly ends: Address;
  /** Where numbers of texts go; for as many. */
  readonly codes: Address;
  readonly #own: Address;
  #bytes = new Uint8Array(0);
  #int32 = new Int32Array(0);
  #float64 = new Float64Array(0);

  constructor(module: WebAssembly.Module) {
    // imports go by the file that declares them
    const number = { numberOf: (start: Address, end: Address) => Number(this.textAt(start, end)) };
    this.calls = new WebAssembly.Instance<Calls>(module, { number }).exports;
    this.window = this.calls.take(windowBytes + paddingBytes);
    this.starts = this.calls.take(windowRecords * Int32Array.BYTES_PER_ELEMENT);
    this.ends = this.calls.take(windowRecords * Int32Array.BYTES_PER_ELEMENT);
    this.codes = this.calls.take(windowRecords * Int32Array.BYTES_PER_ELEMENT);
    this.calls.createTexts(windowBytes);
    this.#own = this.calls.mark();
  }

  /** Bytes that it holds. */
  get size(): number {
    return this.calls.memory.buffer.byteLength;
  }

  /** The memory; stale once anything has been added to it. */
  get bytes(): Uint8Array<ArrayBuffer> {
    this.#refresh();
    return this.#bytes;
  }

  get int32(): Int32Array<ArrayBuffer> {
    this.#refresh();
    return this.#int32;
  }

  get float64(): Float64Array<ArrayBuffer> {
    this.#refresh();
    return this.#float64;
  }

  /** Takes back all memory that was handed out. */
  clear(): void {
    this.calls.release(this.#own);
    this.calls.forgetTexts();
  }

  /** Puts JSON at `window`; texts read before are forgotten. */
  fill(source: Uint8Array): void {
    const { bytes, window } = this;
    bytes.set(source, window);
    bytes.fill(0, window + source.length, window + source.length + paddingBytes);
    this.calls.forgetTexts();
  }

  /** A place in memory with a copy of the bytes. */
  keep(source: Uint8Array): Address {
    const address = this.calls.take(source.length);
    this.bytes.set(source, address);
    return address;
  }

  /** `keep` for numbers of 32 bits. */
  keepInt32(source: Int32Array): Address {
    const address = this.calls.take(source.length * Int32Array.BYTES_PER_ELEMENT);
    this.int32.set(source, address / Int32Array.BYTES_PER_ELEMENT);
    return address;
  }

  /** `keep` for numbers, as doubles. */
  keepDoubles(source: Float64Array | Int32Array): Address {
    const address = this.calls.take(source.length * Float64Array.BYTES_PER_ELEMENT);
    this.float64.set(source, address / Float64Array.BYTES_PER_ELEMENT);
    return address;
  }

  /** Of doubles; infinite for none, NaN does not count. */
  rangeOf(values: Address, count: number): { readonly min: number; readonly max: number } {
    return { min: this.calls.leastOf(values, count), max: this.calls.greatestOf(values, count) };
  }

  /** A copy of numbers of 32 bits. */
  int32At(address: Address, count: number): Int32Array {
    const first = address / Int32Array.BYTES_PER_ELEMENT;
    return this.int32.slice(first, first + count);
  }

  /** A copy of doubles. */
  doublesAt(address: Address, count: number): Float64Array {
    const first = address / Float64Array.BYTES_PER_ELEMENT;
    return this.float64.slice(first, first + count);
  }

  /** Does work that needs memory for its own time only. */
  borrow<Result>(work: () => Result): Result {
    const mark = this.calls.mark();
    try {
      return work();
    } finally {
      this.calls.release(mark);
    }
  }

  textAt(start: Address, end: Address): string {
    return Buffer.from(this.calls.memory.buffer, start, end - start).toString('utf8');
  }

  #refresh(): void {
    const { buffer } = this.calls.memory;
    if (this.#bytes.buffer === buffer) return;
    this.#bytes = new Uint8Array(buffer);
    this.#int32 = new Int32Array(buffer);
    this.#float64 = new Float64Array(buffer);
  }
}

let module: WebAssembly.Module | undefined;
let kernel: Kernel | undefined;

/** The kernel, with nothing in its memory. */
export function openKernel(): Kernel {
  if (kernel !== undefined && kernel.size > memoryBytesMax) kernel = undefined;
  module ??= new WebAssembly.Module(readBuilt());
  kernel ??= new Kernel(module);
  kernel.clear();
  return kernel;
}

function readBuilt(): Uint8Array {
  try {
    return readFileSync(createRequire(import.meta.url).resolve('#kernel'));
  } catch (cause) {
    throw new Error('dist/kernel.wasm is not there: `npm run build` makes it', { cause });
  }
}

/** Leaves the kernel's memory to the garbage collector until it is needed again. */
export function closeKernel(): void {
  kernel = undefined;
}
