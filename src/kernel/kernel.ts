import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseJson, writeJson } from '../schema/json/exact-json.ts';
import { columnName } from '../schema/names/column-name.ts';
import type { Address, Calls } from './kernel-calls.ts';
import { fingerprintFile, fingerprintOfSources } from './kernel-sources.ts';
import { powersOfFive } from './powers-of-five.ts';

/** Bytes of JSON given to the kernel at once; chosen to fit the CPU cache. */
export const windowBytes = 512 * 1024;
/** The most for which there is room: records of many fields are given so much, since each field costs a step for all of them. */
export const windowBytesMax = 1024 * 1024;
/** Zero padding: vector reads and writes past the end stop here. */
const paddingBytes = 64;
export const windowRecords = 4096;
/** WebAssembly memory can't shrink; a kernel that has grown past this is replaced, and its memory stays until it is collected. */
const memoryBytesMax = 48 * 1024 * 1024;

/** The compiled work on every byte and value, and its memory, which holds one piece of work at a time: `README.md` has a picture of it. */
export class Kernel {
  readonly calls: Calls;
  /** Holds the JSON to be read, at most `windowBytesMax`. */
  readonly window: Address;
  /** Input: begin and end of each record, 32 bits each, `windowRecords` long. */
  readonly starts: Address;
  readonly ends: Address;
  /** Output: rows, and a dictionary id, a number or the end of a string for each; `windowRecords` long. */
  readonly rows: Address;
  readonly ids: Address;
  readonly numbers: Address;
  /** Output: strings, at most `windowBytesMax`. */
  readonly strings: Address;
  readonly stringsEnd: Address;
  /** Where the memory of a piece of work begins. */
  readonly #workStart: Address;
  #bytes = new Uint8Array(0);
  #int32 = new Int32Array(0);
  #float64 = new Float64Array(0);

  constructor(module: WebAssembly.Module) {
    // imports go by the file that declares them
    const number = { numberOf: (start: Address, end: Address) => Number(this.stringAt(start, end)) };
    const written = { writeNumberOf: this.#writeNumberOf.bind(this) };
    const names = { writeColumnName: this.#writeColumnName.bind(this) };
    const imports = { number, 'written-json': written, 'full-structs': names };
    this.calls = new WebAssembly.Instance<Calls>(module, imports).exports;
    const [first = 0n, second = 0n] = crypto.getRandomValues(new BigUint64Array(2));
    this.calls.setHashKey(first, second);
    this.window = this.calls.allocate(windowBytesMax + paddingBytes);
    this.starts = this.calls.allocate(windowRecords * Int32Array.BYTES_PER_ELEMENT);
    this.ends = this.calls.allocate(windowRecords * Int32Array.BYTES_PER_ELEMENT);
    this.rows = this.calls.allocate(windowRecords * Int32Array.BYTES_PER_ELEMENT);
    this.ids = this.calls.allocate(windowRecords * Int32Array.BYTES_PER_ELEMENT);
    this.numbers = this.calls.allocate(windowRecords * Float64Array.BYTES_PER_ELEMENT);
    this.strings = this.calls.allocate(windowBytesMax + paddingBytes);
    this.stringsEnd = this.strings + windowBytesMax + paddingBytes;
    this.calls.createStrings(windowBytesMax);
    const powers = new Uint8Array(powersOfFive().buffer);
    const table = this.calls.createPowers(powers.length);
    this.bytes.set(powers, table);
    this.#workStart = this.calls.mark();
  }

  #writeNumberOf(start: Address, end: Address, room: Address, roomEnd: Address): number {
    const text = Buffer.from(writeJson(parseJson(this.stringAt(start, end))));
    if (room + text.length > roomEnd) return 0;
    this.bytes.set(text, room);
    return text.length;
  }

  #writeColumnName(start: Address, end: Address, room: Address): number {
    const name = Buffer.from(columnName(this.stringAt(start, end)));
    this.bytes.set(name, room);
    return name.length;
  }

  /** Size of its memory in bytes. */
  get size(): number {
    return this.calls.memory.buffer.byteLength;
  }

  /** The memory as bytes; the view is stale once anything has been allocated. */
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

  /** Frees all that the piece of work before has allocated. */
  clear(): void {
    this.calls.release(this.#workStart);
    this.calls.clearStrings();
  }

  /** Copies JSON to `window`; strings read before are dropped. */
  fill(source: Uint8Array): void {
    this.bytes.set(source, this.window);
    this.pad(this.window + source.length);
    this.calls.clearStrings();
  }

  /** Puts zeros behind bytes that end at the address. */
  pad(end: Address): void {
    this.bytes.fill(0, end, end + paddingBytes);
  }

  /** Copies bytes in; answers with their address. */
  copyIn(source: Uint8Array): Address {
    const address = this.calls.allocate(source.length);
    this.bytes.set(source, address);
    return address;
  }

  /** Copies 32-bit integers in. */
  copyInInt32(source: Int32Array): Address {
    const address = this.calls.allocate(source.length * Int32Array.BYTES_PER_ELEMENT);
    this.int32.set(source, address / Int32Array.BYTES_PER_ELEMENT);
    return address;
  }

  /** Copies numbers in, as doubles. */
  copyInDoubles(source: Float64Array | Int32Array): Address {
    const address = this.calls.allocate(source.length * Float64Array.BYTES_PER_ELEMENT);
    this.float64.set(source, address / Float64Array.BYTES_PER_ELEMENT);
    return address;
  }

  /** Finds minimum and maximum of doubles: infinite for none; NaN does not count. */
  rangeOf(values: Address, count: number): { readonly min: number; readonly max: number } {
    return { min: this.calls.minOf(values, count), max: this.calls.maxOf(values, count) };
  }

  /** Gives a view of 32-bit integers, stale once anything has been allocated. */
  viewInt32(address: Address, count: number): Int32Array {
    const first = address / Int32Array.BYTES_PER_ELEMENT;
    return this.int32.subarray(first, first + count);
  }

  /** Gives a view of doubles, stale once anything has been allocated. */
  viewDoubles(address: Address, count: number): Float64Array {
    const first = address / Float64Array.BYTES_PER_ELEMENT;
    return this.float64.subarray(first, first + count);
  }

  copyOutInt32(address: Address, count: number): Int32Array {
    return this.viewInt32(address, count).slice();
  }

  copyOutDoubles(address: Address, count: number): Float64Array {
    return this.viewDoubles(address, count).slice();
  }

  /** Does work whose allocations are freed when it ends. */
  withScratch<Result>(work: () => Result): Result {
    const mark = this.calls.mark();
    try {
      return work();
    } finally {
      this.calls.release(mark);
    }
  }

  /** Does work that lets the event loop turn, and frees its allocations when it ends. */
  async withScratchOverTurns<Result>(work: () => Promise<Result>): Promise<Result> {
    const mark = this.calls.mark();
    try {
      return await work();
    } finally {
      this.calls.release(mark);
    }
  }

  stringAt(start: Address, end: Address): string {
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

let lastWork: Promise<unknown> = Promise.resolve();

/**
 * Does work with the kernel, which has nothing in its memory then. One piece of work at a time has it, others wait: a long one may let the
 * event loop turn, but must not wait for anything else, and must copy its results out.
 */
export async function useKernel<Result>(work: (kernel: Kernel) => Result | Promise<Result>): Promise<Result> {
  const result = lastWork.then(() => work(openKernel()));
  lastWork = result.catch(() => undefined);
  return result;
}

function openKernel(): Kernel {
  if (kernel !== undefined && kernel.size > memoryBytesMax) kernel = undefined;
  kernel ??= createKernel();
  kernel.clear();
  return kernel;
}

/** Makes a kernel with a memory of its own. */
export function createKernel(): Kernel {
  module ??= new WebAssembly.Module(readBuilt());
  return new Kernel(module);
}

/** A kernel of other sources than those beside it may read records wrong without failing. */
function readBuilt(): Uint8Array {
  const path = createRequire(import.meta.url).resolve('#kernel');
  const sources = fingerprintOfSources();
  try {
    if (sources === undefined || readFileSync(fingerprintFile(path), 'utf8') === sources) return readFileSync(path);
  } catch (cause) {
    throw new Error('dist/kernel.wasm is not there: `npm run build` makes it', { cause });
  }
  throw new Error(
    'dist/kernel.wasm was built of other sources than src/kernel/assembly holds: `npm run build` makes it anew',
  );
}

/** Leaves the kernel's memory to the garbage collector until it is needed again. */
export function closeKernel(): void {
  kernel = undefined;
}
