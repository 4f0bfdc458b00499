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
    const order = this.#rows.subarray(0, this.#count).map((_, index) => index);
    order.sort((a, b) => (this.#rows[a] ?? 0) - (this.#rows[b] ?? 0) || a - b);
    for (let at = 0; at < order.length;) {
      const row = this.#rows[order[at] ?? 0] ?? 0;
      const members: string[] = [];
      for (; at < order.length && this.#rows[order[at] ?? 0] === row; at++)
        members.push(this.#memberAt(order[at] ?? 0));
      yield [row, `{${members.join(',')}}`];
    }
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
