/**
 * A hash of a text that can be folded over its bytes while they are looked at: its words of four bytes, little-endian, then what is
 * left of it as one more word, filled up with zeros.
 */

export const emptyHash = 0;

const foldFactor = 0x9e3779b1;

export function foldWord(hash: number, word: number): number {
  return Math.imul(((hash << 5) | (hash >>> 27)) ^ word, foldFactor);
}

/** Brings every bit down to the low ones, by which tables are indexed. */
export function finishHash(hash: number, length: number): number {
  let mixed = hash ^ length;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** The hash of `source[start, end)`. */
export function hashOf(source: DataView, start: number, end: number): number {
  let hash = emptyHash;
  let at = start;
  for (; at + 4 <= end; at += 4) hash = foldWord(hash, source.getInt32(at, true));
  let rest = 0;
  for (let shift = 0; at < end; at++, shift += 8) rest |= source.getUint8(at) << shift;
  return finishHash(foldWord(hash, rest), end - start);
}
