import { randomAt } from '../../src/producer/random.ts';

/** Choices that depend on a seed alone. */
export class Dice {
  readonly #seed: number;
  #throws = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** A whole number below `max`. */
  below(max: number): number {
    return Math.floor(randomAt(this.#seed, this.#throws++) * max);
  }

  pick<T>(choices: readonly T[]): T {
    const chosen = choices[this.below(choices.length)];
    if (chosen === undefined) throw new RangeError('nothing to pick from');
    return chosen;
  }

  /** True so many times in a hundred. */
  percent(share: number): boolean {
    return this.below(100) < share;
  }
}
