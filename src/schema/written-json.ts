import { isBeyondDouble } from './exact-json.ts';

/** Deeper JSON is left to a parser. */
const depthMax = 64;
/** Keys of objects with no more are compared one by one. */
const fewKeys = 16;
/** A double tells that many digits of any number apart. */
const digitsMax = 15;
/** JavaScript puts keys that are integers below this before others. */
const indexEnd = 2 ** 32 - 1;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const words: ReadonlyMap<number, Buffer> = new Map(
  ['true', 'false', 'null'].map((word) => [word.charCodeAt(0), Buffer.from(word)]),
);

/**
 * Finds the end of the JSON value at `start`, if `writeJson` writes it as it stands there, but for space between its tokens: so is most of what
 * programs send, and it can be copied without being parsed. -1 when it may be written otherwise, or is no JSON. Takes the bytes for UTF-8.
 */
export function endOfWritten(bytes: Buffer, start: number, depth = 0): number {
  const first = bytes[start] ?? 0;
  if (first === quote) return endOfString(bytes, start);
  if (first === openBrace || first === openBracket) {
    if (depth === depthMax) return -1;
    return first === openBrace ? endOfObject(bytes, start, depth + 1) : endOfArray(bytes, start, depth + 1);
  }
  const word = words.get(first);
  return word === undefined ? endOfNumber(bytes, start) : endOfWord(bytes, start, word);
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
export function keyIndexOf(bytes: Buffer, { start, end }: Range): number {
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
  const keys = new Keys(bytes);
  for (;;) {
    const end = bytes[at] === quote ? endOfString(bytes, at) : -1;
    if (end < 0 || !keys.add({ start: at + 1, end: end - 1 })) return -1;
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

/** The keys of one object. */
class Keys {
  readonly #bytes: Buffer;
  readonly #few: Range[] = [];
  #many: Set<string> | undefined;
  #lastIndex = -1;
  #hasOthers = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Answers with false for a key that is written elsewhere: it was there before, or is an integer in the wrong place. */
  add(key: Range): boolean {
    const index = keyIndexOf(this.#bytes, key);
    if (index < 0) this.#hasOthers = true;
    else if (this.#hasOthers || index <= this.#lastIndex) return false;
    else this.#lastIndex = index;
    return this.#addDistinct(key);
  }

  #addDistinct(key: Range): boolean {
    if (this.#many === undefined && this.#few.length === fewKeys)
      this.#many = new Set(this.#few.map((few) => this.#textOf(few)));
    if (this.#many === undefined) {
      for (const few of this.#few) if (isSame(this.#bytes, few, key)) return false;
      this.#few.push(key);
      return true;
    }
    const { size } = this.#many;
    return this.#many.add(this.#textOf(key)).size > size;
  }

  #textOf({ start, end }: Range): string {
    return this.#bytes.toString('latin1', start, end);
  }
}

function isSame(bytes: Buffer, one: Range, other: Range): boolean {
  if (one.end - one.start !== other.end - other.start) return false;
  // keys that are data mostly differ at their ends
  for (let back = 1; back <= one.end - one.start; back++)
    if (bytes[one.end - back] !== bytes[other.end - back]) return false;
  return true;
}

/** Finds the end of a string without escapes. */
function endOfString(bytes: Buffer, start: number): number {
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
  if (end - first <= digitsMax) return end === whole || isPlainFraction(bytes, first, end) ? end : -1;
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
