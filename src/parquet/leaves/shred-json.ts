import type { JsonRows } from '../../consumer/ports/columnar-table.ts';
import { KernelLeaves } from '../../kernel/kernel-leaves.ts';
import { KernelType } from '../../kernel/kernel-type.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { heapMemory } from '../../kernel/leaf-collector.ts';
import { loadWindow } from '../../kernel/load-values.ts';
import { shredLoaded } from '../../kernel/shred-loaded.ts';
import type { Turns } from '../../runtime/turns.ts';
import type { ColumnType } from '../../schema/types/column-type.ts';
import type { LeafColumn } from './leaf-column.ts';
import { leafColumns } from './gather-leaves.ts';
import type { RowRange } from './shred.ts';

/** The kernel, and the turns of the event loop between its work. */
export interface ShredTools {
  readonly kernel: Kernel;
  readonly turns: Turns;
}

/** A column whose values are known as JSON: all of them fit its type, but for members that its rules tell of. */
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
): Promise<Iterable<LeafColumn> | undefined> {
  return kernel.withScratchOverTurns(async () => {
    const { rules } = column.json;
    const type = KernelType.of(kernel, column.type, { isStrict: false, ...(rules && { rules }) });
    return type && new JsonShredder(column, type, { kernel, rows: range.end - range.first }).shred(range, turns);
  });
}

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
    this.#leaves = new KernelLeaves(type, [name], { kernel, memory: heapMemory, rows });
  }

  async shred({ first, end }: RowRange, turns: Turns): Promise<Iterable<LeafColumn> | undefined> {
    for (let row = first; row < end;) {
      const count = this.#load(row, end);
      if (count === 0 || !this.#shredLoaded(row, count)) return undefined;
      this.#leaves.drain();
      row += count;
      if (turns.areDue) await turns.next();
    }
    return leafColumns(this.#leaves.finish());
  }

  /** Loads the values of as many rows as there is room for; answers with the number of rows. */
  #load(first: number, end: number): number {
    const { values, valueIndexes: indexes } = this.#json;
    return loadWindow(this.#kernel, { values, indexes, first, end });
  }

  #shredLoaded(first: number, count: number): boolean {
    const { starts, ends } = this.#kernel;
    const { values, valueIndexes, rules } = this.#json;
    const valueAt = (row: number): unknown => {
      const index = valueIndexes[first + row] ?? 0;
      return rules === undefined ? values.plainValueAt(index) : values.valueAt(index);
    };
    return shredLoaded(this.#kernel, this.#type, { starts, ends, count, valueAt });
  }
}
