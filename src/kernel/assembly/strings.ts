import { backslash, copySlack, copyBytes, quote } from './bytes';
import { allocate } from './arena';

/** The string that was read last, as UTF-8: between its quotes, or without its escapes in `unescaped`. */
export let stringStart: usize = 0;
export let stringEnd: usize = 0;

/** Strings without their escapes, one behind the other. */
let unescaped: usize = 0;
let unescapedUsed: usize = 0;
let unescapedEnd: usize = 0;

/** Allocates the room for strings without their escapes. */
export function createStrings(bytes: usize): void {
  unescaped = allocate(bytes);
  unescapedUsed = unescaped;
  unescapedEnd = unescaped + bytes;
}

/** Drops the strings that were read before. */
export function clearStrings(): void {
  unescapedUsed = unescaped;
}

/** Where the room begins that is left for strings; whoever writes there must copy it before another one is read. */
export function roomForString(): usize {
  return unescapedUsed;
}

export function roomEnd(): usize {
  return unescapedEnd;
}

/** Marks the end of the strings that were read so far, for `releaseStrings`. */
export function markStrings(): usize {
  return unescapedUsed;
}

/** Drops the strings that were read since `markStrings` answered `to`. */
export function releaseStrings(to: usize): void {
  unescapedUsed = to;
}

/** Finds the first byte that is not a plain character of a string: a quote, a backslash, a control character, or not ASCII. */
export function endOfPlain(start: usize): usize {
  let at = start;
  while (true) {
    const bytes = v128.load(at);
    const isQuote = i8x16.eq(bytes, i8x16.splat(quote));
    const isBackslash = i8x16.eq(bytes, i8x16.splat(backslash));
    // as signed numbers, those that are not ASCII are below zero
    const isOdd = i8x16.lt_s(bytes, i8x16.splat(0x20));
    const found = i8x16.bitmask(v128.or(v128.or(isQuote, isBackslash), isOdd));
    if (found != 0) return at + <usize>ctz(found);
    at += 16;
  }
}

/** Reads the string whose opening quote is at `start`; answers with the address one past its closing quote, 0 when it is no JSON or has half a surrogate pair. */
export function endOfString(start: usize): usize {
  let at = endOfPlain(start + 1);
  if (load<u8>(at) == quote) {
    stringStart = start + 1;
    stringEnd = at;
    return at + 1;
  }
  while (load<u8>(at) >= 0x80) {
    at = afterCharacter(at);
    if (at == 0) return 0;
    at = endOfPlain(at);
  }
  if (load<u8>(at) == backslash) return unescape(start + 1, at);
  stringStart = start + 1;
  stringEnd = at;
  return load<u8>(at) == quote ? at + 1 : 0;
}

/** Answers with the address one past the character of more than one byte at `at`, 0 when it is not well-formed UTF-8. */
export function afterCharacter(at: usize): usize {
  const first = load<u8>(at);
  const second = load<u8>(at, 1);
  if (first >= 0xc2 && first <= 0xdf) return isContinuation(second) ? at + 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const secondMin: u8 = first == 0xe0 ? 0xa0 : 0x80;
    const secondMax: u8 = first == 0xed ? 0x9f : 0xbf;
    return second >= secondMin && second <= secondMax && isContinuation(load<u8>(at, 2)) ? at + 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const secondMin: u8 = first == 0xf0 ? 0x90 : 0x80;
    const secondMax: u8 = first == 0xf4 ? 0x8f : 0xbf;
    if (second < secondMin || second > secondMax) return 0;
    return isContinuation(load<u8>(at, 2)) && isContinuation(load<u8>(at, 3)) ? at + 4 : 0;
  }
  return 0;
}

function isContinuation(byte: u8): bool {
  return (byte & 0xc0) == 0x80;
}

/** Reads a string that has its first escape at `firstEscape`, as `endOfString` does. */
function unescape(start: usize, firstEscape: usize): usize {
  let from = start;
  let at = firstEscape;
  let to = unescapedUsed;
  stringStart = to;
  while (true) {
    const plain = at - from;
    // an escape is never shorter than its character
    if (to + plain + copySlack > unescapedEnd) return 0;
    copyBytes(to, from, plain);
    to += plain;
    const byte = load<u8>(at);
    if (byte == quote) break;
    if (byte >= 0x80) {
      from = at;
      at = afterCharacter(at);
      if (at == 0) return 0;
      at = endOfPlain(at);
      continue;
    }
    if (byte != backslash) return 0;
    at = unescapeCharacter(at + 1, to);
    if (at == 0) return 0;
    to = characterEnd;
    from = at;
    at = endOfPlain(at);
  }
  stringEnd = to;
  unescapedUsed = to;
  return at + 1;
}

/** The address one past the character of an escape that was written last. */
export let characterEnd: usize = 0;

/** Writes the character of the escape whose letter is at `at`; answers with the address one past the escape, 0 when it is none. */
function unescapeCharacter(at: usize, to: usize): usize {
  const letter = load<u8>(at);
  if (letter == 0x75) return unescapeUnit(at + 1, to);
  const byte = controlOf(letter);
  if (byte == 0) return 0;
  store<u8>(to, byte);
  characterEnd = to + 1;
  return at + 1;
}

function controlOf(letter: u8): u8 {
  switch (letter) {
    case 0x22:
    case 0x5c:
    case 0x2f:
      return letter;
    case 0x62:
      return 0x08;
    case 0x66:
      return 0x0c;
    case 0x6e:
      return 0x0a;
    case 0x72:
      return 0x0d;
    case 0x74:
      return 0x09;
    default:
      return 0;
  }
}

/** Writes the character of the four digits at `at`, and of those of the other half where they are one of a surrogate pair. */
export function unescapeUnit(at: usize, to: usize): usize {
  let code = unitOf(at);
  let end = at + 4;
  if (code > 0xffff || (code >= 0xdc00 && code <= 0xdfff)) return 0;
  if (code >= 0xd800 && code <= 0xdbff) {
    if (load<u8>(end) != backslash || load<u8>(end, 1) != 0x75) return 0;
    const low = unitOf(end + 2);
    if (low < 0xdc00 || low > 0xdfff) return 0;
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    end += 6;
  }
  characterEnd = to + writeCharacter(code, to);
  return end;
}

/** Reads four hexadecimal digits; answers with more than a unit can be for anything else. */
export function unitOf(at: usize): u32 {
  let code: u32 = 0;
  for (let index: usize = 0; index < 4; index++) {
    const byte = <u32>load<u8>(at + index);
    const letter = (byte | 0x20) - 0x61;
    const digit = byte - 0x30;
    if (digit > 9 && letter > 5) return u32.MAX_VALUE;
    code = (code << 4) | (digit <= 9 ? digit : letter + 10);
  }
  return code;
}

/** Writes the character as UTF-8; answers with the number of its bytes. */
function writeCharacter(code: u32, to: usize): usize {
  if (code < 0x80) {
    store<u8>(to, <u8>code);
    return 1;
  }
  if (code < 0x800) {
    store<u8>(to, <u8>(0xc0 | (code >> 6)));
    store<u8>(to, <u8>(0x80 | (code & 0x3f)), 1);
    return 2;
  }
  if (code < 0x10000) {
    store<u8>(to, <u8>(0xe0 | (code >> 12)));
    store<u8>(to, <u8>(0x80 | ((code >> 6) & 0x3f)), 1);
    store<u8>(to, <u8>(0x80 | (code & 0x3f)), 2);
    return 3;
  }
  store<u8>(to, <u8>(0xf0 | (code >> 18)));
  store<u8>(to, <u8>(0x80 | ((code >> 12) & 0x3f)), 1);
  store<u8>(to, <u8>(0x80 | ((code >> 6) & 0x3f)), 2);
  store<u8>(to, <u8>(0x80 | (code & 0x3f)), 3);
  return 4;
}
