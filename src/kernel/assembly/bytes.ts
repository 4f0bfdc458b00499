/** Characters of JSON. */
export const quote: u8 = 0x22;
export const backslash: u8 = 0x5c;
export const comma: u8 = 0x2c;
export const colon: u8 = 0x3a;
export const openBrace: u8 = 0x7b;
export const closeBrace: u8 = 0x7d;
export const openBracket: u8 = 0x5b;
export const closeBracket: u8 = 0x5d;
export const minus: u8 = 0x2d;
export const plus: u8 = 0x2b;
export const point: u8 = 0x2e;
export const zero: u8 = 0x30;

/** Gives the value of a digit's byte, more than 9 when the byte is no digit. */
export function digitOf(byte: u32): u32 {
  return byte - zero;
}

export function skipSpace(at: usize): usize {
  while (true) {
    const byte = load<u8>(at);
    if (byte > 0x20 || (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09)) return at;
    at++;
  }
}

/** So many bytes behind those that `copyBytes` copies are written as well. */
export const copySlack: usize = 16;
/** More are copied by a call of the host's. */
const shortBytes: usize = 128;

/** Copies bytes that are mostly few, as strings and runs of levels are, a vector at a time. */
export function copyBytes(to: usize, from: usize, length: usize): void {
  if (length > shortBytes) memory.copy(to, from, length);
  else for (let at: usize = 0; at < length; at += 16) v128.store(to + at, v128.load(from + at));
}

/** Tells whether the `length` bytes at both addresses are the same; reads none beyond them. */
export function sameBytes(one: usize, other: usize, length: usize): bool {
  if (length < 8) {
    for (let at: usize = 0; at < length; at++) if (load<u8>(one + at) != load<u8>(other + at)) return false;
    return true;
  }
  // the last word may overlap the one before it
  const last = length - 8;
  for (let at: usize = 0; at < last; at += 8) if (load<u64>(one + at) != load<u64>(other + at)) return false;
  return load<u64>(one + last) == load<u64>(other + last);
}

/** Tells whether the one string of bytes comes before the other, as unsigned bytes. */
export function isBefore(one: usize, oneEnd: usize, other: usize, otherEnd: usize): bool {
  const oneLength = oneEnd - one;
  const otherLength = otherEnd - other;
  const length = min(oneLength, otherLength);
  let at: usize = 0;
  for (; at + 8 <= length; at += 8) {
    const first = load<u64>(one + at);
    const second = load<u64>(other + at);
    if (first != second) return bswap<u64>(first) < bswap<u64>(second);
  }
  for (; at < length; at++) {
    const first = load<u8>(one + at);
    const second = load<u8>(other + at);
    if (first != second) return first < second;
  }
  return oneLength < otherLength;
}
