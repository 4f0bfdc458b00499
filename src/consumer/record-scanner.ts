import { isUtf8 } from 'node:buffer';
import { timestampOf } from '../schema/times.ts';
import { parseNested } from './parse-json.ts';
import { endOfNested, matches, shapeOf } from './record-shape.ts';
import { scanned, ScannedBlock } from './scanned-block.ts';
import { emptyHash, finishHash, foldWord, hashOf } from './text-hash.ts';

const shapesMax = 8;
/** Scanning stops for good when, after this many records, most had no known shape. */
const trialRecords = 1000;
const fieldsMax = 1000;
/** So many digits a double holds exactly, and a power of ten as well: their quotient is the nearest double. */
const digitsMax = 15;
const powersOfTen = Float64Array.from({ length: digitsMax + 1 }, (_, exponent) => 10 ** exponent);

const quote = 0x22;
const backslash = 0x5c;
const timeLength = '2026-11-23T09:15:02.120Z'.length;

/** One byte in each of a word's four. */
const everyByte = 0x01010101;
const highBits = 0x80808080 | 0;

/**
 * Reads records of known shapes straight from their bytes, to the same values as `JSON.parse`: what it does not know well (an
 * escape, an exponent, many digits) makes it pass, and the record is parsed.
 */
export class RecordScanner {
  readonly #rowsMax: number;
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** Of the record that is looked at. */
  #end = 0;
  readonly #blocks: ScannedBlock[] = [];
  #last: ScannedBlock | undefined;
  #hits = 0;
  #misses = 0;
  /** The minute of the last time that was met: its text in words, its milliseconds. */
  readonly #minute = new Int32Array(4);
  #minuteMs = Number.NaN;

  /** For no more than `rowsMax` records. */
  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax;
  }

  /** Records are in `bytes` from now on. */
  use(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  get view(): DataView {
    return this.#view;
  }

  /** The block that has the record's values as its next ones, to be counted or overwritten; `undefined` when it must be parsed. */
  scan(start: number, end: number): ScannedBlock | undefined {
    if (this.#last !== undefined && this.#reads(this.#last, start, end)) {
      this.#hits++;
      return this.#last;
    }
    for (const block of this.#blocks) {
      if (block === this.#last || !this.#reads(block, start, end)) continue;
      this.#hits++;
      this.#last = block;
      return block;
    }
    return undefined;
  }

  /** Takes in the shape of a record that had to be parsed to `fields`. */
  learn(record: { readonly start: number; readonly end: number; readonly fields: object }): void {
    this.#misses++;
    if (this.#misses > trialRecords && this.#misses > this.#hits) this.#blocks.length = 0;
    else if (this.#blocks.length < shapesMax) {
      const shape = shapeOf(this.#bytes, record, this.#blocks.length);
      if (shape === undefined || shape.keys.length > fieldsMax) return;
      if (this.#blocks.some((known) => known.shape.id === shape.id)) return;
      this.#last = new ScannedBlock(shape, this.#rowsMax);
      this.#blocks.push(this.#last);
      return;
    }
    this.#last = this.#blocks[0];
  }

  #reads(block: ScannedBlock, start: number, end: number): boolean {
    const { literals, maybeTime } = block.shape;
    const { capacity } = block;
    this.#end = end;
    const fields = literals.length - 1;
    let at = start;
    let slot = block.count;
    for (let field = 0; field <= fields; field++, slot += capacity) {
      const literal = literals[field];
      if (literal === undefined || !matches(literal, this.#view, at)) return false;
      at += literal.length;
      if (field === fields) break;
      const time = maybeTime[field] === 1 ? this.#time(block, slot, at + 1) : -1;
      at = time >= 0 ? time : this.#value(block, slot, at);
      if (at < 0) return false;
    }
    // whatever was read beyond the record's end, this tells
    return at === end;
  }

  /** One past the value, -1 when it is not known well. */
  #value(block: ScannedBlock, slot: number, at: number): number {
    const first = this.#bytes[at] ?? 0;
    if (first === quote) return this.#text(block, slot, at + 1);
    if (first === 0x2d || (first >= 0x30 && first <= 0x39)) return this.#number(block, slot, at);
    if (first === 0x7b || first === 0x5b) return this.#nested(block, slot, at);
    for (const [kind, word] of words) {
      if (first !== word[0]) continue;
      for (let index = 1; index < word.length; index++) if (this.#bytes[at + index] !== word[index]) return -1;
      block.kinds[slot] = kind;
      return at + word.length;
    }
    return -1;
  }

  /** Four bytes at a time, up to the word that holds a quote or anything that is not plain. */
  #text(block: ScannedBlock, slot: number, start: number): number {
    const view = this.#view;
    const last = view.byteLength - 4;
    let hash = emptyHash;
    for (let at = start; at <= last; at += 4) {
      const word = view.getInt32(at, true);
      const stop = endOfPlain(word);
      if (stop === 0) {
        hash = foldWord(hash, word);
        continue;
      }
      // the lowest byte that is marked is the first one
      const before = 31 - Math.clz32(stop & -stop) - 7;
      const end = at + (before >> 3);
      if (this.#bytes[end] !== quote) break;
      // shifts count modulo 32, and nothing is left for a quote that comes first
      hash = foldWord(hash, before === 0 ? 0 : word & (-1 >>> (32 - before)));
      block.kinds[slot] = scanned.text;
      block.starts[slot] = start;
      block.ends[slot] = end;
      block.hashes[slot] = finishHash(hash, end - start);
      if (end - start === timeLength) block.shape.maybeTime[Math.floor(slot / block.capacity)] = 1;
      return end + 1;
    }
    return this.#oddText(block, slot, start);
  }

  /** Of any bytes but escapes and control characters. */
  #oddText(block: ScannedBlock, slot: number, start: number): number {
    let bits = 0;
    let at = start;
    for (;;) {
      const byte = this.#bytes[at] ?? 0;
      if (byte === quote) break;
      if (byte < 0x20 || byte === backslash) return -1;
      bits |= byte;
      at++;
    }
    if (bits >= 0x80 && !isUtf8(this.#bytes.subarray(start, at))) return -1;
    block.kinds[slot] = scanned.text;
    block.starts[slot] = start;
    block.ends[slot] = at;
    block.hashes[slot] = hashOf(this.#view, start, at);
    return at + 1;
  }

  /** A text of the usual form of a time, most of which is that of the last one. -1 when it is none. */
  #time(block: ScannedBlock, slot: number, start: number): number {
    const bytes = this.#bytes;
    const end = start + timeLength;
    if (bytes[start - 1] !== quote || bytes[end] !== quote || bytes[end - 1] !== 0x5a) return -1;
    let ms: number;
    if (this.#isInMinute(start)) {
      const tens = (bytes[start + 17] ?? 0) - 0x30;
      const ones = (bytes[start + 18] ?? 0) - 0x30;
      const hundredths = (bytes[start + 20] ?? 0) - 0x30;
      const tenths = (bytes[start + 21] ?? 0) - 0x30;
      const thousandths = (bytes[start + 22] ?? 0) - 0x30;
      const areDigits =
        tens >>> 0 < 6 && ones >>> 0 < 10 && hundredths >>> 0 < 10 && tenths >>> 0 < 10 && thousandths >>> 0 < 10;
      if (!areDigits || bytes[start + 16] !== 0x3a || bytes[start + 19] !== 0x2e) return -1;
      ms = this.#minuteMs + (tens * 10 + ones) * 1000 + hundredths * 100 + tenths * 10 + thousandths;
    } else {
      ms = timestampOf(bytes, start, end);
      if (Number.isNaN(ms)) return -1;
      for (let word = 0; word < 4; word++) this.#minute[word] = this.#view.getInt32(start + word * 4, true);
      this.#minuteMs = Math.floor(ms / 60_000) * 60_000;
    }
    block.kinds[slot] = scanned.time;
    block.starts[slot] = start;
    block.ends[slot] = end;
    block.numbers[slot] = ms;
    return end + 1;
  }

  #isInMinute(start: number): boolean {
    const view = this.#view;
    const minute = this.#minute;
    return (
      view.getInt32(start + 12, true) === minute[3] &&
      view.getInt32(start + 8, true) === minute[2] &&
      view.getInt32(start + 4, true) === minute[1] &&
      view.getInt32(start, true) === minute[0]
    );
  }

  #number(block: ScannedBlock, slot: number, start: number): number {
    const bytes = this.#bytes;
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
    block.kinds[slot] = scanned.number;
    block.numbers[slot] = isNegative ? -value : value;
    return at;
  }

  #nested(block: ScannedBlock, slot: number, start: number): number {
    const stop = endOfNested(this.#bytes, start, this.#end);
    const value = parseNested(this.#bytes, start, stop);
    if (value === undefined) return -1;
    block.kinds[slot] = scanned.nested;
    block.nested[slot] = value;
    block.starts[slot] = start;
    block.ends[slot] = stop;
    return stop;
  }
}

/**
 * Marks, by their highest bits, the bytes of a word that end a plain text: quote, backslash, control characters, and what is
 * not ASCII. Bytes above a marked one may be marked in error.
 */
function endOfPlain(word: number): number {
  const quotes = word ^ (quote * everyByte);
  const backslashes = word ^ (backslash * everyByte);
  const found =
    ((quotes - everyByte) & ~quotes) |
    ((backslashes - everyByte) & ~backslashes) |
    ((word - 0x20 * everyByte) & ~word) |
    word;
  return found & highBits;
}

const words: readonly (readonly [number, Buffer])[] = [
  [scanned.null, Buffer.from('null')],
  [scanned.true, Buffer.from('true')],
  [scanned.false, Buffer.from('false')],
];
