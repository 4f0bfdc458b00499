import { useKernel, type Kernel } from '../../kernel/kernel.ts';
import { loadWindow } from '../../kernel/load-values.ts';
import type { JsonValues } from '../ports/json-values.ts';
import type { PartialValue } from './partial-values.ts';
import type { RescuedValues } from './rescued-values.ts';

/** A value of a row with the members of it that have no place, as far as these are known. */
export interface LeftOutOfRow extends PartialValue {
  readonly row: number;
}

/** Values of one field, in the order of their rows. */
interface LeftOutOfField {
  /** The JSON Pointer of the field. */
  readonly path: string;
  readonly values: JsonValues;
  readonly partial: readonly LeftOutOfRow[];
  /** The first of them that is rescued. */
  readonly first: number;
}

interface RescueTools {
  readonly rescued: RescuedValues;
  /** Rescues the members of a value whose order must be found out. */
  readonly rescueOne: (value: LeftOutOfRow) => void;
}

/**
 * Rescues the members of the values from the first one on: of as many as the kernel's window holds, or of one. Answers with their number. The kernel writes the
 * members with their JSON Pointers; what that leaves to it goes to `rescueOne`.
 */
export async function rescueLeftOut(of: LeftOutOfField, tools: RescueTools): Promise<number> {
  const next = of.partial.slice(of.first);
  const unknown = next.findIndex(({ members }) => members === undefined);
  const known = { ...of, partial: unknown < 0 ? next : next.slice(0, unknown) };
  const count = unknown === 0 ? 0 : await useKernel((kernel) => new LeftOutWriter(kernel, known, tools).write());
  const [first] = next;
  if (count === 0 && first !== undefined) tools.rescueOne(first);
  return Math.max(1, count);
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
    const { path, values, partial } = this.#of;
    const { calls } = this.#kernel;
    const indexes = Int32Array.from(partial, ({ index }) => index);
    const count = loadWindow(this.#kernel, { values, indexes, first: 0, end: partial.length });
    const pointer = Buffer.from(JSON.stringify(path)).subarray(1, -1);
    calls.setLeftOutPath(this.#kernel.copyIn(pointer), pointer.length);
    const { members, firsts } = this.#copyInMembers(count);
    const { starts, strings, stringsEnd, ids } = this.#kernel;
    for (let done = 0; done < count;) {
      const from = done * Int32Array.BYTES_PER_ELEMENT;
      const room = [strings, stringsEnd, ids] as const;
      const written = calls.writeLeftOut(starts + from, count - done, members, firsts + from, ...room);
      this.#rescue(done, written);
      done += written;
      const next = done < count ? partial[done++] : undefined;
      if (next !== undefined) this.#tools.rescueOne(next);
    }
    return count;
  }

  /** Copies in where the members of the loaded values begin and end in the window, and which of them is the first one of each value. */
  #copyInMembers(count: number): { readonly members: number; readonly firsts: number } {
    const { values, partial } = this.#of;
    const starts = this.#kernel.copyOutInt32(this.#kernel.starts, count);
    const firsts = new Int32Array(count + 1);
    const members: number[] = [];
    for (const [at, { index, members: own = [] }] of partial.slice(0, count).entries()) {
      const shift = (starts[at] ?? 0) - values.startAt(index);
      for (const position of own) members.push(position + shift);
      firsts[at + 1] = members.length / 2;
    }
    const copy = (numbers: Int32Array): number => this.#kernel.copyInInt32(numbers);
    return { members: copy(Int32Array.from(members)), firsts: copy(firsts) };
  }

  /** Rescues what the kernel has written for `count` values. */
  #rescue(first: number, count: number): void {
    if (count === 0) return;
    const partial = this.#of.partial.slice(first, first + count);
    const { strings, ids } = this.#kernel;
    const ends = this.#kernel.viewInt32(ids, count);
    this.#tools.rescued.addObjects({
      bytes: this.#kernel.bytes.subarray(strings, strings + (ends[count - 1] ?? 0)),
      rows: Int32Array.from(partial, ({ row }) => row),
      ends,
      members: partial.reduce((sum, { members = [] }) => sum + members.length / 2, 0),
    });
  }
}
