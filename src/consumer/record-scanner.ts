import { isUtf8 } from 'node:buffer';
import { parseNested } from './parse-json.ts';
import { endOfNested, shapeOf, type Shape } from './record-shape.ts';
import { emptyHash, foldHash } from './text-dictionary.ts';

/** What a scanned value is. */
export const scanned = { null: 0, false: 1, true: 2, number: 3, text: 4, nested: 5 } as const;

const shapesMax = 8;
/** Scanning stops for good when, after this many records, most had no known shape. */
const trialRecords = 1000;
const fieldsMax = 1000;
/** So many digits a double holds exactly, and a power of ten as well: their quotient is the nearest double. */
const digitsMax = 15;
const powersOfTen = Float64Array.from({ length: digitsMax + 1 }, (_, exponent) => 10 ** exponent);

/**
 * Reads records of known shapes straight from their bytes, to the same values as `JSON.parse`: what it does not know well (an
 * escape, an exponent, many digits) makes it pass, and the record is parsed. The arrays describe the values of the last record.
 */
export class RecordScanner {
  /** By field of the shape, one of `scanned`. */
  kinds = new Uint8Array(16);
  /** Of texts: the bytes between the quotes. */
  starts = new Int32Array(16);
  ends = new Int32Array(16);
  hashes = new Int32Array(16);
  numbers = new Float64Array(16);
  readonly nested: unknown[] = [];
  readonly #shapes: Shape[] = [];
  #last: Shape | undefined;
  #hits = 0;
  #misses = 0;

  /** The record's shape, its values then being in the arrays; `undefined` when it must be parsed. */
  scan(bytes: Buffer, start: number, end: number): Shape | undefined {
    if (this.#last !== undefined && this.#reads(this.#last, bytes, start, end)) {
      this.#hits++;
      return this.#last;
    }
    for (const shape of this.#shapes) {
      if (shape === this.#last || !this.#reads(shape, bytes, start, end)) continue;
      this.#hits++;
      this.#last = shape;
      return shape;
    }
    return undefined;
  }

  /** Takes in the shape of a record that had to be parsed to `fields`. */
  learn(bytes: Buffer, record: { readonly start: number; readonly end: number; readonly fields: object }): void {
    this.#misses++;
    if (this.#misses > trialRecords && this.#misses > this.#hits) this.#shapes.length = 0;
    else if (this.#shapes.length < shapesMax) {
      const shape = shapeOf(bytes, record, this.#shapes.length);
      if (shape === undefined || shape.keys.length > fieldsMax) return;
      if (this.#shapes.some((known) => Buffer.compare(known.literals, shape.literals) === 0)) return;
      this.#shapes.push(shape);
      this.#last = shape;
      if (shape.keys.length > this.kinds.length) this.#grow(shape.keys.length);
      return;
    }
    this.#last = this.#shapes[0];
  }

  #reads({ keys, literals, literalEnds }: Shape, bytes: Buffer, start: number, end: number): boolean {
    const count = keys.length;
    let at = start;
    let literal = 0;
    for (let field = 0; field <= count; field++) {
      const literalEnd = literalEnds[field] ?? 0;
      while (literal < literalEnd) if (bytes[at++] !== literals[literal++]) return false;
      if (field === count) break;
      at = this.#value(field, bytes, at, end);
      if (at < 0) return false;
    }
    // whatever was read beyond the record's end, this tells
    return at === end;
  }

  /** One past the value, -1 when it is not known well. */
  #value(field: number, bytes: Buffer, at: number, end: number): number {
    const first = bytes[at] ?? 0;
    if (first === 0x22) return this.#text(field, bytes, at + 1);
    if (first === 0x2d || (first >= 0x30 && first <= 0x39)) return this.#number(field, bytes, at);
    if (first === 0x7b || first === 0x5b) return this.#nested(field, bytes, at, end);
    for (const [kind, word] of words) {
      if (first !== word[0]) continue;
      for (let index = 1; index < word.length; index++) if (bytes[at + index] !== word[index]) return -1;
      this.kinds[field] = kind;
      return at + word.length;
    }
    return -1;
  }

  #text(field: number, bytes: Buffer, start: number): number {
    let hash = emptyHash;
    let bits = 0;
    let at = start;
    for (;;) {
      const byte = bytes[at] ?? 0;
      if (byte === 0x22) break;
      if (byte < 0x20 || byte === 0x5c) return -1;
      hash = foldHash(hash, byte);
      bits |= byte;
      at++;
    }
    if (bits >= 0x80 && !isUtf8(bytes.subarray(start, at))) return -1;
    this.kinds[field] = scanned.text;
    this.starts[field] = start;
    this.ends[field] = at;
    this.hashes[field] = hash;
    return at + 1;
  }

  #number(field: number, bytes: Buffer, start: number): number {
    const isNegative = bytes[start] === 0x2d;
    let at = isNegative ? start + 1 : start;
    const first = at;
    let mantissa = 0;
    let digit = (bytes[at] ?? 0) - 0x30;
    while (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digit = (bytes[++at] ?? 0) - 0x30;
    }
    let digits = at - first;
    if (digits === 0 || (digits > 1 && bytes[first] === 0x30)) return -1;
    let scale = 0;
    if (bytes[at] === 0x2e) {
      digit = (bytes[++at] ?? 0) - 0x30;
      while (digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
        scale++;
        digit = (bytes[++at] ?? 0) - 0x30;
      }
      if (scale === 0) return -1;
      digits += scale;
    }
    if (digits > digitsMax) return -1;
    const value = scale === 0 ? mantissa : mantissa / (powersOfTen[scale] ?? 1);
    this.kinds[field] = scanned.number;
    this.numbers[field] = isNegative ? -value : value;
    return at;
  }

  #nested(field: number, bytes: Buffer, start: number, end: number): number {
    const stop = endOfNested(bytes, start, end);
    const value = parseNested(bytes, start, stop);
    if (value === undefined) return -1;
    this.kinds[field] = scanned.nested;
    this.nested[field] = value;
    return stop;
  }

  #grow(fields: number): void {
    this.kinds = new Uint8Array(fields);
    this.starts = new Int32Array(fields);
    this.ends = new Int32Array(fields);
    this.hashes = new Int32Array(fields);
    this.numbers = new Float64Array(fields);
  }
}

const words: readonly (readonly [number, Buffer])[] = [
  [scanned.null, Buffer.from('null')],
  [scanned.true, Buffer.from('true')],
  [scanned.false, Buffer.from('false')],
];
