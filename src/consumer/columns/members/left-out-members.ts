import type { Address } from '../../../kernel/kernel-calls.ts';
import type { KernelFieldEntries } from '../../../kernel/kernel-fields.ts';
import { leftOutMax } from '../../../kernel/kinds.ts';
import { windowRecords, type Kernel } from '../../../kernel/kernel.ts';
import type { PartialValues } from './partial-values.ts';

/** Values in the kernel's memory, some of whose members have no place, in their order; at most `windowRecords`. */
export class LeftOutMembers {
  readonly #indexes = new Int32Array(windowRecords);
  readonly #starts = new Int32Array(windowRecords);
  /** The first of the members of each, and the one behind the last. */
  readonly #ranges = new Int32Array(2 * windowRecords);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Adds values that are entries of a field. */
  addEntries({ indexes, starts, ranges }: ReturnType<KernelFieldEntries['partialsOf']>): void {
    this.#indexes.set(indexes, this.#count);
    this.#starts.set(starts, this.#count);
    this.#ranges.set(ranges, this.#count * 2);
    this.#count += indexes.length;
  }

  /** Adds the value of that index among those of its column, which begins at the address: its members are `count` from `first` on. */
  add(index: number, start: Address, first: number, count: number): void {
    const at = this.#count++;
    this.#indexes[at] = index;
    this.#starts[at] = start;
    this.#ranges[at * 2] = first;
    // of more the kernel notes none
    this.#ranges[at * 2 + 1] = count > leftOutMax ? first : first + count;
  }

  /** Notes them for their column where it must be found out which members have no place. */
  noteUnknown(to: PartialValues): void {
    for (let at = 0; at < this.#count; at++) to.add(this.#indexes[at] ?? 0);
    this.#count = 0;
  }

  /**
   * Notes them for their column, with the JSON of their members, which begin and end as the numbers at `members` say, 32 bits each. `path`: the
   * JSON Pointer of the field. What the kernel leaves to the host must be found out.
   */
  note(to: PartialValues, { kernel, path, members }: NoteTools): void {
    kernel.withScratch(() => {
      const { calls, rows, numbers } = kernel;
      const pointer = Buffer.from(JSON.stringify(path)).subarray(1, -1);
      calls.setLeftOutPath(kernel.copyIn(pointer), pointer.length);
      kernel.viewInt32(rows, this.#count).set(this.#starts.subarray(0, this.#count));
      kernel.viewInt32(numbers, this.#count * 2).set(this.#ranges.subarray(0, this.#count * 2));
      for (let done = 0; done < this.#count;) {
        done += this.#noteWritten(to, { kernel, members, done });
        if (done < this.#count) to.add(this.#indexes[done++] ?? 0);
      }
    });
    this.#count = 0;
  }

  /** Notes those from `done` on whose members the kernel writes; answers with how many they are. */
  #noteWritten(
    to: PartialValues,
    { kernel, members, done }: { readonly kernel: Kernel; readonly members: Address; readonly done: number },
  ): number {
    const { calls, rows, numbers, strings, stringsEnd, ids } = kernel;
    const from = done * Int32Array.BYTES_PER_ELEMENT;
    const room = [strings, stringsEnd, ids] as const;
    const count = calls.writeLeftOut(rows + from, this.#count - done, members, numbers + from * 2, ...room);
    if (count === 0) return 0;
    const ends = kernel.viewInt32(ids, count);
    const counts = new Int32Array(count);
    for (let at = 0; at < count; at++) {
      const range = (done + at) * 2;
      counts[at] = (this.#ranges[range + 1] ?? 0) - (this.#ranges[range] ?? 0);
    }
    const bytes = kernel.bytes.subarray(strings, strings + (ends[count - 1] ?? 0));
    to.addObjects({ indexes: this.#indexes.subarray(done, done + count), counts, bytes, ends });
    return count;
  }
}

interface NoteTools {
  readonly kernel: Kernel;
  readonly path: string;
  readonly members: Address;
}
