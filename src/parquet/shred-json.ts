import type { JsonRows } from '../consumer/ports/columnar-table.ts';
import { KernelLeaves } from '../kernel/kernel-leaves.ts';
import { KernelType } from '../kernel/kernel-type.ts';
import { windowBytes, windowRecords, type Kernel } from '../kernel/kernel.ts';
import { shredLoaded } from '../kernel/shred-loaded.ts';
import type { Turns } from '../runtime/turns.ts';
import type { ColumnType } from '../schema/types.ts';
import { newBytes, newDoubles, newInt32s } from '../runtime/growing-array.ts';
import type { LeafColumn } from './leaf-column.ts';
import { leafColumnOf } from './gather-leaves.ts';
import type { RowRange } from './shred.ts';

/** The kernel, and the turns of the event loop between its work. */
export interface ShredTools {
  readonly kernel: Kernel;
  readonly turns: Turns;
}

/** A column whose values are known as JSON; all of them fit its type with all their members. */
export interface JsonColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly json: JsonRows;
}

/** Shreds in the kernel, with no object made; `undefined` when it can't read the type or one of the values. */
export async function shredJson(
  column: JsonColumn,
  range: RowRange,
  { kernel, turns }: ShredTools,
): Promise<LeafColumn[] | undefined> {
  return kernel.withScratchOverTurns(async () => {
    const type = KernelType.of(kernel, column.type, { isStrict: false });
    return type && new JsonShredder(column, type, { kernel, rows: range.end - range.first }).shred(range, turns);
  });
}

const heap = { float64: newDoubles, int32: newInt32s, bytes: newBytes };

class JsonShredder {
  readonly #kernel: Kernel;
  readonly #json: JsonRows;
  readonly #type: KernelType;
  readonly #leaves: KernelLeaves;

  constructor(
    { name, json }: JsonColumn,
    type: KernelType,
    { kernel, rows }: { readonly kernel: Kernel; readonly rows: number },
  ) {
    this.#kernel = kernel;
    this.#json = json;
    this.#type = type;
    this.#leaves = new KernelLeaves(type, [name], { kernel, memory: heap, rows });
  }

  async shred({ first, end }: RowRange, turns: Turns): Promise<LeafColumn[] | undefined> {
    for (let row = first; row < end;) {
      const count = this.#load(row, end);
      if (count === 0 || !this.#shredLoaded(row, count)) return undefined;
      this.#leaves.drain();
      row += count;
      if (turns.areDue) await turns.next();
    }
    return this.#leaves.finish().map(leafColumnOf);
  }

  /** Loads the values of as many rows as have them in one piece of memory; answers with the number of rows. */
  #load(first: number, end: number): number {
    const { calls, window, starts, ends, int32 } = this.#kernel;
    const { values, valueIndexes } = this.#json;
    const last = Math.min(end, first + windowRecords);
    const firstIndex = valueIndexes.subarray(first, last).find((index) => index >= 0) ?? -1;
    const source = firstIndex < 0 ? undefined : values.sourceAt(firstIndex);
    const base = firstIndex < 0 ? 0 : values.startAt(firstIndex);
    let filled = base;
    let row = first;
    for (; row < last; row++) {
      const index = valueIndexes[row] ?? -1;
      if (index >= 0 && values.sourceAt(index) !== source) break;
      // a row without a value has an empty range
      int32[starts / Int32Array.BYTES_PER_ELEMENT + row - first] = index < 0 ? filled : values.startAt(index);
      if (index >= 0) filled = values.endAt(index);
      int32[ends / Int32Array.BYTES_PER_ELEMENT + row - first] = filled;
    }
    const count = calls.rebase(starts, ends, row - first, base, window, windowBytes, windowBytes);
    if (source === undefined || count === 0) return count;
    const windowEnd = int32[ends / Int32Array.BYTES_PER_ELEMENT + count - 1] ?? window;
    this.#kernel.fill(source.subarray(base, base + windowEnd - window));
    return count;
  }

  #shredLoaded(first: number, count: number): boolean {
    const { starts, ends } = this.#kernel;
    const { values, valueIndexes } = this.#json;
    const valueAt = (index: number): unknown => values.plainValueAt(valueIndexes[first + index] ?? 0);
    return shredLoaded(this.#kernel, this.#type, { starts, ends, count, valueAt });
  }
}
