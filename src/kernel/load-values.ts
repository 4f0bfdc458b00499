import type { Address } from './kernel-calls.ts';
import { windowBytes, windowBytesMax, windowRecords, type Kernel } from './kernel.ts';

/** JSON values: each is `sourceAt(index)[startAt(index), endAt(index))`. */
interface ValueRanges {
  sourceAt(index: number): Uint8Array | undefined;
  startAt(index: number): number;
  endAt(index: number): number;
}

/** The values of rows `[first, end)`: `indexes` has the index of each row's value, -1 for none; left out where it is the row. */
interface ValueRows {
  readonly values: ValueRanges;
  readonly indexes?: Int32Array;
  readonly first: number;
  readonly end: number;
}

/** Memory of the kernel for values, and for where each begins and ends: 32 bits each, `windowRecords` long. */
interface LoadRoom {
  readonly address: Address;
  readonly bytesMax: number;
  readonly starts: Address;
  readonly ends: Address;
}

/** Gives room in the memory for output, for values that are read while the window holds others. */
export function outputRoom({ strings: address, rows: starts, ids: ends }: Kernel): LoadRoom {
  return { address, bytesMax: windowBytesMax, starts, ends };
}

/** What stands between two values is copied with them where it is no longer: that costs less than a copy of each. */
const gapBytesMax = 64;

/** Loads the values of as many rows as the window has room for, as `loadValues` does; strings read before are dropped. */
export function loadWindow(kernel: Kernel, rows: ValueRows): number {
  const { window: address, starts, ends } = kernel;
  kernel.calls.clearStrings();
  return loadValues(kernel, rows, { address, bytesMax: windowBytes, starts, ends });
}

/** Copies the values of as many rows as there is room for, and answers with their number; a row without a value has an empty range. */
export function loadValues(kernel: Kernel, rows: ValueRows, { address, bytesMax, ...to }: LoadRoom): number {
  const { values, indexes, first } = rows;
  const last = Math.min(rows.end, first + windowRecords);
  const starts = kernel.viewInt32(to.starts, windowRecords);
  const ends = kernel.viewInt32(to.ends, windowRecords);
  const loaded = new LoadedBytes(kernel, address);
  let row = first;
  for (; row < last; row++) {
    const index = indexes === undefined ? row : (indexes[row] ?? -1);
    const source = index < 0 ? undefined : values.sourceAt(index);
    const [start, end] = source === undefined ? [0, 0] : [values.startAt(index), values.endAt(index)];
    if (source !== undefined && loaded.endWith(source, start, end) > address + bytesMax) break;
    ends[row - first] = source === undefined ? loaded.end : loaded.add(source, start, end);
    starts[row - first] = (ends[row - first] ?? 0) - (end - start);
  }
  loaded.finish();
  return row - first;
}

/** Bytes that are copied to the kernel's memory: those of one source that are near each other at once. */
class LoadedBytes {
  readonly #kernel: Kernel;
  #end: Address;
  #source: Uint8Array | undefined;
  /** What is copied next of the source. */
  #start = 0;
  #stop = 0;

  constructor(kernel: Kernel, address: Address) {
    this.#kernel = kernel;
    this.#end = address;
  }

  /** One past the last byte. */
  get end(): Address {
    return this.#end;
  }

  /** Tells where the bytes would end with these. */
  endWith(source: Uint8Array, start: number, end: number): Address {
    return this.#end + end - (this.#isNear(source, start) ? this.#stop : start);
  }

  /** Adds bytes; answers with the address one past them. */
  add(source: Uint8Array, start: number, end: number): Address {
    const after = this.endWith(source, start, end);
    if (!this.#isNear(source, start)) {
      this.#copy();
      this.#source = source;
      this.#start = start;
    }
    this.#stop = end;
    this.#end = after;
    return after;
  }

  /** Copies what is left, with padding behind it. */
  finish(): void {
    this.#copy();
    this.#kernel.pad(this.#end);
  }

  #isNear(source: Uint8Array, start: number): boolean {
    return source === this.#source && start >= this.#stop && start - this.#stop <= gapBytesMax;
  }

  #copy(): void {
    const bytes = this.#source?.subarray(this.#start, this.#stop);
    if (bytes !== undefined) this.#kernel.bytes.set(bytes, this.#end - bytes.length);
  }
}
