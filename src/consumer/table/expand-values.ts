import { parseRecord } from '../columns/parse-record.ts';
import type { ChunkSlice, RecordChunk } from '../ports/record-chunk.ts';
import type { RecordsPerValue } from '../ports/value-format.ts';

export interface ExpandRules {
  /** Left out: one record is one row. */
  readonly records: RecordsPerValue | undefined;
  readonly recordBytesMax: number;
}

/** Where an element of an expanded chunk comes from. */
export interface ElementOrigin {
  readonly chunk: RecordChunk;
  readonly index: number;
  /** Why the value was not taken apart. */
  readonly detail: string | undefined;
}

export interface ExpandedSlices {
  readonly slices: readonly ChunkSlice[];
  /** The record that an element belongs to. */
  readonly originOf: (chunk: RecordChunk, index: number) => ElementOrigin;
}

/** Most elements of one value: each takes memory, however short it is. */
const elementsMax = 50_000;

type Range = readonly [start: number, end: number];
type Elements = { readonly ranges: readonly Range[] } | { readonly detail: string };

/**
 * Takes values with several objects apart: each becomes a record of its own with the offset of its value. A value is taken apart as a whole
 * or stays as it is, to become one dead letter: an offset has rows or a dead letter, never both. An empty array stands for no value.
 */
export function expandValues(slices: readonly ChunkSlice[], { records, recordBytesMax }: ExpandRules): ExpandedSlices {
  if (records === undefined) return { slices, originOf: (chunk, index) => ({ chunk, index, detail: undefined }) };
  const expanded = new Map<RecordChunk, ExpandedChunk>();
  const found = slices.map(({ chunk, first, end }): ChunkSlice => {
    const expansion = new ExpandedChunk(chunk);
    for (let index = first; index < end; index++) {
      const [start, stop] = [chunk.valueStarts[index] ?? -1, chunk.valueEnds[index] ?? -1];
      const isWhole = start < 0 || stop - start > recordBytesMax;
      expansion.add(index, [start, stop], isWhole ? whole : elementsOf(chunk.bytes, [start, stop], records));
    }
    const result = expansion.finish();
    expanded.set(result, expansion);
    return { chunk: result, first: 0, end: result.count };
  });
  const originOf = (chunk: RecordChunk, index: number): ElementOrigin =>
    expanded.get(chunk)?.originOf(index) ?? { chunk, index, detail: undefined };
  return { slices: found, originOf };
}

const whole: Elements = { detail: '' };

class ExpandedChunk {
  readonly #chunk: RecordChunk;
  readonly #indexes: number[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #details = new Map<number, string>();

  constructor(chunk: RecordChunk) {
    this.#chunk = chunk;
  }

  add(index: number, value: Range, elements: Elements): void {
    if ('detail' in elements && elements.detail !== '') this.#details.set(index, elements.detail);
    const ranges = 'ranges' in elements ? elements.ranges : [value];
    // nothing in it: as good as no value
    for (const [start, end] of ranges.length === 0 ? [[-1, -1] as const] : ranges) {
      this.#indexes.push(index);
      this.#starts.push(start);
      this.#ends.push(end);
    }
  }

  originOf(element: number): ElementOrigin {
    const index = this.#indexes[element] ?? 0;
    return { chunk: this.#chunk, index, detail: this.#details.get(index) };
  }

  finish(): RecordChunk {
    const indexes = this.#indexes;
    const { offsetDeltas, timestamps } = this.#chunk;
    return {
      ...this.#chunk,
      count: indexes.length,
      offsetDeltas: Float64Array.from(indexes, (index) => offsetDeltas[index] ?? 0),
      timestamps: Float64Array.from(indexes, (index) => timestamps[index] ?? -1),
      valueStarts: Int32Array.from(this.#starts),
      valueEnds: Int32Array.from(this.#ends),
      keyOf: (element) => this.#chunk.keyOf(indexes[element] ?? 0),
      headersOf: (element) => this.#chunk.headersOf(indexes[element] ?? 0),
    };
  }
}

function elementsOf(bytes: Buffer, value: Range, records: RecordsPerValue): Elements {
  const ranges = records === 'ndjson' ? linesOf(bytes, value) : arrayElements(bytes, value);
  if (ranges === undefined) return whole;
  if (ranges.length > elementsMax) return { detail: `more than ${elementsMax} objects in one value` };
  for (const [at, [start, end]] of ranges.entries()) {
    const parsed = parseRecord(bytes, start, end);
    if (parsed.kind === 'reject') return { detail: `object ${at} of ${ranges.length}: ${parsed.detail}` };
  }
  return { ranges };
}

const newline = 0x0a;
const byteOrderMark = Buffer.from('\uFEFF');

function afterByteOrderMark(bytes: Buffer, start: number, end: number): number {
  return bytes.subarray(start, end).indexOf(byteOrderMark) === 0 ? start + byteOrderMark.length : start;
}

/** The lines that are not blank; `undefined` for a value of one line. */
function linesOf(bytes: Buffer, [start, end]: Range): Range[] | undefined {
  const lines: Range[] = [];
  for (let from = afterByteOrderMark(bytes, start, end); from < end;) {
    const found = bytes.indexOf(newline, from);
    const to = found < 0 || found > end ? end : found;
    if (bytes.subarray(from, to).some((byte) => !isBlank(byte))) lines.push([from, to]);
    from = to + 1;
  }
  return lines.length < 2 ? undefined : lines;
}

/** The elements of an array; `undefined` for a value that is none. Whether each of them is JSON is not looked at. */
function arrayElements(bytes: Buffer, [start, end]: Range): Range[] | undefined {
  let [from, to] = [afterByteOrderMark(bytes, start, end), end];
  while (from < to && isBlank(bytes[from])) from++;
  while (to > from && isBlank(bytes[to - 1])) to--;
  if (to - from < 2 || bytes[from] !== 0x5b || bytes[to - 1] !== 0x5d) return undefined;
  const elements: Range[] = [];
  const commas = topLevelCommas(bytes, [from + 1, to - 1]);
  let at = from + 1;
  for (const comma of [...commas, to - 1]) {
    elements.push([at, comma]);
    at = comma + 1;
  }
  const [only] = elements;
  const isEmpty = elements.length === 1 && only !== undefined && bytes.subarray(...only).every(isBlank);
  return isEmpty ? [] : elements;
}

/** Where commas are outside of strings and brackets. */
function topLevelCommas(bytes: Buffer, [start, end]: Range): number[] {
  const commas: number[] = [];
  let depth = 0;
  let inString = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (inString) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) depth--;
    else if (byte === 0x2c && depth === 0) commas.push(at);
  }
  return commas;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
