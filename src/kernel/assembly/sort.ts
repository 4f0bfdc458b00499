/**
 * Order for dictionaries: values that are alike compress better side by side. Ids and indexes are 32 bits each.
 */

import { allocate, allocateZeros, mark, release } from './arena';

/** Ids that lie further apart than this share of all, on average, come in no order. */
const scatteredShare: f64 = 1 / 8;

/** Tells whether neighbours among the ids, all of them below `idCount`, have little to do with each other. */
export function areScattered(ids: usize, count: i32, idCount: i32): bool {
  let distance: f64 = 0;
  for (let at = ids; at + 4 < ids + ((<usize>count) << 2); at += 4)
    distance += <f64>abs(load<i32>(at, 4) - load<i32>(at));
  return distance > <f64>count * <f64>idCount * scatteredShare;
}

/** Writes 64 bits for each string `[starts[id], ends[id])`: its bytes behind those that all begin with, as a number that grows in their order. */
export function writeStringKeys(ids: usize, count: i32, bytes: usize, starts: usize, ends: usize, keys: usize): void {
  const shared = sharedPrefix(ids, count, bytes, starts, ends);
  for (let index: usize = 0; index < <usize>count; index++) {
    const entry = (<usize>load<u32>(ids + (index << 2))) << 2;
    const start = bytes + <usize>load<u32>(starts + entry) + shared;
    const length = bytes + <usize>load<u32>(ends + entry) - start;
    store<u64>(keys + (index << 3), firstBytes(start, length));
  }
}

/** Gives the first 8 bytes as a number, filled up with zeros; reads beyond them. */
function firstBytes(start: usize, length: usize): u64 {
  if (length == 0) return 0;
  const word = bswap<u64>(load<u64>(start));
  if (length >= 8) return word;
  const missingBits = (<u64>(8 - length)) << 3;
  return (word >>> missingBits) << missingBits;
}

/** Counts the bytes that all strings begin with. */
function sharedPrefix(ids: usize, count: i32, bytes: usize, starts: usize, ends: usize): usize {
  const entry = (<usize>load<u32>(ids)) << 2;
  const first = bytes + <usize>load<u32>(starts + entry);
  let shared = <usize>load<u32>(ends + entry) - <usize>load<u32>(starts + entry);
  for (let index: usize = 1; index < <usize>count; index++) {
    const other = (<usize>load<u32>(ids + (index << 2))) << 2;
    const start = bytes + <usize>load<u32>(starts + other);
    shared = min(shared, <usize>load<u32>(ends + other) - <usize>load<u32>(starts + other));
    let at: usize = 0;
    while (at < shared && load<u8>(start + at) == load<u8>(first + at)) at++;
    shared = at;
  }
  return shared;
}

/** Renumbers a dictionary of `count` values by the order of their keys: its values, of `1 << shift` bytes each, and the `idCount` ids. */
export function sortDictionary(keys: usize, count: i32, values: usize, shift: usize, ids: usize, idCount: i32): void {
  const start = mark();
  const order = orderOf(keys, count);
  const sorted = allocate((<usize>count) << shift);
  const newIds = allocate((<usize>count) << 2);
  for (let index: usize = 0; index < <usize>count; index++) {
    const id = <usize>load<u32>(order + (index << 2));
    if (shift == 3) store<u64>(sorted + (index << 3), load<u64>(values + (id << 3)));
    else store<u32>(sorted + (index << 2), load<u32>(values + (id << 2)));
    store<u32>(newIds + (id << 2), <u32>index);
  }
  memory.copy(values, sorted, (<usize>count) << shift);
  for (let at = ids; at < ids + ((<usize>idCount) << 2); at += 4)
    store<u32>(at, load<u32>(newIds + ((<usize>load<u32>(at)) << 2)));
  release(start);
}

/** So many of the highest bytes in which keys differ decide: those below would hardly change what a dictionary takes. */
const sortedBytesMax: i32 = 4;

/** Gives the indexes of the keys in their order, nearly: a pass for each byte that decides, from the lowest on. */
function orderOf(keys: usize, count: i32): usize {
  let order = allocate((<usize>count) << 2);
  let other = allocate((<usize>count) << 2);
  for (let index: usize = 0; index < <usize>count; index++) store<u32>(order + (index << 2), <u32>index);
  const differing = differingBits(keys, count);
  let passes = 0;
  let lowest: u64 = 64;
  while (lowest > 0 && passes < sortedBytesMax) {
    lowest -= 8;
    if (((differing >>> lowest) & 0xff) != 0) passes++;
  }
  for (let shift = lowest; shift < 64; shift += 8) {
    if (((differing >>> shift) & 0xff) == 0) continue;
    sortByByte(keys, count, shift, order, other);
    const before = order;
    order = other;
    other = before;
  }
  return order;
}

function differingBits(keys: usize, count: i32): u64 {
  const first = load<u64>(keys);
  let differing: u64 = 0;
  for (let at = keys; at < keys + ((<usize>count) << 3); at += 8) differing |= load<u64>(at) ^ first;
  return differing;
}

/** Writes the indexes at `order` to `to`, by one byte of their keys; those of the same byte stay as they were. */
function sortByByte(keys: usize, count: i32, shift: u64, order: usize, to: usize): void {
  const start = mark();
  const ends = allocateZeros(257 * 4);
  for (let at = keys; at < keys + ((<usize>count) << 3); at += 8) {
    const end = ends + ((<usize>((load<u64>(at) >>> shift) & 0xff)) << 2);
    store<u32>(end, load<u32>(end, 4) + 1, 4);
  }
  for (let at = ends; at < ends + 256 * 4; at += 4) store<u32>(at, load<u32>(at, 4) + load<u32>(at), 4);
  for (let at = order; at < order + ((<usize>count) << 2); at += 4) {
    const index = load<u32>(at);
    const end = ends + ((<usize>((load<u64>(keys + ((<usize>index) << 3)) >>> shift) & 0xff)) << 2);
    const target = load<u32>(end);
    store<u32>(to + ((<usize>target) << 2), index);
    store<u32>(end, target + 1);
  }
  release(start);
}
