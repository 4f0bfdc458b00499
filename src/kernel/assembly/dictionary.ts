import { grow, allocate, allocateZeros } from './arena';
import { sameBytes } from './bytes';

const startEntries: i32 = 64;
const startBytes: usize = 1024;

/** Keeps each distinct string once; ids count from 0 in the order in which the strings came. */
@unmanaged
export class Dictionary {
  count: i32;
  /** The strings, one behind the other. */
  bytes: usize;
  bytesMax: usize;
  /** Offsets where each string begins, and where the last one ends: one more than strings. */
  offsets: usize;
  hashes: usize;
  entriesMax: i32;
  /** Open addressing: id of the string plus one, 0 for a free slot. Their count is a power of two, at most half of them are taken. */
  slots: usize;
  slotsMask: i32;
}

export function createDictionary(): Dictionary {
  const dictionary = changetype<Dictionary>(allocate(offsetof<Dictionary>()));
  dictionary.count = 0;
  dictionary.bytesMax = startBytes;
  dictionary.bytes = allocate(startBytes);
  dictionary.entriesMax = startEntries;
  dictionary.offsets = allocateZeros((startEntries + 1) * 4);
  dictionary.hashes = allocate(startEntries * 4);
  dictionary.slotsMask = startEntries * 2 - 1;
  dictionary.slots = allocateZeros(startEntries * 2 * 4);
  return dictionary;
}

/** Gives the id of the string `[start, end)`, which is added when it is new. */
export function idOf(dictionary: Dictionary, start: usize, end: usize): i32 {
  const length = end - start;
  const hash = hashOf(start, length);
  const slots = dictionary.slots;
  const mask = dictionary.slotsMask;
  const hashes = dictionary.hashes;
  const offsets = dictionary.offsets;
  const bytes = dictionary.bytes;
  let slot = hash & mask;
  while (true) {
    const id = load<i32>(slots + ((<usize>slot) << 2)) - 1;
    if (id < 0) return append(dictionary, start, length, hash, slot);
    const entry = (<usize>id) << 2;
    if (load<i32>(hashes + entry) == hash) {
      const from = <usize>load<u32>(offsets + entry);
      if (<usize>load<u32>(offsets + entry, 4) - from == length && sameBytes(bytes + from, start, length)) return id;
    }
    slot = (slot + 1) & mask;
  }
}

function append(dictionary: Dictionary, start: usize, length: usize, hash: i32, slot: i32): i32 {
  const id = dictionary.count;
  if (id == dictionary.entriesMax) growEntries(dictionary);
  const used = <usize>load<u32>(dictionary.offsets + ((<usize>id) << 2));
  if (used + length > dictionary.bytesMax) {
    const bytesMax = (used + length) * 2;
    dictionary.bytes = grow(dictionary.bytes, used, bytesMax);
    dictionary.bytesMax = bytesMax;
  }
  memory.copy(dictionary.bytes + used, start, length);
  store<u32>(dictionary.offsets + ((<usize>id) << 2), <u32>(used + length), 4);
  store<i32>(dictionary.hashes + ((<usize>id) << 2), hash);
  store<i32>(dictionary.slots + ((<usize>slot) << 2), id + 1);
  dictionary.count = id + 1;
  if ((id + 1) * 2 > dictionary.slotsMask) growSlots(dictionary);
  return id;
}

function growEntries(dictionary: Dictionary): void {
  const before = <usize>dictionary.entriesMax;
  dictionary.entriesMax *= 2;
  dictionary.offsets = grow(dictionary.offsets, (before + 1) * 4, (before * 2 + 1) * 4);
  dictionary.hashes = grow(dictionary.hashes, before * 4, before * 8);
}

function growSlots(dictionary: Dictionary): void {
  const count = dictionary.slotsMask + 1;
  const mask = count * 2 - 1;
  const slots = allocateZeros(<usize>count * 2 * 4);
  for (let id = 0; id < dictionary.count; id++) {
    let slot = load<i32>(dictionary.hashes + ((<usize>id) << 2)) & mask;
    while (load<i32>(slots + ((<usize>slot) << 2)) != 0) slot = (slot + 1) & mask;
    store<i32>(slots + ((<usize>slot) << 2), id + 1);
  }
  dictionary.slots = slots;
  dictionary.slotsMask = mask;
}

const factor: u64 = 0x9e3779b97f4a7c15;

/** Hashes words of eight bytes, the last of which may overlap the one before it. The bytes behind the string are readable. */
function hashOf(start: usize, length: usize): i32 {
  if (length < 8) return hashOfWord((load<u64>(start) & (((<u64>1) << (<u64>length * 8)) - 1)) ^ ((<u64>length) << 56));
  let hash: u64 = length;
  const last = start + length - 8;
  for (let at = start; at < last; at += 8) hash = (rotl(hash, 29) ^ load<u64>(at)) * factor;
  return hashOfWord(rotl(hash, 29) ^ load<u64>(last));
}

export function hashOfWord(word: u64): i32 {
  return <i32>(((word ^ (word >>> 32)) * factor) >>> 32);
}

export function stringCountOf(dictionary: Dictionary): i32 {
  return dictionary.count;
}

export function stringBytesOf(dictionary: Dictionary): usize {
  return dictionary.bytes;
}

export function stringOffsetsOf(dictionary: Dictionary): usize {
  return dictionary.offsets;
}
