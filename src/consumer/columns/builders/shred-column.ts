import { KernelLeaves } from '../../../kernel/kernel-leaves.ts';
import { KernelType } from '../../../kernel/kernel-type.ts';
import { useKernel, type Kernel } from '../../../kernel/kernel.ts';
import { leftOutMax } from '../../../kernel/kinds.ts';
import { heapMemory } from '../../../kernel/leaf-collector.ts';
import { loadWindow } from '../../../kernel/load-values.ts';
import { shredLoaded } from '../../../kernel/shred-loaded.ts';
import type { Turns } from '../../../runtime/turns.ts';
import type { ObserveRules } from '../../../schema/infer/observe.ts';
import type { ColumnType } from '../../../schema/types/column-type.ts';
import type { JsonValues } from '../../ports/json-values.ts';
import type { ValueLeaves } from '../../ports/value-leaves.ts';
import { LeftOutMembers } from '../members/left-out-members.ts';
import { PartialValues } from '../members/partial-values.ts';

/** Values that may all be of one type, which is that of the column of the name. */
interface TypedValues {
  readonly name: string;
  readonly values: JsonValues;
  readonly count: number;
  readonly type: ColumnType;
  /** The JSON Pointer of the values' field; `undefined` where they come from several. */
  readonly path: string | undefined;
}

/** Values in the leaves of their type. */
interface ShreddedColumn {
  readonly leaves: ValueLeaves;
  /** Those with members that have no place in the type: they were left out. */
  readonly partial: PartialValues;
}

/** Shreds the first `count` values; `undefined` when the kernel can't read the type or one of them. Lets the event loop turn meanwhile. */
export async function shredColumn(
  of: TypedValues,
  rules: ObserveRules,
  turns: Turns,
): Promise<ShreddedColumn | undefined> {
  return useKernel((kernel) =>
    kernel.withScratchOverTurns(async () => {
      const type = KernelType.of(kernel, of.type, { isStrict: false, rules });
      return type && new ColumnShredder(kernel, type, of).shred(turns);
    }),
  );
}

/** Values for which the leaves have room at first. */
const startRows = 64;
const int32Bytes = Int32Array.BYTES_PER_ELEMENT;

class ColumnShredder {
  readonly #kernel: Kernel;
  readonly #type: KernelType;
  readonly #of: TypedValues;
  readonly #leaves: KernelLeaves;
  readonly #leftOut = new LeftOutMembers();
  readonly #partial = new PartialValues();

  constructor(kernel: Kernel, type: KernelType, of: TypedValues) {
    this.#kernel = kernel;
    this.#type = type;
    this.#of = of;
    this.#leaves = new KernelLeaves(type, [of.name], { kernel, memory: heapMemory, rows: startRows });
  }

  async shred(turns: Turns): Promise<ShreddedColumn | undefined> {
    const { values, count } = this.#of;
    for (let first = 0; first < count;) {
      const loaded = loadWindow(this.#kernel, { values, first, end: count });
      if (loaded === 0 || !this.#shredLoaded(first, loaded)) return undefined;
      this.#leaves.drain();
      first += loaded;
      if (turns.areDue) await turns.next();
    }
    return { leaves: { leaves: this.#leaves.finish(), count }, partial: this.#partial };
  }

  /** Answers with false when a value can't be read, though the keys of its objects are known. */
  #shredLoaded(first: number, count: number): boolean {
    const { calls, starts, ends, strings: members, ids: counts } = this.#kernel;
    let noted = 0;
    const collect = (done: number): number => {
      const from = done * int32Bytes;
      const to = members + noted * 2 * int32Bytes;
      const { address } = this.#type;
      const read = calls.shredNoting(address, starts + from, ends + from, count - done, to, counts + from);
      noted = this.#addLeftOut({ first, from: done, end: done + read }, noted);
      return read;
    };
    const valueAt = (index: number): unknown => this.#of.values.valueAt(first + index);
    if (!shredLoaded(this.#kernel, this.#type, { starts, ends, count, valueAt, collect })) return false;
    this.#note(noted);
    return true;
  }

  /** Adds those of the values `[from, end)` of which members were left out. `noted`: members of values before; answers with their number and that of these. */
  #addLeftOut(
    { first, from, end }: { readonly first: number; readonly from: number; readonly end: number },
    noted: number,
  ): number {
    const counts = this.#kernel.viewInt32(this.#kernel.ids, end);
    const starts = this.#kernel.viewInt32(this.#kernel.starts, end);
    let members = noted;
    for (let value = from; value < end; value++) {
      const count = counts[value] ?? 0;
      if (count === 0) continue;
      this.#leftOut.add(first + value, starts[value] ?? 0, members, count);
      if (count <= leftOutMax) members += count;
    }
    return members;
  }

  /** Notes the values that were added, with so many members. */
  #note(members: number): void {
    const kernel = this.#kernel;
    const { path } = this.#of;
    if (path === undefined) return this.#leftOut.noteUnknown(this.#partial);
    kernel.withScratch(() => {
      // they stand where their text goes
      const copied = kernel.copyInInt32(kernel.copyOutInt32(kernel.strings, members * 2));
      this.#leftOut.note(this.#partial, { kernel, path, members: copied });
    });
  }
}
