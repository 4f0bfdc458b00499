import { randomAt } from '../../src/producer/random.ts';

/** Random values of one record, in the order in which they are asked for: the same for the same seed and index. */
export class Draw {
  readonly seed: number;
  /** mulberry32's state, which begins where seed and index say. */
  #state: number;

  constructor(seed: number, index: number) {
    this.seed = seed;
    this.#state = randomAt(seed, index) * 2 ** 32;
  }

  /** A number in [0, 1) of 32 bits. */
  share(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A number in [0, 1) of 53 bits, which JSON writes with 15 to 17 digits. */
  double(): number {
    return (this.whole(2 ** 26) * 2 ** 27 + this.whole(2 ** 27)) / 2 ** 53;
  }

  /** A whole number in [0, below). */
  whole(below: number): number {
    return Math.floor(this.share() * below);
  }

  /** A number in [low, high) with that many decimals. */
  decimal(low: number, high: number, decimals: number): number {
    const scale = 10 ** decimals;
    return Math.round((low + this.share() * (high - low)) * scale) / scale;
  }

  isTrue(share: number): boolean {
    return this.share() < share;
  }

  /** One of the values; throws for an empty list. */
  pick<T>(values: readonly T[]): T {
    const value = values[this.whole(values.length)];
    if (value === undefined) throw new RangeError('nothing to pick from');
    return value;
  }

  hex(digits: number): string {
    let text = '';
    while (text.length < digits)
      text += this.whole(2 ** 32)
        .toString(16)
        .padStart(8, '0');
    return text.slice(0, digits);
  }

  shuffled<T>(values: readonly T[]): T[] {
    const keyed = values.map((value) => ({ value, key: this.share() }));
    return keyed.toSorted((one, other) => one.key - other.key).map(({ value }) => value);
  }
}
