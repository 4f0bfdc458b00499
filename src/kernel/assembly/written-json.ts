import {
  backslash,
  closeBrace,
  closeBracket,
  colon,
  comma,
  copySlack,
  copyBytes,
  digitOf,
  minus,
  openBrace,
  openBracket,
  point,
  quote,
  skipSpace,
  zero,
} from './bytes';
import { endOfDigitRun, endOfDigits, endOfInteger } from './any-json';
import { addOpenKey, closeKeys, firstBehind, indexEnd, indexOf, keyStart, moveLastKey, openKeys } from './open-keys';
import { isShortest, longestShort } from './shortest';
import { afterCharacter, characterEnd, endOfPlain, unescapeUnit, unitOf } from './strings';
import { endOfBoolean, endOfNull, firstOfNull } from './words';

/**
 * The host's `writeJson` of the JSON number `[start, end)`, written to `[room, roomEnd)`: answers with its length, 0 when there is no room for it.
 * Called for the few that are not written as they stand.
 */
declare function writeNumberOf(start: usize, end: usize, room: usize, roomEnd: usize): usize;

/** Deeper JSON is left to the host. */
const depthMax: i32 = 64;
/** A number with so many digits before its point is written with an exponent. */
const wholeDigitsMax: usize = 21;
/** So is one with more zeros behind it. */
const leadingZerosMax: usize = 5;

/** One past what has been written, and the end of the room. */
export let writtenEnd: usize = 0;
let writableEnd: usize = 0;

/**
 * Writes the JSON value at `at` to `[room, roomEnd)` as the host's `writeJson` writes what it is parsed to. Answers with the address one past the
 * value, 0 when it is no JSON, or may have to be written otherwise: the host can tell. The room must be as large as the value, and `copySlack` more.
 */
export function writeJson(at: usize, room: usize, roomEnd: usize): usize {
  writtenEnd = room;
  writableEnd = roomEnd;
  closeKeys(0);
  const end = writeValue(at, 0);
  return writtenEnd <= writableEnd ? end : 0;
}

/**
 * Writes the JSON values `[starts[i], ends[i])` one behind the other to the room, as `writeJson` does. Where each of them ends there, counted from `room`
 * on, goes to `writtenEnds`. Answers with how many were written before one that is left to the host.
 */
export function writeJsonValues(
  starts: usize,
  ends: usize,
  count: i32,
  room: usize,
  roomEnd: usize,
  writtenEnds: usize,
): i32 {
  let at = room;
  for (let index = 0; index < count; index++) {
    const value = (<usize>index) << 2;
    const end = <usize>load<i32>(ends + value);
    if (writeJson(<usize>load<i32>(starts + value), at, roomEnd) != end) return index;
    at = writtenEnd;
    store<i32>(writtenEnds + value, <i32>(at - room));
  }
  return count;
}

function writeValue(at: usize, depth: i32): usize {
  const first = load<u8>(at);
  if (first == quote) return writeString(at);
  if (first == openBrace || first == openBracket) {
    if (depth == depthMax) return 0;
    return first == openBrace ? writeObject(at, depth + 1) : writeArray(at, depth + 1);
  }
  if (first == minus || digitOf(first) <= 9) return writeNumber(at);
  return copyToken(at, first == firstOfNull ? endOfNull(at) : endOfBoolean(at));
}

/** Copies `[at, end)`; answers with `end`, which is 0 when there is no such token. */
function copyToken(at: usize, end: usize): usize {
  if (end == 0) return 0;
  const length = end - at;
  if (writtenEnd + length + copySlack > writableEnd) return 0;
  copyBytes(writtenEnd, at, length);
  writtenEnd += length;
  return end;
}

function writeByte(byte: u8): void {
  if (writtenEnd < writableEnd) store<u8>(writtenEnd, byte);
  writtenEnd++;
}

function writeArray(start: usize, depth: i32): usize {
  let at = skipSpace(start + 1);
  writeByte(openBracket);
  if (load<u8>(at) == closeBracket) {
    writeByte(closeBracket);
    return at + 1;
  }
  while (true) {
    at = writeValue(at, depth);
    if (at == 0) return 0;
    at = skipSpace(at);
    const byte = load<u8>(at);
    if (byte != comma && byte != closeBracket) return 0;
    writeByte(byte);
    if (byte == closeBracket) return at + 1;
    at = skipSpace(at + 1);
  }
}

function writeObject(start: usize, depth: i32): usize {
  let at = skipSpace(start + 1);
  writeByte(openBrace);
  if (load<u8>(at) == closeBrace) {
    writeByte(closeBrace);
    return at + 1;
  }
  const first = openKeys();
  let lastIndex: i64 = -1;
  while (true) {
    const name = writtenEnd + 1;
    at = load<u8>(at) == quote ? writeString(at) : 0;
    if (at == 0 || !addOpenKey(first, name, writtenEnd - 1)) return 0;
    const index = indexOf(name, writtenEnd - 1);
    at = skipSpace(at);
    if (load<u8>(at) != colon) return 0;
    writeByte(colon);
    at = writeValue(skipSpace(at + 1), depth);
    if (at == 0) return 0;
    // keys that are integers are written in their order, before others
    if (index < 0) lastIndex = <i64>indexEnd;
    else if (index > lastIndex) lastIndex = index;
    else if (!moveMember(first, index)) return 0;
    at = skipSpace(at);
    const byte = load<u8>(at);
    if (byte != comma && byte != closeBrace) return 0;
    writeByte(byte);
    if (byte == closeBrace) break;
    at = skipSpace(at + 1);
  }
  closeKeys(first);
  return at + 1;
}

/** Moves the member that was written last, whose key is that integer, to its place in the object whose first key is `first`; answers with false when there is no room. */
function moveMember(first: usize, index: i64): bool {
  const member = keyStart(openKeys() - 1) - 1;
  const length = writtenEnd - member;
  const copied = writtenEnd + copySlack;
  if (copied + length > writableEnd) return false;
  const place = firstBehind(first, index);
  const to = keyStart(place) - 1;
  memory.copy(copied, member, length);
  memory.copy(to + length + 1, to, member - 1 - to);
  memory.copy(to, copied, length);
  store<u8>(to + length, comma);
  moveLastKey(place, length + 1);
  return true;
}

/** Writes a string: what needs no escape without one. */
function writeString(start: usize): usize {
  let from = start;
  let at = endOfPlain(start + 1);
  while (true) {
    if (copyToken(from, at) == 0) return 0;
    const byte = load<u8>(at);
    from = at;
    if (byte == quote) return copyToken(at, at + 1);
    if (byte < 0x20) return 0;
    at = byte == backslash ? writeEscape(at) : afterCharacter(at);
    if (at == 0) return 0;
    if (byte == backslash) from = at;
    at = endOfPlain(at);
  }
}

/** Writes the escape at `at`, or its character where that needs none. */
function writeEscape(at: usize): usize {
  const letter = load<u8>(at, 1);
  switch (letter) {
    case 0x22:
    case 0x5c:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return copyToken(at, at + 2);
    case 0x2f:
      writeByte(letter);
      return at + 2;
    case 0x75:
      return writeUnit(at + 2);
    default:
      return 0;
  }
}

/** Writes the character of the four digits at `at`; one that needs an escape is left to the host. */
function writeUnit(at: usize): usize {
  const unit = unitOf(at);
  if (unit < 0x20 || unit == quote || unit == backslash) return 0;
  if (writtenEnd + copySlack > writableEnd) return 0;
  const end = unescapeUnit(at, writtenEnd);
  if (end != 0) writtenEnd = characterEnd;
  return end;
}

/** Writes a number. The host writes what is not written with just its digits, but for zeros at its end. */
function writeNumber(start: usize): usize {
  const integerEnd = endOfInteger(start);
  // integers keep their digits, however many
  if (integerEnd != 0) return copyToken(start, integerEnd);
  const end = endOfDigits(start);
  if (end == 0) return 0;
  const last = lastOfFraction(start, end);
  if (last != 0) return copyToken(start, last) == 0 ? 0 : end;
  const length = writeNumberOf(start, end, writtenEnd, writableEnd);
  writtenEnd += length;
  return length == 0 ? 0 : end;
}

/** Gives the address one past the digits of a fraction that are written, 0 when it is written with others, or with an exponent. */
function lastOfFraction(start: usize, end: usize): usize {
  const first = load<u8>(start) == minus ? start + 1 : start;
  const wholeEnd = endOfDigitRun(first);
  const whole = wholeEnd - first;
  const fraction = wholeEnd + 1;
  if (whole > wholeDigitsMax || load<u8>(wholeEnd) != point || endOfDigitRun(fraction) != end) return 0;
  // zeros at the end are not written, nor is a point before them
  let last = end;
  while (load<u8>(last - 1) == zero) last--;
  if (last == fraction) return whole > longestShort ? 0 : wholeEnd;
  return isWrittenSo(first, whole, last) ? last : 0;
}

/** Tells whether the fraction `[first, end)`, with `whole` digits before its point, is written with just these digits. */
function isWrittenSo(first: usize, whole: usize, end: usize): bool {
  let significant = first;
  if (load<u8>(first) == zero) {
    significant = first + 2;
    while (load<u8>(significant) == zero) significant++;
    if (significant - first - 2 > leadingZerosMax) return false;
  }
  const scale = end - first - whole - 1;
  const digits = end - significant - (significant == first ? 1 : 0);
  if (digits <= longestShort) return true;
  let mantissa: u64 = 0;
  for (let at = significant; at < end; at++)
    if (load<u8>(at) != point) mantissa = mantissa * 10 + digitOf(load<u8>(at));
  return isShortest(mantissa, <i32>digits, <i32>scale);
}
