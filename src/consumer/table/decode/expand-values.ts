import { GrowingArray, newInt32s } from '../../../runtime/growing-array.ts';
import { splitArray, splitLines, type AddRange } from '../../batch/split-value.ts';
import { parseRecord, type RejectReason } from '../../columns/parse/parse-record.ts';
import type { ChunkSlice, RecordChunk } from '../../ports/record-chunk.ts';
import type { RecordsPerValue } from '../../ports/value-format.ts';

export interface ExpandRules {
  readonly records: RecordsPerValue;
  readonly recordBytesMax: number;
  /** Ends before a value that would make more rows than this, unless it is the first one; left out: takes all values apart. */
  readonly rowsMax?: number | undefined;
}

/** Why a value was not taken apart. */
export interface ExpandFailure {
  readonly reason: RejectReason;
  readonly detail: string;
}

/** Where an element of an expanded chunk comes from. */
export interface ElementOrigin {
  readonly chunk: RecordChunk;
  readonly index: number;
  readonly failure: ExpandFailure | undefined;
}

/** Most elements of one value: each takes memory, however short it is. */
const elementsMax = 50_000;

export const tooManyObjects = `more than ${elementsMax} objects in one value, which are the most that are taken apart`;

/**
 * Takes values with several objects apart: each becomes a record of its own with the offset of its value. A value is taken apart as a whole
 * or stays as it is, to become one dead letter: an offset has rows or a dead letter, never both. An empty array stands for no value.
 */
export class ValueExpander {
  readonly #rules: ExpandRules;
  readonly #chunks = new Map<RecordChunk, ExpandedChunk>();
  readonly #slices: ChunkSlice[] = [];
  #count = 0;

  constructor(rules: ExpandRules) {
    this.#rules = rules;
  }

  /** What was taken apart, as records of one object each. */
  get slices(): readonly ChunkSlice[] {
    return this.#slices;
  }

  originOf(chunk: RecordChunk, index: number): ElementOrigin {
    return this.#chunks.get(chunk)?.originOf(index) ?? { chunk, index, failure: undefined };
  }

  /** Takes values of the slice apart; yields the bytes of each. Answers with the index behind the last one: less than `end` where the rows end. */
  *add({ chunk, first, end }: ChunkSlice): Generator<number, number> {
    const expanded = new ExpandedChunk(chunk, this.#rules);
    const rowsMax = this.#rules.rowsMax ?? Infinity;
    let index = first;
    for (; index < end; index++) {
      const before = expanded.count;
      const isFirst = this.#count + before === 0;
      if (!expanded.add(index, isFirst ? Infinity : rowsMax - this.#count - before)) break;
      yield Math.max(0, (chunk.valueEnds[index] ?? 0) - (chunk.valueStarts[index] ?? 0));
    }
    if (expanded.count === 0) return index;
    const result = expanded.finish();
    this.#count += result.count;
    this.#chunks.set(result, expanded);
    this.#slices.push({ chunk: result, first: 0, end: result.count });
    return index;
  }
}

class ExpandedChunk {
  readonly #chunk: RecordChunk;
  readonly #rules: ExpandRules;
  readonly #indexes = new GrowingArray(newInt32s);
  readonly #starts = new GrowingArray(newInt32s);
  readonly #ends = new GrowingArray(newInt32s);
  readonly #failures = new Map<number, ExpandFailure>();

  constructor(chunk: RecordChunk, rules: ExpandRules) {
    this.#chunk = chunk;
    this.#rules = rules;
  }

  get count(): number {
    return this.#starts.length;
  }

  /** Adds the record's elements; answers with false, and adds nothing, where they are more than `room`. */
  add(index: number, room: number): boolean {
    const { bytes, valueStarts, valueEnds } = this.#chunk;
    const [start, end] = [valueStarts[index] ?? -1, valueEnds[index] ?? -1];
    const before = this.count;
    const isExpanded = start >= 0 && end - start <= this.#rules.recordBytesMax && this.#split(bytes, start, end);
    const count = this.count - before;
    if (Math.max(1, isExpanded ? count : 1) > room) {
      this.#truncate(before);
      return false;
    }
    const failure = isExpanded ? this.#failureOf(before) : undefined;
    if (failure !== undefined) this.#failures.set(index, failure);
    if (!isExpanded || failure !== undefined) {
      this.#truncate(before);
      this.#push(start, end);
    } else if (count === 0) this.#push(-1, -1);
    while (this.#indexes.length < this.count) this.#indexes.push(index);
    return true;
  }

  originOf(element: number): ElementOrigin {
    const index = this.#indexes.finish()[element] ?? 0;
    return { chunk: this.#chunk, index, failure: this.#failures.get(index) };
  }

  finish(): RecordChunk {
    const indexes = this.#indexes.finish();
    const { offsetDeltas, timestamps } = this.#chunk;
    return {
      ...this.#chunk,
      count: indexes.length,
      offsetDeltas: Float64Array.from(indexes, (index) => offsetDeltas[index] ?? 0),
      timestamps: Float64Array.from(indexes, (index) => timestamps[index] ?? -1),
      valueStarts: this.#starts.finish(),
      valueEnds: this.#ends.finish(),
      keyOf: (element) => this.#chunk.keyOf(indexes[element] ?? 0),
      headersOf: (element) => this.#chunk.headersOf(indexes[element] ?? 0),
      headerOf: (element, name) => this.#chunk.headerOf(indexes[element] ?? 0, name),
    };
  }

  /** Adds the ranges of the value's elements, at most one more than are allowed; false for a value that has none. */
  #split(bytes: Buffer, start: number, end: number): boolean {
    const before = this.count;
    const add: AddRange = (from, to) => {
      this.#push(from, to);
      return this.count - before <= elementsMax;
    };
    if (this.#rules.records === 'array') return splitArray(bytes, start, end, add);
    splitLines(bytes, start, end, add);
    // one line is a value as it is, and may be without any
    return this.count - before > 1;
  }

  /** Why the elements from `first` on can't all become rows. */
  #failureOf(first: number): ExpandFailure | undefined {
    const count = this.count - first;
    if (count > elementsMax) return { reason: 'too-large', detail: tooManyObjects };
    const { bytes } = this.#chunk;
    const [starts, ends] = [this.#starts.finish(), this.#ends.finish()];
    for (let at = first; at < this.count; at++) {
      const parsed = parseRecord(bytes, starts[at] ?? 0, ends[at] ?? 0);
      if (parsed.kind === 'reject') return failureOf(parsed, `object ${at - first} of ${count}`);
    }
    return undefined;
  }

  #push(start: number, end: number): void {
    this.#starts.push(start);
    this.#ends.push(end);
  }

  #truncate(count: number): void {
    this.#starts.truncate(count);
    this.#ends.truncate(count);
  }
}

/** What is wrong with an element, as what is wrong with its value: nothing behind a comma is no JSON. */
function failureOf({ reason, detail }: ExpandFailure, which: string): ExpandFailure {
  if (reason === 'empty') return { reason: 'invalid-json', detail: `${which}: nothing is there` };
  return { reason, detail: `${which}: ${detail}` };
}
