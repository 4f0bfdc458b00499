import { writeJson } from '../../schema/exact-json.ts';

const startBytes = 4096;
const startEntries = 64;

/**
 * Values that found no column, by row: each as a member of the JSON object that the row gets, its JSON Pointer for a key. They are kept as
 * text, which costs no more than the records did, however many there are.
 */
export class RescuedValues {
  #text = Buffer.alloc(0);
  #used = 0;
  #count = 0;
  #rows = new Int32Array(0);
  #ends = new Int32Array(0);

  /** The number of values. */
  get size(): number {
    return this.#count;
  }

  /** Bytes of the values with their pointers. */
  get textBytes(): number {
    return this.#used;
  }

  add(row: number, pointer: string, value: unknown): void {
    const member = `${JSON.stringify(pointer)}:${writeJson(value)}`;
    const end = this.#used + Buffer.byteLength(member);
    if (end > this.#text.length) this.#text = grown(this.#text, Math.max(startBytes, end * 2));
    this.#text.write(member, this.#used);
    this.#used = end;
    if (this.#count === this.#rows.length) {
      const length = Math.max(startEntries, this.#count * 2);
      this.#rows = longer(this.#rows, length);
      this.#ends = longer(this.#ends, length);
    }
    this.#rows[this.#count] = row;
    this.#ends[this.#count++] = end;
  }

  /** Adds the values of another batch of rescued values. */
  addAll(other: RescuedValues): void {
    if (this.#count > 0) throw new RangeError('values were rescued before');
    this.#text = Buffer.from(other.#text.subarray(0, other.#used));
    this.#used = other.#used;
    this.#count = other.#count;
    this.#rows = other.#rows.slice();
    this.#ends = other.#ends.slice();
  }

  /** Gives the JSON object of each row that has any, by ascending row. */
  *objects(): Generator<readonly [row: number, json: string]> {
    const { firsts, nexts } = this.#chains();
    for (let row = 0; row < firsts.length; row++) {
      const members: string[] = [];
      for (let index = firsts[row] ?? -1; index >= 0; index = nexts[index] ?? -1) members.push(this.#memberAt(index));
      if (members.length > 0) yield [row, `{${members.join(',')}}`];
    }
  }

  /** Chains the values of each row in the order in which they came: the index of its first one, and of the next one after each. */
  #chains(): { readonly firsts: Int32Array; readonly nexts: Int32Array } {
    const rows = this.#rows.subarray(0, this.#count);
    const firsts = new Int32Array(rows.reduce((max, row) => Math.max(max, row), -1) + 1).fill(-1);
    const nexts = new Int32Array(rows.length);
    for (let index = rows.length - 1; index >= 0; index--) {
      const row = rows[index] ?? 0;
      nexts[index] = firsts[row] ?? -1;
      firsts[row] = index;
    }
    return { firsts, nexts };
  }

  #memberAt(index: number): string {
    return this.#text.toString('utf8', index === 0 ? 0 : this.#ends[index - 1], this.#ends[index]);
  }
}

function grown(text: Buffer, length: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(length);
  text.copy(larger);
  return larger;
}

function longer(from: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(length);
  to.set(from);
  return to;
}
