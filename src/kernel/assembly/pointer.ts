import { zero } from './bytes';

const slash: u8 = 0x2f;
const tilde: u8 = 0x7e;

/**
 * Writes a name as a part of a JSON Pointer (RFC 6901), behind a slash; answers with its end. It takes one byte more than twice those of the name
 * at most.
 */
export function writePart(name: usize, length: usize, to: usize): usize {
  let at = to;
  store<u8>(at++, slash);
  for (let from = name; from < name + length; from++) {
    const byte = load<u8>(from);
    const isSpecial = byte == slash || byte == tilde;
    store<u8>(at++, isSpecial ? tilde : byte);
    if (isSpecial) store<u8>(at++, byte == tilde ? zero : zero + 1);
  }
  return at;
}

/** Writes the index of an element as a part of a JSON Pointer; answers with its end. It takes `indexBytesMax` at most. */
export function writeIndexPart(index: i32, to: usize): usize {
  let power = 1;
  while (power <= index / 10) power *= 10;
  let at = to;
  store<u8>(at++, slash);
  for (; power > 0; power /= 10) store<u8>(at++, zero + <u8>((index / power) % 10));
  return at;
}

/** A slash, and the digits of 32 bits. */
export const indexBytesMax: usize = 11;
