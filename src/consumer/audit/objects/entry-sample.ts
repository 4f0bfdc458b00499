import type { EntryId } from './object-index.ts';

/** Chooses some of all entries, each with the same chance, without knowing how many will come; the same seed chooses the same. */
export class EntrySample {
  readonly #chosen: EntryId[] = [];
  readonly #size: number;
  readonly #random: () => number;
  #met = 0;

  constructor(size: number, seed: number) {
    this.#size = size;
    this.#random = randomOf(seed);
  }

  get chosen(): readonly EntryId[] {
    return this.#chosen;
  }

  add(entry: EntryId): void {
    const at = this.#chosen.length < this.#size ? this.#chosen.length : Math.floor(this.#random() * (this.#met + 1));
    if (at < this.#size) this.#chosen[at] = entry;
    this.#met++;
  }
}

/** Random numbers from 0 to below 1 (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
