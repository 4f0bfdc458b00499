const startLength = 1024;

type Numbers = Float64Array | Int32Array | Uint8Array;

/** An array of numbers that grows as they are added. */
export class GrowingArray<Of extends Numbers> {
  readonly #allocate: (length: number) => Of;
  #values: Of;
  #count = 0;

  /** `length`: as many as there will be, if that is known. */
  constructor(allocate: (length: number) => Of, length = startLength) {
    this.#allocate = allocate;
    this.#values = allocate(length);
  }

  get length(): number {
    return this.#count;
  }

  push(value: number): void {
    this.#reserve(1);
    this.#values[this.#count++] = value;
  }

  append(values: Of): void {
    this.#reserve(values.length);
    this.#values.set(values, this.#count);
    this.#count += values.length;
  }

  /** Gives the array of what was added, with room behind it, valid until more is. */
  finish(): Of;
  finish(): Numbers {
    return this.#values.subarray(0, this.#count);
  }

  #reserve(count: number): void {
    const needed = this.#count + count;
    if (needed <= this.#values.length) return;
    const larger = this.#allocate(Math.max(needed, this.#values.length * 2));
    larger.set(this.finish());
    this.#values = larger;
  }
}

export const newDoubles = (length: number): Float64Array => new Float64Array(length);
export const newInt32s = (length: number): Int32Array => new Int32Array(length);
export const newBytes = (length: number): Uint8Array => new Uint8Array(length);
