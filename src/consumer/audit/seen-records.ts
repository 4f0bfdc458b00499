/** Rows of one offset that one bit mask tells: as many as a small integer of V8 has bits. */
const maskBits = 30;
const maskRows = BigInt(maskBits);

/** A set of records by offset and number within the offset. Rows of one offset take a bit each: a value may hold 50,000. */
export class SeenRecords {
  /** Keyed by the offset for its first rows, by offset and number of the mask for others. */
  readonly #masks = new Map<bigint | string, number>();
  #count = 0;

  /** How many records were seen. */
  get count(): number {
    return this.#count;
  }

  /** Adds a record; false for one that was seen before. `index`: 0 for the first row of its offset. */
  add(offset: bigint, index: bigint): boolean {
    if (index >= 0n && index < maskRows) return this.#add(offset, 1 << Number(index));
    // what is damaged may hold any number
    const at = ((index % maskRows) + maskRows) % maskRows;
    const block = (index - at) / maskRows;
    return this.#add(`${offset} ${block}`, 1 << Number(at));
  }

  /** Adds what another set has; answers with how many records both had. */
  addAll(other: SeenRecords): number {
    let both = 0;
    for (const [key, added] of other.#masks) {
      const mask = this.#masks.get(key) ?? 0;
      both += bitsOf(mask & added);
      this.#masks.set(key, mask | added);
    }
    this.#count += other.#count - both;
    return both;
  }

  #add(key: bigint | string, bit: number): boolean {
    const mask = this.#masks.get(key) ?? 0;
    if ((mask & bit) !== 0) return false;
    this.#masks.set(key, mask | bit);
    this.#count++;
    return true;
  }
}

function bitsOf(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
