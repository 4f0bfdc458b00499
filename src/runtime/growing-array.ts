const startLength = 1024;

type Numbers = Float64Array | Int32Array | Uint8Array;

interface GrowingOptions<Of> {
  /** The number of values to come, if that is known. */
  readonly length?: number;
  /** Takes an array back that has become too short. */
  readonly free?: (values: Of) => void;
}

/** An array of numbers that grows as they are added. */
export class GrowingArray<Of extends Numbers> {
  readonly #allocate: (length: number) => Of;
  readonly #free: ((values: Of) => void) | undefined;
  #values: Of;
  #count = 0;

  constructor(allocate: (length: number) => Of, { length = startLength, free }: GrowingOptions<Of> = {}) {
    this.#allocate = allocate;
    this.#free = free;
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

  /** Drops what was added behind the first `count` values. */
  truncate(count: number): void {
    this.#count = Math.min(this.#count, count);
  }

  /** Drops what was added. */
  clear(): void {
    this.#count = 0;
  }

  #reserve(count: number): void {
    const needed = this.#count + count;
    if (needed <= this.#values.length) return;
    const before = this.#values;
    this.#values = this.#allocate(Math.max(needed, before.length * 2));
    this.#values.set(before.subarray(0, this.#count));
    this.#free?.(before);
  }
}

export const newDoubles = (length: number): Float64Array => new Float64Array(length);
export const newInt32s = (length: number): Int32Array => new Int32Array(length);
export const newBytes = (length: number): Uint8Array => new Uint8Array(length);
