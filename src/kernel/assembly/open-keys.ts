import { digitOf, sameBytes, zero } from './bytes';

/** The keys of objects that are being written and are open, those of an object in the order in which they stand. */

/** Objects with more keys are left to the host, since these are compared one by one; so are values with more keys in objects that are open at a time. */
const keysMax: usize = 32;
const openKeysMax: usize = 512;
/** JavaScript puts keys that are integers below this before others. */
export const indexEnd: u64 = 0xffffffff;
const indexDigitsMax: usize = 10;

/** Where each key begins and ends, 32 bits each. */
const keys = memory.data((<i32>openKeysMax) << 3);
let count: usize = 0;

/** The number of keys in all objects that are open: that of the first key of an object that begins now. */
export function openKeys(): usize {
  return count;
}

/** Drops the keys from the one of that number on. */
export function closeKeys(first: usize): void {
  count = first;
}

/** Adds a key of the object whose first one is `first`; answers with false for one that it has already, or too many. */
export function addOpenKey(first: usize, start: usize, end: usize): bool {
  if (count - first == keysMax || count == openKeysMax) return false;
  const length = end - start;
  for (let key = first; key < count; key++) {
    const before = keyStart(key);
    if (keyEnd(key) - before == length && sameBytes(before, start, length)) return false;
  }
  setKey(count++, start, end);
  return true;
}

export function keyStart(key: usize): usize {
  return <usize>load<u32>(keys + (key << 3));
}

/** Finds the first key of the object, from `first` on, that JavaScript has behind one that is this integer. */
export function firstBehind(first: usize, index: i64): usize {
  let key = first;
  while (true) {
    const other = indexOf(keyStart(key), keyEnd(key));
    if (other < 0 || other >= index) return key;
    key++;
  }
}

/** Moves the last key to the place of another one, which stands, as those behind it do, so many bytes farther. */
export function moveLastKey(place: usize, bytes: usize): void {
  const last = count - 1;
  const start = keyStart(place);
  const length = keyEnd(last) - keyStart(last);
  for (let key = last; key > place; key--) setKey(key, keyStart(key - 1) + bytes, keyEnd(key - 1) + bytes);
  setKey(place, start, start + length);
}

/** Gives the key as an integer that JavaScript puts before other keys, -1 for any other key. */
export function indexOf(start: usize, end: usize): i64 {
  const length = end - start;
  if (length == 0 || length > indexDigitsMax || (load<u8>(start) == zero && length > 1)) return -1;
  let index: u64 = 0;
  for (let at = start; at < end; at++) {
    const digit = digitOf(load<u8>(at));
    if (digit > 9) return -1;
    index = index * 10 + digit;
  }
  return index < indexEnd ? <i64>index : -1;
}

function keyEnd(key: usize): usize {
  return <usize>load<u32>(keys + (key << 3), 4);
}

function setKey(key: usize, start: usize, end: usize): void {
  store<u32>(keys + (key << 3), <u32>start);
  store<u32>(keys + (key << 3), <u32>end, 4);
}
