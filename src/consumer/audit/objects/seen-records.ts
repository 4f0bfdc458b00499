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
    const { key, bit } = blockOf(offset, index);
    return this.#add(key, bit);
  }

  /** True for a record that was added. */
  has(offset: bigint, index: bigint): boolean {
    const { key, bit } =
      index >= 0n && index < maskRows ? { key: offset, bit: 1 << Number(index) } : blockOf(offset, index);
    return ((this.#masks.get(key) ?? 0) & bit) !== 0;
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

/** The mask of a row that is none of the first ones of its offset. What is damaged may hold any number. */
function blockOf(offset: bigint, index: bigint): { readonly key: string; readonly bit: number } {
  const at = ((index % maskRows) + maskRows) % maskRows;
  return { key: `${offset} ${(index - at) / maskRows}`, bit: 1 << Number(at) };
}

function bitsOf(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
