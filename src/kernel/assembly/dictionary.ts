import { grow, take, takeZeros } from './arena';
import { sameBytes } from './bytes';

const startEntries: i32 = 64;
const startBytes: usize = 1024;

/** Different texts, numbered from 0 in the order in which they came. */
@unmanaged
export class Dictionary {
  count: i32;
  /** The texts one behind the other. */
  bytes: usize;
  bytesMax: usize;
  /** Where each text begins, and where the last one ends: one more than texts. */
  offsets: usize;
  hashes: usize;
  entriesMax: i32;
  /** Open addressing: number of the text plus one, 0 for a free place. A power of two, at most half full. */
  places: usize;
  placesMask: i32;
}

export function createDictionary(): Dictionary {
  const dictionary = changetype<Dictionary>(take(offsetof<Dictionary>()));
  dictionary.count = 0;
  dictionary.bytesMax = startBytes;
  dictionary.bytes = take(startBytes);
  dictionary.entriesMax = startEntries;
  dictionary.offsets = takeZeros((startEntries + 1) * 4);
  dictionary.hashes = take(startEntries * 4);
  dictionary.placesMask = startEntries * 2 - 1;
  dictionary.places = takeZeros(startEntries * 2 * 4);
  return dictionary;
}

/** The number of the text `[start, end)`. */
export function addText(dictionary: Dictionary, start: usize, end: usize): i32 {
  const length = end - start;
  const hash = hashOf(start, length);
  const places = dictionary.places;
  const mask = dictionary.placesMask;
  const hashes = dictionary.hashes;
  const offsets = dictionary.offsets;
  const bytes = dictionary.bytes;
  let place = hash & mask;
  while (true) {
    const code = load<i32>(places + ((<usize>place) << 2)) - 1;
    if (code < 0) return append(dictionary, start, length, hash, place);
    const entry = (<usize>code) << 2;
    if (load<i32>(hashes + entry) == hash) {
      const from = <usize>load<u32>(offsets + entry);
      if (<usize>load<u32>(offsets + entry, 4) - from == length && sameBytes(bytes + from, start, length)) return code;
    }
    place = (place + 1) & mask;
  }
}

function append(dictionary: Dictionary, start: usize, length: usize, hash: i32, place: i32): i32 {
  const code = dictionary.count;
  if (code == dictionary.entriesMax) growEntries(dictionary);
  const used = <usize>load<u32>(dictionary.offsets + ((<usize>code) << 2));
  if (used + length > dictionary.bytesMax) {
    const bytesMax = (used + length) * 2;
    dictionary.bytes = grow(dictionary.bytes, used, bytesMax);
    dictionary.bytesMax = bytesMax;
  }
  memory.copy(dictionary.bytes + used, start, length);
  store<u32>(dictionary.offsets + ((<usize>code) << 2), <u32>(used + length), 4);
  store<i32>(dictionary.hashes + ((<usize>code) << 2), hash);
  store<i32>(dictionary.places + ((<usize>place) << 2), code + 1);
  dictionary.count = code + 1;
  if ((code + 1) * 2 > dictionary.placesMask) growPlaces(dictionary);
  return code;
}

function growEntries(dictionary: Dictionary): void {
  const before = <usize>dictionary.entriesMax;
  dictionary.entriesMax *= 2;
  dictionary.offsets = grow(dictionary.offsets, (before + 1) * 4, (before * 2 + 1) * 4);
  dictionary.hashes = grow(dictionary.hashes, before * 4, before * 8);
}

function growPlaces(dictionary: Dictionary): void {
  const count = dictionary.placesMask + 1;
  const mask = count * 2 - 1;
  const places = takeZeros(<usize>count * 2 * 4);
  for (let code = 0; code < dictionary.count; code++) {
    let place = load<i32>(dictionary.hashes + ((<usize>code) << 2)) & mask;
    while (load<i32>(places + ((<usize>place) << 2)) != 0) place = (place + 1) & mask;
    store<i32>(places + ((<usize>place) << 2), code + 1);
  }
  dictionary.places = places;
  dictionary.placesMask = mask;
}

const factor: u64 = 0x9e3779b97f4a7c15;

/** Of words of eight bytes, the last of which may overlap the one before it. What lies behind the text can be read. */
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

export function textCountOf(dictionary: Dictionary): i32 {
  return dictionary.count;
}

export function textBytesOf(dictionary: Dictionary): usize {
  return dictionary.bytes;
}

export function textOffsetsOf(dictionary: Dictionary): usize {
  return dictionary.offsets;
}
