import type { KernelFieldEntries } from '../../../kernel/kernel-fields.ts';
import { trialValues } from '../../../kernel/kinds.ts';
import { KernelStrings } from '../../../kernel/kernel-strings.ts';
import type { StringDictionary } from '../../ports/string-dictionary.ts';
import type { BatchSpace } from './batch-space.ts';
import { PlainStrings } from './plain-strings.ts';
import { doRepeat } from './string-trial.ts';

/** Collects the strings of a column: in a dictionary while they repeat, else one behind the other as they come. */
export class ColumnStrings {
  readonly #space: BatchSpace;
  readonly #dictionary: KernelStrings;
  #plain: PlainStrings | undefined;
  #count = 0;

  constructor(space: BatchSpace) {
    this.#space = space;
    this.#dictionary = new KernelStrings(space.kernel);
  }

  /** The dictionary, which is closed once it is given up. */
  get dictionary(): KernelStrings {
    return this.#dictionary;
  }

  /** Adds a string; answers with its id. */
  idOf(string: string): number {
    if (this.#plain !== undefined) return this.#plain.add(string);
    const id = this.#dictionary.idOf(string);
    this.#countStrings(1);
    return id;
  }

  /** Adds the strings of a scanned field whose kind is among `kindBits`; gives their rows and ids, stale with the next call. */
  addAll(entries: KernelFieldEntries, kindBits: number): { readonly rows: Int32Array; readonly ids: Int32Array } {
    if (this.#plain !== undefined) return this.#plain.addAll(entries, kindBits);
    const added = entries.idsOf(kindBits, this.#dictionary.address);
    this.#countStrings(added.ids.length);
    return added;
  }

  /** Gives the strings by their ids; those that have come late need not be distinct. */
  finish(): StringDictionary {
    return this.#plain?.finish() ?? this.#dictionary.finish();
  }

  #countStrings(count: number): void {
    const before = this.#count;
    this.#count += count;
    if (before >= trialValues || this.#count < trialValues) return;
    if (doRepeat(this.#dictionary.count, this.#count)) return;
    this.#dictionary.close();
    this.#plain = new PlainStrings(this.#dictionary.finish(), this.#space);
  }
}
