import { consecutive } from '../../../runtime/consecutive.ts';
import type { KernelFieldEntries } from '../../../kernel/kernel-fields.ts';
import { compareStrings, type StringDictionary } from '../../ports/string-dictionary.ts';
import type { BatchMemory } from './batch-memory.ts';
import type { BatchSpace } from './batch-space.ts';

/** Room for strings that are longer than those before them. */
const slack = 1.25;

/** Strings one behind the other, in the memory of the batch: each gets an id of its own. */
export class PlainStrings {
  readonly #memory: BatchMemory;
  #bytes: Uint8Array;
  /** Where each string begins, and where the last one ends. */
  #offsets: Int32Array;
  #count: number;
  /** Ids of the first and the last string in the order of their bytes. */
  #range: { readonly min: number; readonly max: number };

  /** Begins with the strings of a dictionary. Expects as long ones for the rest of the rows. */
  constructor(
    { bytes, starts, ends, count, range }: Required<StringDictionary>,
    { memory, rowsMax }: Pick<BatchSpace, 'memory' | 'rowsMax'>,
  ) {
    const used = ends[count - 1] ?? 0;
    this.#memory = memory;
    this.#bytes = memory.bytes(Math.ceil((used / Math.max(1, count)) * Math.max(rowsMax, count) * slack));
    this.#bytes.set(bytes.subarray(0, used));
    this.#offsets = memory.int32(Math.max(rowsMax, count) + 1);
    this.#offsets.set(starts);
    this.#offsets[count] = used;
    this.#count = count;
    this.#range = range;
  }

  /** Adds a string; answers with its id. */
  add(string: string): number {
    const start = this.#used;
    this.#reserve(1, string.length * 3);
    const { written } = encoder.encodeInto(string, this.#bytes.subarray(start));
    this.#offsets[++this.#count] = start + written;
    const id = this.#count - 1;
    this.#widen(id, id);
    return id;
  }

  /** Adds the strings of a scanned field, as `ColumnStrings.addAll` does. */
  addAll(entries: KernelFieldEntries, kindBits: number): { readonly rows: Int32Array; readonly ids: Int32Array } {
    const first = this.#count;
    const used = this.#used;
    const { rows, bytes, ends, range } = entries.stringsOf(kindBits, used);
    this.#reserve(ends.length, bytes.length);
    this.#bytes.set(bytes, used);
    this.#offsets.set(ends, first + 1);
    this.#count += ends.length;
    if (ends.length > 0) this.#widen(first + range.min, first + range.max);
    return { rows, ids: consecutive(first, ends.length) };
  }

  finish(): StringDictionary {
    return { ...this.#strings(), range: this.#range };
  }

  #strings(): StringDictionary {
    const count = this.#count;
    return {
      count,
      bytes: this.#bytes.subarray(0, this.#used),
      starts: this.#offsets.subarray(0, count),
      ends: this.#offsets.subarray(1, count + 1),
    };
  }

  /** Widens the range by new strings: the first and the last of them. */
  #widen(first: number, last: number): void {
    const strings = this.#strings();
    const { min, max } = this.#range;
    this.#range = {
      min: min < 0 || compareStrings(strings, first, min) < 0 ? first : min,
      max: max < 0 || compareStrings(strings, last, max) > 0 ? last : max,
    };
  }

  get #used(): number {
    return this.#offsets[this.#count] ?? 0;
  }

  #reserve(strings: number, bytes: number): void {
    if (this.#used + bytes > this.#bytes.length) {
      const before = this.#bytes;
      this.#bytes = this.#memory.bytes(Math.ceil((this.#used + bytes) * slack));
      this.#bytes.set(before.subarray(0, this.#used));
      this.#memory.free(before);
    }
    if (this.#count + strings < this.#offsets.length) return;
    const before = this.#offsets;
    this.#offsets = this.#memory.int32((this.#count + strings + 1) * 2);
    this.#offsets.set(before);
    this.#memory.free(before);
  }
}

const encoder = new TextEncoder();
