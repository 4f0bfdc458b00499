import type { Address } from './kernel-calls.ts';
import { windowBytes, windowBytesMax, windowRecords, type Kernel } from './kernel.ts';

/** JSON values: each is at `[starts[index], ends[index])` in the source that `sourceOf[index]` tells. */
interface ValueRanges {
  readonly positions: { readonly sourceOf: Int32Array; readonly starts: Int32Array; readonly ends: Int32Array };
  /** Gives bytes of a source. */
  bytesIn(source: number, start: number, end: number): Uint8Array;
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
const gapBytesMax = 256;

/** Loads the values of as many rows as the window has room for, as `loadValues` does; strings read before are dropped. */
export function loadWindow(kernel: Kernel, rows: ValueRows): number {
  const { window: address, starts, ends } = kernel;
  kernel.calls.clearStrings();
  return loadValues(kernel, rows, { address, bytesMax: windowBytes, starts, ends });
}

/** Copies the values of as many rows as there is room for, and answers with their number; a row without a value has an empty range. */
export function loadValues(kernel: Kernel, { values, indexes, first, end }: ValueRows, to: LoadRoom): number {
  const { sourceOf, starts, ends } = values.positions;
  const startsTo = kernel.viewInt32(to.starts, windowRecords);
  const endsTo = kernel.viewInt32(to.ends, windowRecords);
  const last = Math.min(end, first + windowRecords);
  const next: Piece = { source: -1, start: 0, end: 0, endTo: to.address };
  let row = first;
  for (; row < last; row++) {
    const index = indexes === undefined ? row : (indexes[row] ?? -1);
    if (index >= 0) {
      const [source = 0, start = 0, stop = 0] = [sourceOf[index], starts[index], ends[index]];
      const isNear = source === next.source && start >= next.end && start - next.end <= gapBytesMax;
      const endTo = next.endTo + stop - (isNear ? next.end : start);
      if (endTo > to.address + to.bytesMax) break;
      if (!isNear) {
        copyPiece(kernel, values, next);
        next.source = source;
        next.start = start;
      }
      next.end = stop;
      next.endTo = endTo;
      startsTo[row - first] = endTo - (stop - start);
    } else startsTo[row - first] = next.endTo;
    endsTo[row - first] = next.endTo;
  }
  copyPiece(kernel, values, next);
  kernel.pad(next.endTo);
  return row - first;
}

/** Bytes of a source that are copied at once, and where they end in the kernel's memory. */
interface Piece {
  source: number;
  start: number;
  end: number;
  endTo: Address;
}

function copyPiece({ bytes }: Kernel, values: ValueRanges, { source, start, end, endTo }: Piece): void {
  if (source >= 0) bytes.set(values.bytesIn(source, start, end), endTo - (end - start));
}
