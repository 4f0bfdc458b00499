import { allocate, allocateZeros } from './arena';
import { idOf, Dictionary } from './dictionary';
import { backslash, closeBrace, closeBracket, digitOf, minus, openBrace, openBracket, quote } from './bytes';
import { endOfNumber, numberValue } from './number';
import { endOfBoolean, endOfNull, endOfTyped, NestedType } from './nested-types';
import {
  kindDate,
  kindFalse,
  kindNull,
  kindNumber,
  kindRawNested,
  kindString,
  kindTime,
  kindTrue,
  kindTypedNested,
} from '../kinds';
import { endOfString, stringEnd, stringStart } from './strings';
import { dateOf, timeOf } from './time';

/**
 * Records of one sender look alike and differ in their values: the bytes between these are the shape's literals. The values of
 * consecutive records are kept by field: the one of `row` and `field` at `field * capacity + row`.
 */
@unmanaged
export class Shape {
  fieldCount: i32;
  capacity: i32;
  /** The `Literal`s, one more than fields. */
  literals: usize;
  /** The `NestedType` of each field, or 0. */
  types: usize;
  kinds: usize;
  /** Ranges of strings, between their quotes, and of nested JSON. */
  starts: usize;
  ends: usize;
  /** Values of numbers, times in milliseconds, dates in days. */
  numbers: usize;
}

@unmanaged
class Literal {
  /** The literal's bytes, filled up with zeros to whole vectors. */
  bytes: usize;
  length: usize;
}

const vectorBytes: usize = 16;

/** Creates a shape; the last four arguments are arrays for the values of `capacity` rows. */
export function createShape(
  fieldCount: i32,
  capacity: i32,
  kinds: usize,
  starts: usize,
  ends: usize,
  numbers: usize,
): Shape {
  const shape = changetype<Shape>(allocate(offsetof<Shape>()));
  shape.fieldCount = fieldCount;
  shape.capacity = capacity;
  shape.literals = allocateZeros(<usize>(fieldCount + 1) * offsetof<Literal>());
  shape.types = allocateZeros(<usize>fieldCount * sizeof<usize>());
  shape.kinds = kinds;
  shape.starts = starts;
  shape.ends = ends;
  shape.numbers = numbers;
  return shape;
}

/** Allocates a literal; answers with the address where its bytes go. */
export function createLiteral(shape: Shape, index: i32, length: usize): usize {
  const literal = literalAt(shape, index);
  literal.length = length;
  literal.bytes = allocateZeros(length + vectorBytes);
  return literal.bytes;
}

export function setType(shape: Shape, field: i32, type: NestedType): void {
  store<usize>(shape.types + <usize>field * sizeof<usize>(), changetype<usize>(type));
}

function literalAt(shape: Shape, index: i32): Literal {
  return changetype<Literal>(shape.literals + <usize>index * offsetof<Literal>());
}

/**
 * Rebases offsets in a chunk to addresses in the window, which holds the chunk from its byte `base` on. Answers with how many of the
 * `count` records can be read there: up to one that has no value (an offset below 0), is too large, or does not follow the one before it.
 */
export function rebase(
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

/** Tells whether one of the values that `scan` met last was raw nested JSON. */
let metRawNested: bool = false;

export function hasRawNested(): bool {
  return metRawNested;
}

/**
 * Reads records `[starts[i], ends[i])` into the rows from `firstRow` on while they have the shape and there is room, and up to one with
 * raw nested JSON. Answers with how many were read.
 */
export function scan(shape: Shape, firstRow: i32, starts: usize, ends: usize, count: i32): i32 {
  const countMax = min(count, shape.capacity - firstRow);
  metRawNested = false;
  for (let index = 0; index < countMax; index++) {
    const record = (<usize>index) << 2;
    const end = <usize>load<i32>(ends + record);
    if (!readRecord(shape, firstRow + index, <usize>load<i32>(starts + record), end)) return index;
    if (metRawNested) return index + 1;
  }
  return countMax;
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

/** Answers with the address one past the literal, 0 when the bytes at `at` are others. */
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

/** Reads a value; answers with the address one past it, 0 when it is unusual: the record must be parsed. */
function readValue(shape: Shape, field: i32, slot: usize, at: usize, recordEnd: usize): usize {
  const first = <u32>load<u8>(at);
  if (first == quote) {
    const end = endOfString(at);
    if (end == 0) return 0;
    storeRange(shape, slot, stringStart, stringEnd);
    storeString(shape, slot);
    return end;
  }
  if (digitOf(first) <= 9 || first == minus) {
    const end = endOfNumber(at);
    store<u8>(shape.kinds + slot, kindNumber);
    store<f64>(shape.numbers + (slot << 3), numberValue);
    return end;
  }
  if (first == openBrace || first == openBracket) return readNested(shape, field, slot, at, recordEnd);
  return readWord(shape, slot, at);
}

function storeRange(shape: Shape, slot: usize, start: usize, end: usize): void {
  store<i32>(shape.starts + (slot << 2), <i32>start);
  store<i32>(shape.ends + (slot << 2), <i32>end);
}

/** Stores a string, or the time or date that it stands for. */
function storeString(shape: Shape, slot: usize): void {
  const length = stringEnd - stringStart;
  let kind: i32 = kindString;
  // the shortest of them, a date, has ten bytes
  if (length >= 10 && length <= 29) {
    const time = length == 10 ? dateOf(stringStart, stringEnd) : timeOf(stringStart, stringEnd);
    if (time == time) {
      kind = length == 10 ? kindDate : kindTime;
      store<f64>(shape.numbers + (slot << 3), time);
    }
  }
  store<u8>(shape.kinds + slot, <u8>kind);
}

function readWord(shape: Shape, slot: usize, at: usize): usize {
  const afterNull = endOfNull(at);
  if (afterNull != 0) {
    store<u8>(shape.kinds + slot, kindNull);
    return afterNull;
  }
  const end = endOfBoolean(at);
  store<u8>(shape.kinds + slot, <u8>(end == at + 4 ? kindTrue : kindFalse));
  return end;
}

function readNested(shape: Shape, field: i32, slot: usize, at: usize, recordEnd: usize): usize {
  const type = load<usize>(shape.types + <usize>field * sizeof<usize>());
  let kind: i32 = kindTypedNested;
  let end: usize = type == 0 ? 0 : endOfTyped(changetype<NestedType>(type), at, 0, 0, 0);
  if (end == 0) {
    kind = kindRawNested;
    end = endOfNested(at, recordEnd);
    metRawNested = true;
  }
  store<u8>(shape.kinds + slot, <u8>kind);
  storeRange(shape, slot, at, end);
  return end;
}

/** Answers with the address one past the bracket that closes the one at `start`, `recordEnd` at most. Knows brackets and strings, nothing more. */
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

/** Collects the kinds that a field has in the first `count` rows, as a bit set. */
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

/** Writes a dictionary id for each row to `ids`: the id of the field's string, times and dates included, -1 for what is no string. */
export function dictionaryIdsOf(shape: Shape, field: i32, count: i32, dictionary: Dictionary, ids: usize): void {
  const first = <usize>(field * shape.capacity);
  for (let row: usize = 0; row < <usize>count; row++) {
    const slot = first + row;
    const kind = load<u8>(shape.kinds + slot);
    const isString = kind == kindString || kind == kindTime || kind == kindDate;
    const id = isString
      ? idOf(dictionary, load<u32>(shape.starts + (slot << 2)), load<u32>(shape.ends + (slot << 2)))
      : -1;
    store<i32>(ids + (row << 2), id);
  }
}
