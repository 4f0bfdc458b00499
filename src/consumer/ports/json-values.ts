import { parseJson, parsePlainJson, writeJson } from '../../schema/json/exact-json.ts';
import { openBrace, openBracket } from '../../schema/json/json-bytes.ts';
import { skipSpace } from '../../schema/json/written-json.ts';

/** Written JSON is collected in buffers from the smallest size to the largest, each four times as large as the one before. */
const written = { bytesMin: 4 * 1024, bytesMax: 256 * 1024, growth: 4 } as const;

/** JSON values in `bytes`, by positions that are `shift` more than there. */
export interface JsonRanges {
  readonly bytes: Buffer;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly shift: number;
}

/** Bytes that hold values, at positions that are `shift` more than there. */
type Source = Pick<JsonRanges, 'bytes' | 'shift'>;

/** Allocates the arrays of positions; their contents are undefined at first. */
export interface PositionMemory {
  int32(length: number): Int32Array;
}

interface JsonValuesOptions {
  /** Left out: the garbage collector's. */
  readonly memory?: PositionMemory;
  /** Values for which there is room at first. */
  readonly capacity?: number;
}

const collected: PositionMemory = { int32: (length) => new Int32Array(length) };
const capacityMin = 64;

/**
 * Arrays and structs as byte ranges of their JSON in the records: objects for a whole batch would fill the heap, and each is needed one at a
 * time. Valid as long as the records' bytes and the memory are.
 */
export class JsonValues {
  readonly #memory: PositionMemory;
  #sources: Source[] = [];
  /** The JSON of values that were added without theirs. */
  #written = Buffer.alloc(0);
  #used = 0;
  #count = 0;
  /** Room that the arrays have, or will have once there is a value. */
  #capacity: number;
  #sourceOf: Int32Array = new Int32Array(0);
  #starts: Int32Array = new Int32Array(0);
  #ends: Int32Array = new Int32Array(0);

  constructor({ memory = collected, capacity = capacityMin }: JsonValuesOptions = {}) {
    this.#memory = memory;
    this.#capacity = capacity;
  }

  /** Adds the value whose JSON is `source[start, end)`. */
  add(source: Buffer, start: number, end: number): void {
    const number = this.#numberOf(source, 0);
    const at = this.#count++;
    this.#reserve();
    this.#sourceOf[at] = number;
    this.#starts[at] = start;
    this.#ends[at] = end;
  }

  /** Adds the values of many rows. */
  addAll({ bytes, starts, ends, shift }: JsonRanges): void {
    const number = this.#numberOf(bytes, shift);
    const first = this.#count;
    this.#count += starts.length;
    this.#reserve();
    this.#sourceOf.fill(number, first, this.#count);
    this.#starts.set(starts, first);
    this.#ends.set(ends, first);
  }

  /** Adds a value, whose JSON is written. */
  addValue(value: unknown): void {
    this.addText(writeJson(value));
  }

  /** Adds the value of the JSON. */
  addText(text: string): void {
    const bytes = Buffer.byteLength(text);
    if (this.#used + bytes > this.#written.length) {
      const { bytesMin, bytesMax, growth } = written;
      const next = Math.min(bytesMax, Math.max(bytesMin, this.#written.length * growth));
      this.#written = Buffer.allocUnsafeSlow(Math.max(next, bytes));
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += this.#written.write(text, start);
    this.add(this.#written, start, this.#used);
  }

  /** Gives the values of these indexes; where one is negative, the value whose JSON is `json`. */
  pick(indexes: Int32Array, json: Buffer): JsonValues {
    const picked = new JsonValues({ memory: this.#memory, capacity: indexes.length });
    picked.#sources = [...this.#sources, { bytes: json, shift: 0 }];
    picked.#count = indexes.length;
    picked.#reserve();
    for (let at = 0; at < indexes.length; at++) {
      const index = indexes[at] ?? 0;
      // a negative index finds nothing
      picked.#sourceOf[at] = this.#sourceOf[index] ?? this.#sources.length;
      picked.#starts[at] = this.#starts[index] ?? 0;
      picked.#ends[at] = this.#ends[index] ?? json.length;
    }
    return picked;
  }

  /** Gives of the first `count` values those of these indexes; where one is negative, the value of its complement among others. */
  mergeWith(others: JsonValues, count: number, indexes: Int32Array): JsonValues {
    const all = new JsonValues({ memory: this.#memory, capacity: count + others.count });
    all.append(this, count);
    all.append(others, others.count);
    const ofAll = indexes.map((index) => (index < 0 ? count + ~index : index));
    return all.pick(ofAll, Buffer.alloc(0));
  }

  /** Tells whether a value is `[]` or `{}`. */
  isEmptyAt(index: number): boolean {
    const source = this.sourceAt(index);
    const start = this.startAt(index);
    if (source === undefined || (source[start] !== openBrace && source[start] !== openBracket)) return false;
    return skipSpace(source, start + 1) === this.endAt(index) - 1;
  }

  /** The number of values. */
  get count(): number {
    return this.#count;
  }

  /** Adds the first `count` values of others. */
  append(others: JsonValues, count: number): void {
    const [first, firstSource] = [this.#count, this.#sources.length];
    this.#sources = [...this.#sources, ...others.#sources];
    this.#count += count;
    this.#reserve();
    for (let at = 0; at < count; at++) this.#sourceOf[first + at] = (others.#sourceOf[at] ?? 0) + firstSource;
    this.#starts.set(others.#starts.subarray(0, count), first);
    this.#ends.set(others.#ends.subarray(0, count), first);
  }

  valueAt(index: number): unknown {
    return parseJson(this.#textAt(index));
  }

  /** Parses a value as `valueAt` does, where no number of it has more digits than a double holds. */
  plainValueAt(index: number): unknown {
    return parsePlainJson(this.#textAt(index));
  }

  /** Gives the bytes that hold the value: its JSON is `sourceAt(index)[startAt(index), endAt(index))`. */
  sourceAt(index: number): Buffer | undefined {
    return this.#sources[this.#sourceOf[index] ?? 0]?.bytes;
  }

  startAt(index: number): number {
    return (this.#starts[index] ?? 0) - this.#shiftAt(index);
  }

  endAt(index: number): number {
    return (this.#ends[index] ?? 0) - this.#shiftAt(index);
  }

  /** Where the values are: at `[starts[index], ends[index])` in the source that `sourceOf[index]` tells; valid until more are added. */
  get positions() {
    return { sourceOf: this.#sourceOf, starts: this.#starts, ends: this.#ends };
  }

  /** Gives bytes of a source by their positions. */
  bytesIn(source: number, start: number, end: number): Buffer {
    const { bytes, shift } = this.#sources[source] ?? { bytes: this.#written, shift: 0 };
    return bytes.subarray(start - shift, end - shift);
  }

  /** Adds up the bytes of the first values. */
  sizeOf(count: number): number {
    let bytes = 0;
    for (let index = 0; index < count; index++) bytes += (this.#ends[index] ?? 0) - (this.#starts[index] ?? 0);
    return bytes;
  }

  #shiftAt(index: number): number {
    return this.#sources[this.#sourceOf[index] ?? 0]?.shift ?? 0;
  }

  /** Gives the number of a source: mostly it is one of the last two, since values of records and written ones may come in turns. */
  #numberOf(bytes: Buffer, shift: number): number {
    const { length } = this.#sources;
    for (let number = length - 1; number >= 0 && number >= length - 2; number--) {
      const source = this.#sources[number];
      if (source?.bytes === bytes && source.shift === shift) return number;
    }
    return this.#sources.push({ bytes, shift }) - 1;
  }

  #textAt(index: number): string {
    return this.sourceAt(index)?.toString('utf8', this.startAt(index), this.endAt(index)) ?? 'null';
  }

  #reserve(): void {
    if (this.#count <= this.#starts.length) return;
    this.#capacity = Math.max(this.#count, this.#capacity, this.#starts.length * 2);
    const grown = (from: Int32Array): Int32Array => {
      const to = this.#memory.int32(this.#capacity);
      to.set(from);
      return to;
    };
    this.#sourceOf = grown(this.#sourceOf);
    this.#starts = grown(this.#starts);
    this.#ends = grown(this.#ends);
  }
}
