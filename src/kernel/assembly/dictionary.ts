import { grow, allocate, allocateZeros } from './arena';
import { copySlack, copyBytes, isBefore, sameBytes } from './bytes';
import { hashOf, strongHashOf } from './hash';

const startEntries: i32 = 64;
const startBytes: usize = 1024;
/** Most slots that are looked at for one string before the dictionary gets a stronger hash: by chance it is never so many. */
const probesMax: i32 = 128;
const slotBytes: usize = 8;

/** Keeps each distinct string once; ids count from 0 in the order in which the strings came. */
@unmanaged
export class Dictionary {
  count: i32;
  /** The strings, one behind the other. */
  bytes: usize;
  bytesMax: usize;
  /** Offsets where each string begins, and where the last one ends: one more than strings. */
  offsets: usize;
  entriesMax: i32;
  /**
   * Open addressing, 64 bits each: id of the string plus one, 0 for a free slot, and above it the hash. Their count is a power of two, at most
   * half of them are taken.
   */
  slots: usize;
  slotsMask: i32;
  /** True once collisions were so many that somebody must have made them. */
  isStrong: bool;
  /** Taken slots that were looked at and held another string. */
  probeCount: i32;
  /** It gives no more ids: its strings are collected elsewhere. */
  isClosed: bool;
}

export function createDictionary(): Dictionary {
  const dictionary = changetype<Dictionary>(allocate(offsetof<Dictionary>()));
  dictionary.count = 0;
  dictionary.bytesMax = startBytes;
  dictionary.bytes = allocate(startBytes);
  dictionary.entriesMax = startEntries;
  dictionary.offsets = allocateZeros((startEntries + 1) * 4);
  dictionary.slotsMask = startEntries * 2 - 1;
  dictionary.isStrong = false;
  dictionary.probeCount = 0;
  dictionary.isClosed = false;
  dictionary.slots = allocateZeros(<usize>startEntries * 2 * slotBytes);
  return dictionary;
}

/** Says that nobody wants ids of it any more. */
export function closeDictionary(dictionary: Dictionary): void {
  dictionary.isClosed = true;
}

/** Gives the id of the string `[start, end)`, which is added when it is new. */
export function idOf(dictionary: Dictionary, start: usize, end: usize): i32 {
  return idByHash(dictionary, start, end, hashFor(dictionary, start, end - start));
}

function hashFor(dictionary: Dictionary, start: usize, length: usize): i32 {
  return dictionary.isStrong ? strongHashOf(start, length) : hashOf(start, length);
}

/** Most strings for `idsOf`. */
export const idsTogether: i32 = 32;
const hashes = memory.data(idsTogether * 4);
/** A dictionary of fewer strings is in the processor's nearest cache. */
const nearStrings: i32 = 512;
/** Keeps the loads ahead from being left out. */
let loadedAhead: u64 = 0;

/**
 * Gives the ids of at most `idsTogether` strings, as `idOf` does; `starts`, `ends` and `ids` are 32 bits each. What a large dictionary has of
 * them is loaded for all before the first one waits for it.
 */
export function idsOf(dictionary: Dictionary, starts: usize, ends: usize, count: i32, ids: usize): void {
  const isAhead = dictionary.count >= nearStrings && !dictionary.isStrong;
  if (isAhead) loadAhead(dictionary, starts, ends, count);
  for (let index: usize = 0; index < (<usize>count) << 2; index += 4) {
    const start = <usize>load<u32>(starts + index);
    const end = <usize>load<u32>(ends + index);
    const isHashed = isAhead && !dictionary.isStrong;
    const id = isHashed ? idByHash(dictionary, start, end, load<i32>(hashes + index)) : idOf(dictionary, start, end);
    store<i32>(ids + index, id);
  }
}

/** Hashes the strings; loads their slots, and the first bytes of the strings that these tell of. */
function loadAhead(dictionary: Dictionary, starts: usize, ends: usize, count: i32): void {
  let loaded: u64 = 0;
  for (let index: usize = 0; index < (<usize>count) << 2; index += 4) {
    const start = <usize>load<u32>(starts + index);
    const hash = hashOf(start, <usize>load<u32>(ends + index) - start);
    store<i32>(hashes + index, hash);
    loaded ^= load<u64>(dictionary.slots + <usize>(hash & dictionary.slotsMask) * slotBytes);
  }
  for (let index: usize = 0; index < (<usize>count) << 2; index += 4) {
    const slot = load<i32>(hashes + index) & dictionary.slotsMask;
    const id = load<i32>(dictionary.slots + <usize>slot * slotBytes) - 1;
    if (id >= 0) loaded ^= load<u64>(dictionary.bytes + <usize>load<u32>(dictionary.offsets + ((<usize>id) << 2)));
  }
  loadedAhead = loaded;
}

function idByHash(dictionary: Dictionary, start: usize, end: usize, hash: i32): i32 {
  const length = end - start;
  const slots = dictionary.slots;
  const mask = dictionary.slotsMask;
  const offsets = dictionary.offsets;
  const bytes = dictionary.bytes;
  let slot = hash & mask;
  let probes = 0;
  while (true) {
    const taken = load<u64>(slots + <usize>slot * slotBytes);
    if (taken == 0) return enter(dictionary, start, length, hash, slot);
    if (<i32>(taken >>> 32) == hash) {
      const id = <i32>taken - 1;
      const entry = (<usize>id) << 2;
      const from = <usize>load<u32>(offsets + entry);
      if (<usize>load<u32>(offsets + entry, 4) - from == length && sameBytes(bytes + from, start, length)) return id;
    }
    slot = (slot + 1) & mask;
    dictionary.probeCount++;
    if (++probes == probesMax && !dictionary.isStrong) {
      strengthen(dictionary);
      return idOf(dictionary, start, end);
    }
  }
}

/** Hashes all strings anew, by the stronger hash. */
function strengthen(dictionary: Dictionary): void {
  dictionary.isStrong = true;
  const slots = dictionary.slots;
  for (let slot: usize = 0; slot <= <usize>dictionary.slotsMask; slot++) {
    const id = load<i32>(slots + slot * slotBytes) - 1;
    if (id < 0) continue;
    const entry = (<usize>id) << 2;
    const from = <usize>load<u32>(dictionary.offsets + entry);
    const length = <usize>load<u32>(dictionary.offsets + entry, 4) - from;
    store<i32>(slots + slot * slotBytes, strongHashOf(dictionary.bytes + from, length), 4);
  }
  moveSlots(dictionary, dictionary.slotsMask + 1);
}

function enter(dictionary: Dictionary, start: usize, length: usize, hash: i32, slot: i32): i32 {
  const id = append(dictionary, start, length);
  store<u64>(dictionary.slots + <usize>slot * slotBytes, ((<u64>(<u32>hash)) << 32) | (<u64>(id + 1)));
  if ((id + 1) * 2 > dictionary.slotsMask) moveSlots(dictionary, (dictionary.slotsMask + 1) * 2);
  return id;
}

/** Adds a string without looking for it; answers with its id, which nobody else gets. `idOf` must not be called any more. */
export function append(dictionary: Dictionary, start: usize, length: usize): i32 {
  const id = dictionary.count;
  if (id == dictionary.entriesMax) growEntries(dictionary);
  const used = <usize>load<u32>(dictionary.offsets + ((<usize>id) << 2));
  if (used + length + copySlack > dictionary.bytesMax) {
    const bytesMax = (used + length + copySlack) * 2;
    dictionary.bytes = grow(dictionary.bytes, used, bytesMax);
    dictionary.bytesMax = bytesMax;
  }
  copyBytes(dictionary.bytes + used, start, length);
  store<u32>(dictionary.offsets + ((<usize>id) << 2), <u32>(used + length), 4);
  dictionary.count = id + 1;
  return id;
}

function growEntries(dictionary: Dictionary): void {
  const before = <usize>dictionary.entriesMax;
  dictionary.entriesMax *= 2;
  dictionary.offsets = grow(dictionary.offsets, (before + 1) * 4, (before * 2 + 1) * 4);
}

/** Allocates `slotCount` slots and enters all strings. */
function moveSlots(dictionary: Dictionary, slotCount: i32): void {
  const mask = slotCount - 1;
  const slots = allocateZeros(<usize>slotCount * slotBytes);
  const before = dictionary.slots;
  for (let at: usize = 0; at <= <usize>dictionary.slotsMask; at++) {
    const taken = load<u64>(before + at * slotBytes);
    if (taken == 0) continue;
    let slot = (<i32>(taken >>> 32)) & mask;
    while (load<i32>(slots + <usize>slot * slotBytes) != 0) slot = (slot + 1) & mask;
    store<u64>(slots + <usize>slot * slotBytes, taken);
  }
  dictionary.slots = slots;
  dictionary.slotsMask = mask;
}

export function isStrong(dictionary: Dictionary): bool {
  return dictionary.isStrong;
}

export function probeCountOf(dictionary: Dictionary): i32 {
  return dictionary.probeCount;
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

/** Finds the first of the strings in the order of their bytes, -1 for none. */
export function minStringOf(dictionary: Dictionary): i32 {
  let found = dictionary.count - 1;
  for (let id = found - 1; id >= 0; id--) if (comesBefore(dictionary, id, found)) found = id;
  return found;
}

/** Finds the last of the strings in the order of their bytes, -1 for none. */
export function maxStringOf(dictionary: Dictionary): i32 {
  let found = dictionary.count - 1;
  for (let id = found - 1; id >= 0; id--) if (comesBefore(dictionary, found, id)) found = id;
  return found;
}

function comesBefore(dictionary: Dictionary, one: i32, other: i32): bool {
  const bytes = dictionary.bytes;
  const first = dictionary.offsets + ((<usize>one) << 2);
  const second = dictionary.offsets + ((<usize>other) << 2);
  return isBefore(
    bytes + <usize>load<u32>(first),
    bytes + <usize>load<u32>(first, 4),
    bytes + <usize>load<u32>(second),
    bytes + <usize>load<u32>(second, 4),
  );
}
