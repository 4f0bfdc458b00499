import { useKernel, windowRecords, type Kernel } from '../../kernel/kernel.ts';
import { loadWindow } from '../../kernel/load-values.ts';
import type { JsonValues } from '../ports/json-values.ts';
import type { PartialViews } from './partial-values.ts';
import type { RescuedValues } from './rescued-values.ts';

/** Values of one field, in the order of their rows: those of `partial` from `first` to `end`. */
interface LeftOutOfField {
  /** The JSON Pointer of the field. */
  readonly path: string;
  readonly values: JsonValues;
  readonly partial: PartialViews;
  readonly first: number;
  readonly end: number;
}

interface RescueTools {
  readonly rescued: RescuedValues;
  /** Gives the row of the value of that index. */
  readonly rowOf: (index: number) => number;
  /** Rescues the members of the value of that index, whose order must be found out. */
  readonly rescueOne: (index: number) => void;
}

/**
 * Rescues the members of the values from the first one on: of as many as the kernel's window holds, or of one. Answers with their number. The kernel writes the
 * members with their JSON Pointers; what that leaves to it goes to `rescueOne`.
 */
export async function rescueLeftOut(of: LeftOutOfField, tools: RescueTools): Promise<number> {
  const { partial, first } = of;
  const end = endOfKnown(of);
  const known = { ...of, end };
  const count = end === first ? 0 : await useKernel((kernel) => new LeftOutWriter(kernel, known, tools).write());
  if (count === 0) tools.rescueOne(partial.indexes[first] ?? 0);
  return Math.max(1, count);
}

/** Finds the first value whose members are not known, among as many as a window can hold. */
function endOfKnown({ partial: { firsts }, first, end }: LeftOutOfField): number {
  const last = Math.min(end, first + windowRecords);
  let at = first;
  while (at < last && (firsts[at] ?? 0) >= 0) at++;
  return at;
}

class LeftOutWriter {
  readonly #kernel: Kernel;
  readonly #of: LeftOutOfField;
  readonly #tools: RescueTools;

  constructor(kernel: Kernel, of: LeftOutOfField, tools: RescueTools) {
    this.#kernel = kernel;
    this.#of = of;
    this.#tools = tools;
  }

  /** Answers with the number of values that were loaded: the members of all of them have been rescued. */
  write(): number {
    const { path, values, partial, first, end } = this.#of;
    const { calls } = this.#kernel;
    const count = loadWindow(this.#kernel, { values, indexes: partial.indexes, first, end });
    const pointer = Buffer.from(JSON.stringify(path)).subarray(1, -1);
    calls.setLeftOutPath(this.#kernel.copyIn(pointer), pointer.length);
    const { members, firsts } = this.#copyInMembers(count);
    const { starts, strings, stringsEnd, ids } = this.#kernel;
    for (let done = 0; done < count;) {
      const from = done * Int32Array.BYTES_PER_ELEMENT;
      const room = [strings, stringsEnd, ids] as const;
      const written = calls.writeLeftOut(starts + from, count - done, members, firsts + from, ...room);
      this.#rescue(first + done, written);
      done += written;
      if (done < count) this.#tools.rescueOne(partial.indexes[first + done++] ?? 0);
    }
    return count;
  }

  /** Copies in where the members of the loaded values begin and end in the window, and which of them is the first one of each value. */
  #copyInMembers(count: number): { readonly members: number; readonly firsts: number } {
    const { values, partial, first } = this.#of;
    const from = partial.firsts[first] ?? 0;
    const members = partial.members.slice(from, partial.ends[first + count - 1]);
    const starts = this.#kernel.copyOutInt32(this.#kernel.starts, count);
    const firsts = new Int32Array(count + 1);
    for (let at = 0; at < count; at++) {
      const shift = (starts[at] ?? 0) - values.startAt(partial.indexes[first + at] ?? 0);
      const end = (partial.ends[first + at] ?? 0) - from;
      for (let position = (firsts[at] ?? 0) * 2; position < end; position++)
        members[position] = (members[position] ?? 0) + shift;
      firsts[at + 1] = end / 2;
    }
    return { members: this.#kernel.copyInInt32(members), firsts: this.#kernel.copyInInt32(firsts) };
  }

  /** Rescues what the kernel has written for `count` values. */
  #rescue(first: number, count: number): void {
    if (count === 0) return;
    const { indexes, firsts, ends } = this.#of.partial;
    const { strings, ids } = this.#kernel;
    const writtenEnds = this.#kernel.viewInt32(ids, count);
    this.#tools.rescued.addObjects({
      bytes: this.#kernel.bytes.subarray(strings, strings + (writtenEnds[count - 1] ?? 0)),
      rows: indexes.slice(first, first + count).map((index) => this.#tools.rowOf(index)),
      ends: writtenEnds,
      members: ((ends[first + count - 1] ?? 0) - (firsts[first] ?? 0)) / 2,
    });
  }
}
