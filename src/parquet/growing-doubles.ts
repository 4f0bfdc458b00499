const startLength = 1024;

/** An array of doubles that grows as they are added. */
export class GrowingDoubles {
  #values = new Float64Array(startLength);
  #count = 0;

  push(value: number): void {
    this.#reserve(1);
    this.#values[this.#count++] = value;
  }

  append(values: Float64Array): void {
    this.#reserve(values.length);
    this.#values.set(values, this.#count);
    this.#count += values.length;
  }

  /** Gives a view of what was added, valid until more is. */
  finish(): Float64Array {
    return this.#values.subarray(0, this.#count);
  }

  #reserve(count: number): void {
    const needed = this.#count + count;
    if (needed <= this.#values.length) return;
    const larger = new Float64Array(Math.max(needed, this.#values.length * 2));
    larger.set(this.finish());
    this.#values = larger;
  }
}
