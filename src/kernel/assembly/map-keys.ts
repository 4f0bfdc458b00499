import { hashOf } from './hash';
import { indexOf } from './open-keys';

/** Slots for the keys of a map, and of those in it: the hash of the key and the number of its map, 32 bits each. */
const slotsMax: i32 = 8192;
const slots = memory.data(slotsMax * 8);
/** More keys are left to the host. */
const keysMax: i32 = 4096;

/** Numbers begin anew behind this one. */
const mapsMax: i32 = 1 << 30;

/** Maps so far; the first of those that are being read, or were since that began; how many are being read. */
let maps: i32 = 0;
let firstMap: i32 = 0;
let openMaps: i32 = 0;
let keys: i32 = 0;

/** Begins a map; answers with its number. */
export function beginMap(): i32 {
  if (openMaps == 0 && maps > mapsMax) {
    memory.fill(slots, 0, slotsMax * 8);
    maps = 0;
  }
  maps++;
  if (openMaps == 0) {
    firstMap = maps;
    keys = 0;
  }
  openMaps++;
  return maps;
}

export function endMap(): void {
  openMaps--;
}

/** Adds a key of a map; answers with false when it may be there already, or there are too many. */
export function addMapKey(map: i32, start: usize, end: usize): bool {
  if (++keys > keysMax) return false;
  const hash = hashOf(start, end - start);
  let slot = (hash ^ (map * 0x9e3779b1)) & (slotsMax - 1);
  while (true) {
    const at = slots + ((<usize>slot) << 3);
    const owner = load<i32>(at, 4);
    if (owner == map && load<i32>(at) == hash) return false;
    // one of a map that has been read is free
    if (owner < firstMap) {
      store<i32>(at, hash);
      store<i32>(at, map, 4);
      return true;
    }
    slot = (slot + 1) & (slotsMax - 1);
  }
}

/** Has seen a key that is no integer. */
const others: i64 = i64.MAX_VALUE;

/**
 * Tells where a key leaves the order in which JavaScript has keys: integers come first, and ascend. `last`: what was answered for the key before,
 * -1 for none. Answers with -2 when the key is not in order.
 */
export function keyOrder(last: i64, start: usize, end: usize): i64 {
  const index = indexOf(start, end);
  if (index < 0) return others;
  return index > last ? index : -2;
}
