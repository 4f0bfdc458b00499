import { isBeyondDouble } from './exact-json.ts';
import {
  backslash,
  closeBrace,
  closeBracket,
  colon,
  comma,
  minus,
  openBrace,
  openBracket,
  point,
  quote,
  zero,
} from './json-bytes.ts';

/** Deeper JSON is left to a parser. */
const depthMax = 64;
/** Keys of objects with no more are compared one by one. */
const fewKeys = 32;
/** A double tells that many digits of any number apart. */
const digitsMax = 15;
/** JavaScript puts keys that are integers below this before others. */
const indexEnd = 2 ** 32 - 1;

const words: ReadonlyMap<number, Buffer> = new Map(
  ['true', 'false', 'null'].map((word) => [word.charCodeAt(0), Buffer.from(word)]),
);

/**
 * Finds the end of the JSON value at `start`, if `writeJson` writes it as it stands there, but for space between its tokens: so is most of what
 * programs send, and it can be copied without being parsed. -1 when it may be written otherwise, or is no JSON. Takes the bytes for UTF-8.
 */
export function endOfWritten(bytes: Buffer, start: number, depth = 0): number {
  const first = bytes[start] ?? 0;
  if (first === quote) return endOfPlainString(bytes, start);
  if (first === openBrace || first === openBracket) {
    if (depth === depthMax) return -1;
    return first === openBrace ? endOfObject(bytes, start, depth + 1) : endOfArray(bytes, start, depth + 1);
  }
  const word = words.get(first);
  return word === undefined ? endOfNumber(bytes, start) : endOfWord(bytes, start, word);
}

/** Finds the end of the JSON value at `start`, which is not looked into: 0 when it has none, or is nested too deep. What is no JSON may have one. */
export function endOfJson(bytes: Buffer, start: number): number {
  let at = start;
  let depth = 0;
  for (; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) at = endOfString(bytes, at) - 1;
    else if (byte === openBrace || byte === openBracket) {
      if (++depth > depthMax) return 0;
    } else if (depth === 0 && isEndOfScalar(byte)) return at;
    else if (byte === closeBrace || byte === closeBracket) depth--;
    if (depth === 0 && (byte === quote || byte === closeBrace || byte === closeBracket)) return at + 1;
  }
  return 0;
}

function isEndOfScalar(byte: number): boolean {
  return byte <= 0x20 || byte === comma || byte === colon || byte === closeBrace || byte === closeBracket;
}

/** Copies JSON that `endOfWritten` has found, without the space between its tokens; answers with its end there. */
export function copyWritten(bytes: Buffer, { start, end }: Range, to: Buffer, at: number): number {
  let next = at;
  let inString = false;
  for (let from = start; from < end; from++) {
    const byte = bytes[from] ?? 0;
    if (byte === quote) inString = !inString;
    if (inString || byte > 0x20) to[next++] = byte;
  }
  return next;
}

/** Bytes `[start, end)`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Skips space between tokens. */
export function skipSpace(bytes: Buffer, start: number): number {
  let at = start;
  for (let byte = bytes[at]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = bytes[at]) at++;
  return at;
}

/** Gives the key as an integer that JavaScript puts before other keys, -1 for any other key. */
export function keyIndexOf(bytes: Buffer, start: number, end: number): number {
  if (end === start || end - start > 10 || (bytes[start] === zero && end > start + 1)) return -1;
  let index = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] ?? 0) - zero;
    if (digit < 0 || digit > 9) return -1;
    index = index * 10 + digit;
  }
  return index < indexEnd ? index : -1;
}

function endOfArray(bytes: Buffer, start: number, depth: number): number {
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === closeBracket) return at + 1;
  for (;;) {
    at = endOfWritten(bytes, at, depth);
    if (at < 0) return -1;
    at = skipSpace(bytes, at);
    if (bytes[at] === closeBracket) return at + 1;
    if (bytes[at] !== comma) return -1;
    at = skipSpace(bytes, at + 1);
  }
}

function endOfObject(bytes: Buffer, start: number, depth: number): number {
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === closeBrace) return at + 1;
  const keys = new DistinctKeys(bytes);
  let index = -1;
  for (;;) {
    const end = endOfPlainString(bytes, at);
    if (end < 0 || !keys.add(at + 1, end - 1)) return -1;
    // keys that are integers are written in their order, before others
    const next = keyIndexOf(bytes, at + 1, end - 1);
    if (next >= 0 && next <= index) return -1;
    index = next < 0 ? indexEnd : next;
    at = skipSpace(bytes, end);
    if (bytes[at] !== colon) return -1;
    at = endOfWritten(bytes, skipSpace(bytes, at + 1), depth);
    if (at < 0) return -1;
    at = skipSpace(bytes, at);
    if (bytes[at] === closeBrace) return at + 1;
    if (bytes[at] !== comma) return -1;
    at = skipSpace(bytes, at + 1);
  }
}

/** Tells keys of one object from those that were there before. */
export class DistinctKeys {
  readonly #bytes: Buffer;
  /** Where the first ones begin and end. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #many: Set<string> | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Answers with false for a key, `[start, end)`, that was added before. */
  add(start: number, end: number): boolean {
    if (this.#starts.length === fewKeys) return this.#addToMany(start, end);
    for (let few = 0; few < this.#starts.length; few++) if (this.#isSame(few, start, end)) return false;
    this.#starts.push(start);
    this.#ends.push(end);
    return true;
  }

  #isSame(few: number, start: number, end: number): boolean {
    const fewEnd = this.#ends[few] ?? 0;
    if (fewEnd - (this.#starts[few] ?? 0) !== end - start) return false;
    // keys that are data mostly differ at their ends
    for (let back = 1; back <= end - start; back++)
      if (this.#bytes[fewEnd - back] !== this.#bytes[end - back]) return false;
    return true;
  }

  #addToMany(start: number, end: number): boolean {
    this.#many ??= new Set(this.#starts.map((few, index) => this.#textOf(few, this.#ends[index] ?? 0)));
    const { size } = this.#many;
    return this.#many.add(this.#textOf(start, end)).size > size;
  }

  #textOf(start: number, end: number): string {
    return this.#bytes.toString('latin1', start, end);
  }
}

/** Finds the end of the string whose opening quote is at `start`, however it is escaped. */
function endOfString(bytes: Buffer, start: number): number {
  let at = start + 1;
  for (let byte = bytes[at]; byte !== quote && at < bytes.length; byte = bytes[at]) at += byte === backslash ? 2 : 1;
  return at + 1;
}

/** Finds the end of a string without escapes; -1 when it has some, or is none. */
export function endOfPlainString(bytes: Buffer, start: number): number {
  if (bytes[start] !== quote) return -1;
  let at = start + 1;
  for (;;) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) return at + 1;
    if (byte < 0x20 || byte === backslash) return -1;
    at++;
  }
}

function endOfWord(bytes: Buffer, start: number, word: Buffer): number {
  for (let at = 0; at < word.length; at++) if (bytes[start + at] !== word[at]) return -1;
  return start + word.length;
}

function endOfNumber(bytes: Buffer, start: number): number {
  const first = bytes[start] === minus ? start + 1 : start;
  const whole = endOfDigits(bytes, first);
  if (whole === first || (bytes[first] === zero && whole > first + 1)) return -1;
  const end = bytes[whole] === point ? endOfDigits(bytes, whole + 1) : whole;
  if (end === whole + 1 || ((bytes[end] ?? 0) | 0x20) === 0x65) return -1;
  // integers keep their digits, however many
  if (end === whole) return end;
  if (end - first <= digitsMax) return isPlainFraction(bytes, first, end) ? end : -1;
  const text = bytes.toString('latin1', start, end);
  const number = Number(text);
  return String(number) === text && !isBeyondDouble(number) ? end : -1;
}

/** Tells whether a number with few digits and a point is written with just these digits. */
function isPlainFraction(bytes: Buffer, first: number, end: number): boolean {
  if (bytes[end - 1] === zero) return false;
  if (bytes[first] !== zero) return true;
  // smaller ones are written with an exponent
  for (let at = first + 2; at < first + 8; at++) if (bytes[at] !== zero) return at < end;
  return false;
}

function endOfDigits(bytes: Buffer, start: number): number {
  let at = start;
  for (let digit = (bytes[at] ?? 0) - zero; digit >= 0 && digit <= 9; digit = (bytes[at] ?? 0) - zero) at++;
  return at;
}
