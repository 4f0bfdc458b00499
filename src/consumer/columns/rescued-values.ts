import { writeJson } from '../../schema/exact-json.ts';
import { rescuedColumn } from '../../schema/names.ts';
import type { DecodedColumn } from './decoded-column.ts';
import { JsonText } from './json-text.ts';
import { sharedStrings } from './shared-strings.ts';

const startEntries = 64;

const [brace = 0, closingBrace = 0, comma = 0] = Buffer.from('{},');

/**
 * Values that found no column, by row: each as a member of the JSON object that the row gets, its JSON Pointer for a key. They are kept as
 * text, which costs no more than the records did, however many there are.
 */
export class RescuedValues implements Disposable {
  /** Values that came earlier, which are among these. */
  readonly #earlier: RescuedValues | undefined;
  readonly #text = new JsonText();
  #count = 0;
  #rows = new Int32Array(0);
  #ends = new Int32Array(0);
  /** The last pointer, and the text of it: values often come column by column. */
  #pointer = '';
  #key = '';

  constructor(earlier?: RescuedValues) {
    this.#earlier = earlier;
  }

  /** The number of values. */
  get size(): number {
    return this.#count + (this.#earlier?.size ?? 0);
  }

  /** Bytes of the values with their pointers. */
  get textBytes(): number {
    return this.#text.length + (this.#earlier?.textBytes ?? 0);
  }

  add(row: number, pointer: string, value: unknown): void {
    this.addText(row, pointer, writeJson(value));
  }

  /** Adds a value as the JSON that `writeJson` makes of it. */
  addText(row: number, pointer: string, json: string): void {
    if (pointer !== this.#pointer || this.#count === 0) {
      this.#pointer = pointer;
      this.#key = `${JSON.stringify(pointer)}:`;
    }
    this.#text.write(this.#key);
    this.#text.write(json);
    this.#endValue(row);
  }

  /** Gives the column `_rescued`: the JSON object of each row that has any. */
  column(): DecodedColumn {
    const { firsts, nexts } = this.#chains();
    const text = new JsonText();
    // a brace or a comma before each member, and a brace behind each row's last
    text.reserve(this.textBytes + 2 * this.size);
    const rows: number[] = [];
    const ends: number[] = [];
    for (let row = 0; row < firsts.length; row++) {
      const first = firsts[row] ?? -1;
      if (first < 0) continue;
      for (let index = first; index >= 0; index = nexts[index] ?? -1) {
        text.writeByte(index === first ? brace : comma);
        this.#copyMember(index, text);
      }
      text.writeByte(closingBrace);
      rows.push(row);
      ends.push(text.length);
    }
    return {
      name: rescuedColumn,
      field: rescuedColumn,
      observed: { form: 'plain', type: { kind: 'string' } },
      count: rows.length,
      rows: Int32Array.from(rows),
      store: sharedStrings(text.bytes.subarray(0, text.length), ends),
    };
  }

  /** Frees the text at once, without the garbage collector; the values may not be asked for afterwards. Earlier ones stay. */
  [Symbol.dispose](): void {
    this.#text[Symbol.dispose]();
  }

  /** Chains the values of each row in the order in which they came: the index of its first one, and of the next one after each. */
  #chains(): { readonly firsts: Int32Array; readonly nexts: Int32Array } {
    const firsts = new Int32Array(this.#rowsEnd).fill(-1);
    const nexts = new Int32Array(this.size);
    for (let index = nexts.length - 1; index >= 0; index--) {
      const row = this.#rowAt(index);
      nexts[index] = firsts[row] ?? -1;
      firsts[row] = index;
    }
    return { firsts, nexts };
  }

  /** The row behind the last one that has a value. */
  get #rowsEnd(): number {
    let end = this.#earlier === undefined ? 0 : this.#earlier.#rowsEnd;
    for (let index = 0; index < this.#count; index++) end = Math.max(end, (this.#rows[index] ?? 0) + 1);
    return end;
  }

  #rowAt(index: number): number {
    const own = index - (this.#earlier?.size ?? 0);
    return own < 0 && this.#earlier !== undefined ? this.#earlier.#rowAt(index) : (this.#rows[own] ?? 0);
  }

  #copyMember(index: number, to: JsonText): void {
    const own = index - (this.#earlier?.size ?? 0);
    if (own < 0 && this.#earlier !== undefined) return this.#earlier.#copyMember(index, to);
    to.copy(this.#text.bytes, { start: own === 0 ? 0 : (this.#ends[own - 1] ?? 0), end: this.#ends[own] ?? 0 });
  }

  #endValue(row: number): void {
    if (this.#count === this.#rows.length) {
      const length = Math.max(startEntries, this.#count * 2);
      this.#rows = longer(this.#rows, length);
      this.#ends = longer(this.#ends, length);
    }
    this.#rows[this.#count] = row;
    this.#ends[this.#count++] = this.#text.length;
  }
}

function longer(from: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(length);
  to.set(from);
  return to;
}
