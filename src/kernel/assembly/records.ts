import { take, takeZeros } from './arena';
import { addText, Dictionary } from './dictionary';
import { backslash, closeBrace, closeBracket, digitOf, minus, openBrace, openBracket, quote } from './bytes';
import { endOfNumber, numberValue } from './number';
import { endOfBoolean, endOfNull, endOfPart, PartType } from './parts';
import { endOfText, textEnd, textStart } from './text';
import { dateOf, timeOf } from './time';

/** What a value is; the host's numbers. */
export const enum Kind {
  none = 0,
  no = 1,
  yes = 2,
  number = 3,
  text = 4,
  time = 5,
  date = 6,
  /** Fits the part type of its field. */
  part = 7,
  /** Between brackets that belong together, and not looked at any further. */
  nested = 8,
}

/**
 * Records of one sender look alike, and differ in their values: what stands between these is known as literals. The values
 * of records that follow each other are kept by field: those of `row` and `field` at `field * capacity + row`.
 */
@unmanaged
export class Shape {
  fieldCount: i32;
  capacity: i32;
  /** `Literal`s, one more than fields. */
  literals: usize;
  /** By field: its `PartType` or 0. */
  parts: usize;
  kinds: usize;
  /** Of texts, between their quotes, and of JSON. */
  starts: usize;
  ends: usize;
  /** Of numbers, times in milliseconds, dates in days. */
  numbers: usize;
}

@unmanaged
class Literal {
  /** Filled up with zeros to whole vectors. */
  bytes: usize;
  length: usize;
}

const vectorBytes: usize = 16;

/** The last four: room for the values of `capacity` rows. */
export function createShape(
  fieldCount: i32,
  capacity: i32,
  kinds: usize,
  starts: usize,
  ends: usize,
  numbers: usize,
): Shape {
  const shape = changetype<Shape>(take(offsetof<Shape>()));
  shape.fieldCount = fieldCount;
  shape.capacity = capacity;
  shape.literals = takeZeros(<usize>(fieldCount + 1) * offsetof<Literal>());
  shape.parts = takeZeros(<usize>fieldCount * sizeof<usize>());
  shape.kinds = kinds;
  shape.starts = starts;
  shape.ends = ends;
  shape.numbers = numbers;
  return shape;
}

/** Where the bytes of the literal go. */
export function createLiteral(shape: Shape, index: i32, length: usize): usize {
  const literal = literalAt(shape, index);
  literal.length = length;
  literal.bytes = takeZeros(length + vectorBytes);
  return literal.bytes;
}

export function setPart(shape: Shape, field: i32, part: PartType): void {
  store<usize>(shape.parts + <usize>field * sizeof<usize>(), changetype<usize>(part));
}

function literalAt(shape: Shape, index: i32): Literal {
  return changetype<Literal>(shape.literals + <usize>index * offsetof<Literal>());
}

/**
 * Makes addresses of places in a chunk, which is in memory from `window` on as of its byte `base`. How many of the `count` records can be
 * read there: up to one that has no value (a place below 0), is too large, or does not follow the one before it.
 */
export function place(
  starts: usize,
  ends: usize,
  count: i32,
  base: i32,
  window: usize,
  windowBytes: i32,
  recordBytesMax: i32,
): i32 {
  const shift = <i32>window - base;
  let filled = base;
  for (let index = 0; index < count; index++) {
    const record = (<usize>index) << 2;
    const start = load<i32>(starts + record);
    const end = load<i32>(ends + record);
    if (start < filled || end - start > recordBytesMax || end - base > windowBytes) return index;
    store<i32>(starts + record, start + shift);
    store<i32>(ends + record, end + shift);
    filled = end;
  }
  return count;
}

/** Whether one of the values that `scan` met last was `nested`. */
let metNested: bool = false;

export function hasNested(): bool {
  return metNested;
}

/**
 * Reads records to the rows from `firstRow` on while they have the shape and there is room, and up to one that has a `nested`
 * value. `starts` and `ends`: where records are. How many were read.
 */
export function scan(shape: Shape, firstRow: i32, starts: usize, ends: usize, count: i32): i32 {
  const most = min(count, shape.capacity - firstRow);
  metNested = false;
  for (let index = 0; index < most; index++) {
    const record = (<usize>index) << 2;
    const end = <usize>load<i32>(ends + record);
    if (!readRecord(shape, firstRow + index, <usize>load<i32>(starts + record), end)) return index;
    if (metNested) return index + 1;
  }
  return most;
}

function readRecord(shape: Shape, row: i32, start: usize, end: usize): bool {
  const fieldCount = shape.fieldCount;
  const capacity = <usize>shape.capacity;
  let literal = shape.literals;
  let at = start;
  let slot = <usize>row;
  for (let field = 0; field < fieldCount; field++) {
    at = endOfLiteral(changetype<Literal>(literal), at);
    if (at == 0) return false;
    at = readValue(shape, field, slot, at, end);
    if (at == 0) return false;
    literal += offsetof<Literal>();
    slot += capacity;
  }
  at = endOfLiteral(changetype<Literal>(literal), at);
  // whatever was read beyond the record's end, this tells
  return at == end;
}

/** One past the literal, 0 when the bytes at `at` are others. */
function endOfLiteral(literal: Literal, at: usize): usize {
  const length = literal.length;
  let bytes = literal.bytes;
  let left = length;
  let from = at;
  while (true) {
    const different = i8x16.bitmask(i8x16.ne(v128.load(from), v128.load(bytes)));
    if (left <= vectorBytes) return (different & ((1 << (<i32>left)) - 1)) == 0 ? at + length : 0;
    if (different != 0) return 0;
    from += vectorBytes;
    bytes += vectorBytes;
    left -= vectorBytes;
  }
}

/** One past the value, 0 when it is not known well: the record must be parsed. */
function readValue(shape: Shape, field: i32, slot: usize, at: usize, recordEnd: usize): usize {
  const first = <u32>load<u8>(at);
  if (first == quote) {
    const end = endOfText(at);
    if (end == 0) return 0;
    keepPlace(shape, slot, textStart, textEnd);
    keepText(shape, slot);
    return end;
  }
  if (digitOf(first) <= 9 || first == minus) {
    const end = endOfNumber(at);
    store<u8>(shape.kinds + slot, Kind.number);
    store<f64>(shape.numbers + (slot << 3), numberValue);
    return end;
  }
  if (first == openBrace || first == openBracket) return readNested(shape, field, slot, at, recordEnd);
  return readWord(shape, slot, at);
}

function keepPlace(shape: Shape, slot: usize, start: usize, end: usize): void {
  store<i32>(shape.starts + (slot << 2), <i32>start);
  store<i32>(shape.ends + (slot << 2), <i32>end);
}

/** Texts that stand for a time or a date are kept as such. */
function keepText(shape: Shape, slot: usize): void {
  const length = textEnd - textStart;
  let kind = Kind.text;
  // the shortest of them, a date, has ten bytes
  if (length >= 10 && length <= 29) {
    const time = length == 10 ? dateOf(textStart, textEnd) : timeOf(textStart, textEnd);
    if (time == time) {
      kind = length == 10 ? Kind.date : Kind.time;
      store<f64>(shape.numbers + (slot << 3), time);
    }
  }
  store<u8>(shape.kinds + slot, <u8>kind);
}

function readWord(shape: Shape, slot: usize, at: usize): usize {
  const afterNull = endOfNull(at);
  if (afterNull != 0) {
    store<u8>(shape.kinds + slot, Kind.none);
    return afterNull;
  }
  const end = endOfBoolean(at);
  store<u8>(shape.kinds + slot, <u8>(end == at + 4 ? Kind.yes : Kind.no));
  return end;
}

function readNested(shape: Shape, field: i32, slot: usize, at: usize, recordEnd: usize): usize {
  const part = load<usize>(shape.parts + <usize>field * sizeof<usize>());
  let kind = Kind.part;
  let end: usize = part == 0 ? 0 : endOfPart(changetype<PartType>(part), at, 0, 0, 0);
  if (end == 0) {
    kind = Kind.nested;
    end = endOfNested(at, recordEnd);
    metNested = true;
  }
  store<u8>(shape.kinds + slot, <u8>kind);
  keepPlace(shape, slot, at, end);
  return end;
}

/** One past the bracket that closes the one at `start`, `recordEnd` at most. Knows brackets and texts, nothing more. */
function endOfNested(start: usize, recordEnd: usize): usize {
  let depth = 0;
  for (let at = start; at < recordEnd; at++) {
    const byte = load<u8>(at);
    if (byte == quote) {
      for (at++; at < recordEnd && load<u8>(at) != quote; at++) if (load<u8>(at) == backslash) at++;
    } else if (byte == openBrace || byte == openBracket) depth++;
    else if ((byte == closeBrace || byte == closeBracket) && --depth == 0) return at + 1;
  }
  return recordEnd;
}

/** The kinds that a field has in the first `count` rows, as bits. */
export function kindsOf(shape: Shape, field: i32, count: i32): i32 {
  let at = shape.kinds + <usize>(field * shape.capacity);
  let left = count;
  let found = 0;
  while (left > 0) {
    // mostly all are of one kind
    const kind = load<u8>(at);
    found |= 1 << kind;
    const same = i8x16.splat(kind);
    while (left >= 16 && i8x16.all_true(i8x16.eq(v128.load(at), same))) {
      at += 16;
      left -= 16;
    }
    for (let next = min(left, 16); next > 0; next--, left--) found |= 1 << load<u8>(at++);
  }
  return found;
}

/** Numbers of the field's texts, of all kinds, in the dictionary; -1 for what is no text. By row, from `codes` on. */
export function codesOf(shape: Shape, field: i32, count: i32, dictionary: Dictionary, codes: usize): void {
  const first = <usize>(field * shape.capacity);
  for (let row: usize = 0; row < <usize>count; row++) {
    const slot = first + row;
    const kind = load<u8>(shape.kinds + slot);
    const isText = kind == Kind.text || kind == Kind.time || kind == Kind.date;
    const code = isText
      ? addText(dictionary, load<u32>(shape.starts + (slot << 2)), load<u32>(shape.ends + (slot << 2)))
      : -1;
    store<i32>(codes + (row << 2), code);
  }
}
