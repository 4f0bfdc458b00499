import type { BatchMemory } from './batch-memory.ts';

/** Collects how the times of a column are written: an array only once one of them is not written as `toISOString` writes it. */
export class TimeSpellings {
  readonly #memory: BatchMemory;
  #spellings: Int32Array | undefined;

  constructor(memory: BatchMemory) {
    this.#memory = memory;
  }

  /** Sets what `spellingOf` says of the values from `first` on. `capacity`: values for which the column has room. */
  set(first: number, spellings: ArrayLike<number>, capacity: number): void {
    if (this.#spellings === undefined || first + spellings.length > this.#spellings.length) this.#grow(capacity);
    this.#spellings?.set(spellings, first);
  }

  /** Gives the number of each value, 0 where none was set; `undefined` when it is 0 for all. */
  finish(): Int32Array | undefined {
    return this.#spellings;
  }

  #grow(capacity: number): void {
    const grown = this.#memory.int32(capacity).fill(0);
    if (this.#spellings !== undefined) grown.set(this.#spellings);
    this.#spellings = grown;
  }
}
