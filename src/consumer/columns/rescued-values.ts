import { writeJson } from '../../schema/exact-json.ts';
import { rescuedColumn } from '../../schema/names.ts';
import type { DecodedColumn, ValueStore } from './decoded-column.ts';

const startBytes = 4096;
const startEntries = 64;
/** Text of fewer characters is written one by one: a call for it would cost more. */
const fewChars = 64;
/** Longer objects are taken for distinct: they hardly repeat. */
const sharedBytesMax = 256;

const [brace, closingBrace, comma] = Buffer.from('{},');

/**
 * Values that found no column, by row: each as a member of the JSON object that the row gets, its JSON Pointer for a key. They are kept as
 * text, which costs no more than the records did, however many there are.
 */
export class RescuedValues implements Disposable {
  /** Has a buffer of its own, which can be freed. */
  #text = Buffer.from(new ArrayBuffer(0));
  #used = 0;
  #count = 0;
  #rows = new Int32Array(0);
  #ends = new Int32Array(0);
  /** The last pointer, and the text of it: values often come column by column. */
  #pointer = '';
  #key = '';

  /** The number of values. */
  get size(): number {
    return this.#count;
  }

  /** Bytes of the values with their pointers. */
  get textBytes(): number {
    return this.#used;
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
    this.#write(this.#key);
    this.#write(json);
    if (this.#count === this.#rows.length) {
      const length = Math.max(startEntries, this.#count * 2);
      this.#rows = longer(this.#rows, length);
      this.#ends = longer(this.#ends, length);
    }
    this.#rows[this.#count] = row;
    this.#ends[this.#count++] = this.#used;
  }

  /** Adds the values of another batch of rescued values. */
  addAll(other: RescuedValues): void {
    if (this.#count > 0) throw new RangeError('values were rescued before');
    this.#text = Buffer.from(other.#text.buffer.slice(0, other.#used));
    this.#used = other.#used;
    this.#count = other.#count;
    this.#rows = other.#rows.slice();
    this.#ends = other.#ends.slice();
  }

  /** Gives the column `_rescued`: the JSON object of each row that has any. */
  column(): DecodedColumn {
    const { firsts, nexts } = this.#chains();
    // a brace or a comma before each member, and a brace behind each row's last
    const bytes = Buffer.allocUnsafeSlow(this.#used + 2 * this.#count);
    const rows: number[] = [];
    const ends: number[] = [];
    let end = 0;
    for (let row = 0; row < firsts.length; row++) {
      const first = firsts[row] ?? -1;
      if (first < 0) continue;
      for (let index = first; index >= 0; index = nexts[index] ?? -1) {
        bytes[end++] = (index === first ? brace : comma) ?? 0;
        end = this.#copyMember(index, bytes, end);
      }
      bytes[end++] = closingBrace ?? 0;
      rows.push(row);
      ends.push(end);
    }
    return {
      name: rescuedColumn,
      field: rescuedColumn,
      observed: { form: 'plain', type: { kind: 'string' } },
      count: rows.length,
      rows: Int32Array.from(rows),
      store: storeOf(bytes, ends),
    };
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

  /** Copies a member; answers with its end there. */
  #copyMember(index: number, to: Buffer, at: number): number {
    const start = index === 0 ? 0 : (this.#ends[index - 1] ?? 0);
    const end = this.#ends[index] ?? 0;
    if (end - start > fewChars) this.#text.copy(to, at, start, end);
    else for (let from = start; from < end; from++) to[at + from - start] = this.#text[from] ?? 0;
    return at + end - start;
  }

  /** Frees the text at once, without the garbage collector; the values may not be asked for afterwards. */
  [Symbol.dispose](): void {
    this.#text.buffer.transfer(0);
  }

  #write(text: string): void {
    if (text.length <= fewChars && this.#writeAscii(text)) return;
    this.#reserve(Buffer.byteLength(text));
    this.#used += this.#text.write(text, this.#used);
  }

  /** Writes nothing, and answers with false, when a character is not ASCII. */
  #writeAscii(text: string): boolean {
    this.#reserve(text.length);
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code >= 0x80) return false;
      this.#text[this.#used + at] = code;
    }
    this.#used += text.length;
    return true;
  }

  #reserve(bytes: number): void {
    const end = this.#used + bytes;
    if (end <= this.#text.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(startBytes, end * 2));
    this.#text.copy(larger, 0, 0, this.#used);
    this[Symbol.dispose]();
    this.#text = larger;
  }
}

/** Makes strings of objects that lie one behind the other. */
function storeOf(bytes: Buffer, objectEnds: readonly number[]): ValueStore {
  const ids = new Int32Array(objectEnds.length);
  const shared = new Map<string, number>();
  const starts: number[] = [];
  const ends: number[] = [];
  for (const [index, end] of objectEnds.entries()) {
    const start = index === 0 ? 0 : (objectEnds[index - 1] ?? 0);
    const key = end - start > sharedBytesMax ? undefined : bytes.toString('latin1', start, end);
    const present = key === undefined ? undefined : shared.get(key);
    ids[index] = present ?? starts.length;
    if (present !== undefined) continue;
    if (key !== undefined) shared.set(key, starts.length);
    starts.push(start);
    ends.push(end);
  }
  const dictionary = { count: starts.length, bytes, starts: Int32Array.from(starts), ends: Int32Array.from(ends) };
  return { kind: 'strings', ids, dictionary };
}

function longer(from: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(length);
  to.set(from);
  return to;
}
