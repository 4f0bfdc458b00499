/**
 * Hashes of strings and numbers. Whoever sends records chooses what is hashed: the host gives a random key, and a dictionary that meets too
 * many collisions all the same changes to a hash that can't be steered.
 */

const factor: u64 = 0x9e3779b97f4a7c15;

let key0: u64 = 0;
let key1: u64 = 0;

/** Sets the key of all hashes; nothing may be in a dictionary yet. */
export function setHashKey(first: u64, second: u64): void {
  key0 = first;
  key1 = second;
}

/** Hashes words of eight bytes, the last of which may overlap the one before it. The bytes behind the string are readable. */
export function hashOf(start: usize, length: usize): i32 {
  if (length < 8) return hashOfWord(wordOf(start, length) ^ ((<u64>length) << 56));
  let hash: u64 = length ^ key1;
  const last = start + length - 8;
  for (let at = start; at < last; at += 8) hash = (rotl(hash, 29) ^ load<u64>(at)) * factor;
  return hashOfWord(rotl(hash, 29) ^ load<u64>(last));
}

export function hashOfWord(word: u64): i32 {
  const keyed = word ^ key0;
  return <i32>(((keyed ^ (keyed >>> 32)) * factor) >>> 32);
}

/** Loads fewer than eight bytes. */
function wordOf(start: usize, length: usize): u64 {
  return load<u64>(start) & (((<u64>1) << (<u64>length * 8)) - 1);
}

let v0: u64 = 0;
let v1: u64 = 0;
let v2: u64 = 0;
let v3: u64 = 0;

/** Hashes by SipHash-1-3: slower, but nobody finds collisions without the key. Source: https://github.com/veorq/SipHash */
export function strongHashOf(start: usize, length: usize): i32 {
  v0 = key0 ^ 0x736f6d6570736575;
  v1 = key1 ^ 0x646f72616e646f6d;
  v2 = key0 ^ 0x6c7967656e657261;
  v3 = key1 ^ 0x7465646279746573;
  const end = start + (length & ~7);
  for (let at = start; at < end; at += 8) compress(load<u64>(at));
  compress(wordOf(end, length & 7) | ((<u64>length) << 56));
  v2 ^= 0xff;
  round();
  round();
  round();
  return <i32>(v0 ^ v1 ^ v2 ^ v3);
}

function compress(word: u64): void {
  v3 ^= word;
  round();
  v0 ^= word;
}

function round(): void {
  v0 += v1;
  v1 = rotl(v1, 13) ^ v0;
  v0 = rotl(v0, 32);
  v2 += v3;
  v3 = rotl(v3, 16) ^ v2;
  v0 += v3;
  v3 = rotl(v3, 21) ^ v0;
  v2 += v1;
  v1 = rotl(v1, 17) ^ v2;
  v2 = rotl(v2, 32);
}
