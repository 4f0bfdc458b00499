import { writeJson } from '../../../schema/json/exact-json.ts';
import { closeBrace, comma, openBrace } from '../../../schema/json/json-bytes.ts';
import type { Range } from '../../../schema/json/written-json.ts';
import { rescuedColumn } from '../../../schema/names/column-name.ts';
import type { JsonValues } from '../../ports/json-values.ts';
import type { DecodedColumn } from '../builders/decoded-column.ts';
import { JsonText } from './json-text.ts';
import { sharedStrings, startsOf, type StringRanges } from './shared-strings.ts';
import type { KernelObjects } from '../../../kernel/kernel-extras.ts';
import type { TakenMember } from '../members/take-members.ts';

const startEntries = 64;

/** The JSON objects of a column's rows. */
interface RowObjects extends StringRanges {
  readonly rows: Int32Array;
}

/**
 * Values that found no column, by row: each as a member of the JSON object that the row gets, its JSON Pointer for a key. They are kept as
 * text, which costs no more than the records did, however many there are: an object for values of one row that come one after the other.
 */
export class RescuedValues implements Disposable {
  /** Values that came earlier, which are among these. */
  readonly #earlier: RescuedValues | undefined;
  readonly #text = new JsonText();
  #size = 0;
  #objects = 0;
  /** The row of each object, and where it ends. */
  #rows = new Int32Array(0);
  #ends = new Int32Array(0);
  /** The last object can take more members. */
  #isOpen = false;
  /** Each object is of a later row than the one before it. */
  #ascends = true;
  /** A column has the text. */
  #isLent = false;
  /** The last pointer, and the text of it: values often come column by column. */
  #pointer = '';
  #key = '';

  /** `earlier`: values that have no earlier ones. */
  constructor(earlier?: RescuedValues) {
    this.#earlier = earlier;
  }

  /** The number of values. */
  get size(): number {
    return this.#size + (this.#earlier?.size ?? 0);
  }

  /** Bytes of the values with their pointers. */
  get textBytes(): number {
    return (this.#isOpen ? this.#text.length : this.#end) + (this.#earlier?.textBytes ?? 0);
  }

  add(row: number, pointer: string, value: unknown): void {
    if (pointer !== this.#pointer || this.#key === '') {
      this.#pointer = pointer;
      this.#key = `${JSON.stringify(pointer)}:`;
    }
    this.#beginMember(row);
    this.#text.write(this.#key);
    this.#text.write(writeJson(value));
  }

  /** Adds a member of a record, from its bytes. */
  addMember(row: number, bytes: Buffer, { keyStart, keyEnd, valueStart, valueEnd, json }: TakenMember): void {
    this.#beginMember(row);
    this.#text.writePointer(bytes, { start: keyStart, end: keyEnd });
    if (json === undefined) this.#text.copyWritten(bytes, { start: valueStart, end: valueEnd });
    else this.#text.write(json);
  }

  /** Adds a member as text: its pointer, a colon, and its value, the end of which is `json`. */
  addWritten(row: number, text: Uint8Array, json: string): void {
    this.#beginMember(row);
    this.#text.append(text);
    this.#text.write(json);
  }

  /** Adds a member with a string of UTF-8, which is in the range; `key`: its pointer and a colon. */
  addString(row: number, key: Uint8Array, bytes: Uint8Array, range: Range): void {
    this.#beginMember(row);
    this.#text.append(key);
    this.#text.writeString(bytes, range);
  }

  /** Adds a member whose value is that of the index; `key`: its pointer and a colon. */
  addJson(row: number, key: Uint8Array, values: JsonValues, index: number): void {
    this.#beginMember(row);
    this.#text.append(key);
    const source = values.sourceAt(index);
    const range = { start: values.startAt(index), end: values.endAt(index) };
    if (source === undefined || !this.#text.copyJson(source, range)) this.#text.write(writeJson(values.valueAt(index)));
  }

  /** Adds objects of ascending rows. */
  addObjects({ bytes, rows, ends, members }: KernelObjects): void {
    this.#requireText();
    this.#close();
    while (this.#objects + rows.length > this.#rows.length) this.#grow();
    this.#ascends &&= (rows[0] ?? 0) > (this.#rows[this.#objects - 1] ?? -1);
    this.#rows.set(rows, this.#objects);
    const before = this.#text.length;
    for (let at = 0; at < ends.length; at++) this.#ends[this.#objects + at] = before + (ends[at] ?? 0);
    this.#text.append(bytes);
    this.#objects += rows.length;
    this.#size += members;
  }

  /** Gives the column `_rescued`: the JSON object of each row that has any. It may share the text with these values. */
  column(): DecodedColumn {
    const { rows, ...strings } = this.#rowObjects();
    return {
      name: rescuedColumn,
      field: rescuedColumn,
      observed: { form: 'plain', type: { kind: 'string' } },
      count: rows.length,
      rows,
      store: sharedStrings(strings),
    };
  }

  /** Frees the text at once, without the garbage collector, unless a column has it; the values may not be asked for afterwards. Earlier ones stay. */
  [Symbol.dispose](): void {
    if (!this.#isLent) this.#text[Symbol.dispose]();
  }

  #beginMember(row: number): void {
    this.#requireText();
    this.#size++;
    const last = this.#rows[this.#objects - 1] ?? -1;
    if (this.#isOpen && last === row) return this.#text.writeByte(comma);
    this.#close();
    if (this.#objects === this.#rows.length) this.#grow();
    this.#ascends &&= row > last;
    this.#rows[this.#objects++] = row;
    this.#isOpen = true;
    this.#text.writeByte(openBrace);
  }

  /** Throws when a column has the text: nothing may be added to it any more. */
  #requireText(): void {
    if (this.#isLent) throw new RangeError('a column has the text');
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#text.writeByte(closeBrace);
    this.#ends[this.#objects - 1] = this.#text.length;
  }

  /** Where the last object that is closed ends. */
  get #end(): number {
    return this.#endOf(this.#objects - 1);
  }

  #endOf(index: number): number {
    return index < 0 ? 0 : (this.#ends[index] ?? 0);
  }

  get #rowsOfObjects(): Int32Array {
    return this.#rows.subarray(0, this.#objects);
  }

  #rowObjects(): RowObjects {
    this.#close();
    if (this.#earlier === undefined || this.#earlier.size === 0) return this.#ascends ? this.#lend() : this.#merged();
    return this.#size === 0 ? this.#earlier.#rowObjects() : this.#merged(this.#earlier);
  }

  #lend(): RowObjects {
    this.#isLent = true;
    const ends = this.#ends.subarray(0, this.#objects);
    return { bytes: this.#text.bytes, rows: this.#rowsOfObjects, starts: startsOf(ends), ends };
  }

  /** Makes one object of those of each row, in the order in which they came. */
  #merged(earlier: RescuedValues = new RescuedValues()): RowObjects {
    earlier.#close();
    const { firsts, nexts } = chainsOf([earlier.#rowsOfObjects, this.#rowsOfObjects]);
    const text = new JsonText(earlier.#end + this.#end);
    const rows = new Int32Array(firsts.length);
    const ends = new Int32Array(firsts.length);
    let count = 0;
    for (let row = 0; row < firsts.length; row++) {
      const first = firsts[row] ?? -1;
      if (first < 0) continue;
      this.#writeObject({ earlier, first, nexts }, text);
      rows[count] = row;
      ends[count++] = text.length;
    }
    return {
      bytes: text.bytes,
      rows: rows.subarray(0, count),
      starts: startsOf(ends.subarray(0, count)),
      ends: ends.subarray(0, count),
    };
  }

  /** Writes an object of those from `first` on. */
  #writeObject(
    { earlier, first, nexts }: { readonly earlier: RescuedValues; readonly first: number; readonly nexts: Int32Array },
    text: JsonText,
  ): void {
    for (let index = first; index >= 0; index = nexts[index] ?? -1) {
      text.writeByte(index === first ? openBrace : comma);
      if (index < earlier.#objects) earlier.#copyMembers(index, text);
      else this.#copyMembers(index - earlier.#objects, text);
    }
    text.writeByte(closeBrace);
  }

  /** Copies what is between the braces of an object. */
  #copyMembers(index: number, to: JsonText): void {
    to.copy(this.#text.bytes, { start: this.#endOf(index - 1) + 1, end: this.#endOf(index) - 1 });
  }

  #grow(): void {
    const length = Math.max(startEntries, this.#rows.length * 2);
    this.#rows = longer(this.#rows, length);
    this.#ends = longer(this.#ends, length);
  }
}

/** Chains the objects of each row: the index of its first one, and of the next one after each. */
function chainsOf(parts: readonly Int32Array[]): { readonly firsts: Int32Array; readonly nexts: Int32Array } {
  const rowsEnd = parts.reduce((end, rows) => rows.reduce((max, row) => Math.max(max, row + 1), end), 0);
  const firsts = new Int32Array(rowsEnd).fill(-1);
  const nexts = new Int32Array(parts.reduce((sum, rows) => sum + rows.length, 0));
  let index = nexts.length;
  for (const rows of parts.toReversed())
    for (let at = rows.length - 1; at >= 0; at--) {
      const row = rows[at] ?? 0;
      nexts[--index] = firsts[row] ?? -1;
      firsts[row] = index;
    }
  return { firsts, nexts };
}

function longer(from: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(length);
  to.set(from);
  return to;
}
