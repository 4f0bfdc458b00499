import { allocateZeros } from './arena';
import { backslash, colon, quote, sameBytes, skipSpace } from './bytes';
import { hashOf, strongHashOf } from './hash';
import { endOfPlain } from './strings';

/** A key as records spell it. */
@unmanaged
export class Key {
  /** The bytes from the opening quote to a colon right behind the closing one, filled up with zeros to whole vectors. */
  literal: usize;
  length: usize;
  hash: i32;
  /** The address of what the key's values go to. */
  target: usize;
  /** The key that came after this one last time, if any did. */
  next: Key;
  /** Number of the object that last had the key; of a key in another spelling its first one tells. */
  owner: i32;
  /** The same key as it was spelled first, itself mostly. */
  first: Key;
  /** The start of a member that becomes text: its JSON Pointer as a key, with a colon; 0 for other keys. */
  pointer: usize;
  pointerLength: usize;
  /** Another key has the same field. */
  isShared: bool;
}

/** The keys of one kind of object, by a keyed hash of their bytes. */
@unmanaged
export class KeyTable {
  /** Stands before the first key of an object. */
  start: Key;
  count: i32;
  /** Open addressing: addresses of keys, 0 for a free slot. Their count is a power of two, at most half of them are taken. */
  slots: usize;
  slotsMask: i32;
  /** True once collisions were so many that somebody must have made them. */
  isStrong: bool;
  /** How often a key came lately that was not expected, less how often one was. */
  surprises: i32;
}

const vectorBytes: usize = 16;
const startSlots: i32 = 16;
/** Most slots that are looked at for one key before the table gets a stronger hash: by chance it is never so many. */
const probesMax: i32 = 32;
/** Keys in no order are not compared with those that came next before. */
const surprisesMax: i32 = 8;
const fewSurprises: i32 = 4;
/** The two quotes and the colon of a literal. */
const frameBytes: usize = 3;

export function createKeyTable(): KeyTable {
  const table = changetype<KeyTable>(allocateZeros(offsetof<KeyTable>()));
  table.start = changetype<Key>(allocateZeros(offsetof<Key>()));
  table.slots = allocateZeros(<usize>startSlots * sizeof<usize>());
  table.slotsMask = startSlots - 1;
  return table;
}

/** Adds a key by its bytes between the quotes; answers with it. */
export function addKey(table: KeyTable, name: usize, length: usize, target: usize): Key {
  const key = changetype<Key>(allocateZeros(offsetof<Key>()));
  key.length = length + frameBytes;
  key.literal = allocateZeros(key.length + vectorBytes);
  store<u8>(key.literal, quote);
  memory.copy(key.literal + 1, name, length);
  store<u8>(key.literal + length + 1, quote);
  store<u8>(key.literal + length + 2, colon);
  key.target = target;
  key.first = key;
  key.hash = table.isStrong ? strongHashOf(key.literal + 1, length) : hashOf(key.literal + 1, length);
  table.count++;
  if (table.count * 2 > table.slotsMask) resize(table, (table.slotsMask + 1) * 2);
  enter(table.slots, table.slotsMask, key);
  return key;
}

/** Changes what the key's values go to. */
export function setTarget(key: Key, target: usize): void {
  key.target = target;
}

/** Says that the key is another one in another spelling. */
export function spellKey(key: Key, first: Key): void {
  key.first = first;
}

/** Says that another key has the same field. */
export function shareKey(key: Key): void {
  key.isShared = true;
}

/** Where the value of the key begins that was found last, or space before it. */
export let valueStart: usize = 0;

/** The unknown key that `keyAt` met last, between its quotes; 0 when it met something else. */
export let unknownStart: usize = 0;
export let unknownEnd: usize = 0;

/** Finds the key whose opening quote is at `at`: mostly the one that came after `before` last time. Answers with 0 when it is unknown, or none. */
export function keyAt(table: KeyTable, at: usize, before: Key): usize {
  const expected = before.next;
  if (changetype<usize>(expected) != 0 && table.surprises <= fewSurprises) {
    if (isLiteral(expected, at)) return found(table, expected, at);
    // that one may be missing this time
    const second = expected.next;
    if (changetype<usize>(second) != 0 && isLiteral(second, at)) return found(table, second, at);
  }
  const key = lookUp(table, at);
  if (key == 0) return 0;
  const isSurprise = key != changetype<usize>(expected);
  table.surprises = isSurprise ? min(table.surprises + 1, surprisesMax) : max(table.surprises - 1, 0);
  before.next = changetype<Key>(key);
  return key;
}

function found(table: KeyTable, key: Key, at: usize): usize {
  if (table.surprises > 0) table.surprises--;
  valueStart = at + key.length;
  return changetype<usize>(key);
}

/** Tells whether the literal is at `at`. */
function isLiteral(key: Key, at: usize): bool {
  let left = key.length;
  let bytes = key.literal;
  let from = at;
  while (true) {
    const different = i8x16.bitmask(i8x16.ne(v128.load(from), v128.load(bytes)));
    if (left <= vectorBytes) return (different & ((1 << (<i32>left)) - 1)) == 0;
    if (different != 0) return false;
    from += vectorBytes;
    bytes += vectorBytes;
    left -= vectorBytes;
  }
}

function lookUp(table: KeyTable, at: usize): usize {
  unknownStart = 0;
  if (load<u8>(at) != quote) return 0;
  const end = endOfKey(at + 1);
  if (end == 0) return 0;
  const behind = load<u8>(end + 1) == colon ? end + 1 : skipSpace(end + 1);
  if (load<u8>(behind) != colon) return 0;
  valueStart = behind + 1;
  const key = find(table, at + 1, end - at - 1);
  if (key == 0) {
    unknownStart = at + 1;
    unknownEnd = end;
  }
  return key;
}

/** Finds the closing quote of a key, 0 when it has none. */
export function endOfKey(start: usize): usize {
  let at = endOfPlain(start);
  while (true) {
    const byte = load<u8>(at);
    if (byte == quote) return at;
    if (byte < 0x20) return 0;
    at = endOfPlain(byte == backslash ? at + 2 : at + 1);
  }
}

/** Tells whether the table has a key of these bytes. */
export function hasKey(table: KeyTable, start: usize, length: usize): bool {
  return find(table, start, length) != 0;
}

function find(table: KeyTable, start: usize, length: usize): usize {
  const hash = table.isStrong ? strongHashOf(start, length) : hashOf(start, length);
  let slot = hash & table.slotsMask;
  for (let probes = 0; probes < probesMax || table.isStrong; probes++) {
    const address = load<usize>(table.slots + ((<usize>slot) << 2));
    if (address == 0) return 0;
    const key = changetype<Key>(address);
    if (key.hash == hash && key.length == length + frameBytes && sameBytes(key.literal + 1, start, length))
      return address;
    slot = (slot + 1) & table.slotsMask;
  }
  strengthen(table);
  return find(table, start, length);
}

/** Hashes all keys anew, by the stronger hash. */
function strengthen(table: KeyTable): void {
  table.isStrong = true;
  for (let slot = 0; slot <= table.slotsMask; slot++) {
    const address = load<usize>(table.slots + ((<usize>slot) << 2));
    if (address == 0) continue;
    const key = changetype<Key>(address);
    key.hash = strongHashOf(key.literal + 1, key.length - frameBytes);
  }
  resize(table, table.slotsMask + 1);
}

function resize(table: KeyTable, slotCount: i32): void {
  const slots = allocateZeros((<usize>slotCount) << 2);
  for (let slot = 0; slot <= table.slotsMask; slot++) {
    const address = load<usize>(table.slots + ((<usize>slot) << 2));
    if (address != 0) enter(slots, slotCount - 1, changetype<Key>(address));
  }
  table.slots = slots;
  table.slotsMask = slotCount - 1;
}

function enter(slots: usize, mask: i32, key: Key): void {
  let slot = key.hash & mask;
  while (load<usize>(slots + ((<usize>slot) << 2)) != 0) slot = (slot + 1) & mask;
  store<usize>(slots + ((<usize>slot) << 2), changetype<usize>(key));
}
