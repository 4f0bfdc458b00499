import { allocateZeros } from './arena';
import { hashOfWord } from './hash';
import { trialDistinctMax, trialValues } from '../kinds';

/** Finds the smallest of the doubles, +Infinity for none; NaN does not count. */
export function minOf(values: usize, count: i32): f64 {
  let one = f64x2.splat(Infinity);
  let other = one;
  let at = values;
  let left = count;
  // two at a time: each waits for the one before it
  for (; left >= 4; left -= 4, at += 32) {
    one = f64x2.pmin(one, v128.load(at));
    other = f64x2.pmin(other, v128.load(at, 16));
  }
  one = f64x2.pmin(one, other);
  for (; left > 0; left--, at += 8) one = f64x2.pmin(one, v128.load64_splat(at));
  const first = f64x2.extract_lane(one, 0);
  const second = f64x2.extract_lane(one, 1);
  return second < first ? second : first;
}

/** Finds the largest of the doubles, -Infinity for none; NaN does not count. */
export function maxOf(values: usize, count: i32): f64 {
  let one = f64x2.splat(-Infinity);
  let other = one;
  let at = values;
  let left = count;
  for (; left >= 4; left -= 4, at += 32) {
    one = f64x2.pmax(one, v128.load(at));
    other = f64x2.pmax(other, v128.load(at, 16));
  }
  one = f64x2.pmax(one, other);
  for (; left > 0; left--, at += 8) one = f64x2.pmax(one, v128.load64_splat(at));
  const first = f64x2.extract_lane(one, 0);
  const second = f64x2.extract_lane(one, 1);
  return first < second ? second : first;
}

/** The smallest and the largest that `findLongRange` found. */
export let longMin: i64 = 0;
export let longMax: i64 = 0;

/** Finds the smallest and the largest of integers of 64 bits, of one at least. */
export function findLongRange(values: usize, count: i32): void {
  longMin = load<i64>(values);
  longMax = longMin;
  for (let at = values; at < values + ((<usize>count) << 3); at += 8) {
    longMin = min(longMin, load<i64>(at));
    longMax = max(longMax, load<i64>(at));
  }
}

/** Finds the smallest of the doubles that are not below `floor`, +Infinity for none. */
export function minFrom(values: usize, count: i32, floor: f64): f64 {
  let smallest = Infinity;
  for (let index = 0; index < count; index++) {
    const value = load<f64>(values + ((<usize>index) << 3));
    if (value >= floor && value < smallest) smallest = value;
  }
  return smallest;
}

/** A double holds integers up to this one exactly, and those below minus it. */
const safeIntegerMax: f64 = 9_007_199_254_740_991;

/** Multiplies doubles by `factor` where they stand; tells whether all have become integers that doubles hold exactly. */
export function scaleIntegers(values: usize, count: i32, factor: f64): bool {
  let areExact = true;
  for (let at = values; at < values + ((<usize>count) << 3); at += 8) {
    const value = load<f64>(at) * factor;
    store<f64>(at, value);
    areExact = areExact && trunc(value) == value && abs(value) <= safeIntegerMax;
  }
  return areExact;
}

/** Counts the doubles that are NaN. */
export function countNaN(values: usize, count: i32): i32 {
  let found = 0;
  for (let at = values; at < values + ((<usize>count) << 3); at += 8) {
    const value = load<f64>(at);
    found += <i32>(value != value);
  }
  return found;
}

/**
 * Overwrites event times (NaN for none) with placement times: an event time within [sent - past, sent + future] stays, else it becomes
 * `sent`. A row without `sent` (below 0) keeps its event time, or gets 0 when it has none.
 */
export function setPlacementTimes(times: usize, sent: usize, count: i32, past: f64, future: f64): void {
  for (let index = 0; index < count; index++) {
    const address = times + ((<usize>index) << 3);
    const time = load<f64>(address);
    const sentAt = load<f64>(sent + ((<usize>index) << 3));
    if (sentAt < 0) {
      if (isNaN(time)) store<f64>(address, 0);
    } else if (!(time >= sentAt - past && time <= sentAt + future)) store<f64>(address, sentAt);
  }
}

/**
 * Replaces each of `ids`, all of them below `idCount`, by a new id, given in the order in which they occur. The old id goes to `used` and
 * the number of its occurrences to `uses`, both at the new id. Answers with how many ids occur.
 */
export function renumberIds(ids: usize, count: i32, idCount: i32, used: usize, uses: usize): i32 {
  const newIds = allocateZeros((<usize>idCount) << 2);
  let next = 0;
  for (let index = 0; index < count; index++) {
    const address = ids + ((<usize>index) << 2);
    const id = load<i32>(address);
    const known = newIds + ((<usize>id) << 2);
    let newId = load<i32>(known) - 1;
    if (newId < 0) {
      newId = next++;
      store<i32>(known, next);
      store<i32>(used + ((<usize>newId) << 2), id);
      store<i32>(uses + ((<usize>newId) << 2), 0);
    }
    const use = uses + ((<usize>newId) << 2);
    store<i32>(use, load<i32>(use) + 1);
    store<i32>(address, newId);
  }
  return next;
}

const startSlots: i32 = 256;
/** Most collisions per value, on average: numbers that are chosen to collide get no dictionary. */
const probesPerValue: i32 = 16;

/**
 * Makes a dictionary of doubles, which are told apart by their bits: zeros of both signs stay apart. The distinct ones go to `numbers`, the
 * id of each value to `ids`. Answers with how many are distinct, -1 when they are more than `numbersMax`, hardly repeat, or collide too often.
 */
export function idsOfNumbers(values: usize, count: i32, numbersMax: i32, numbers: usize, ids: usize): i32 {
  let slotCount = startSlots;
  let slots = allocateZeros((<usize>slotCount) << 2);
  let found = 0;
  let probesLeft = count * probesPerValue;
  for (let index = 0; index < count; index++) {
    const bits = load<u64>(values + ((<usize>index) << 3));
    let slot = hashOfWord(bits) & (slotCount - 1);
    let id = load<i32>(slots + ((<usize>slot) << 2)) - 1;
    while (id >= 0 && load<u64>(numbers + ((<usize>id) << 3)) != bits) {
      if (--probesLeft < 0) return -1;
      slot = (slot + 1) & (slotCount - 1);
      id = load<i32>(slots + ((<usize>slot) << 2)) - 1;
    }
    if (id < 0) {
      if (found == numbersMax || (found == trialDistinctMax && index < trialValues)) return -1;
      id = found++;
      store<u64>(numbers + ((<usize>id) << 3), bits);
      store<i32>(slots + ((<usize>slot) << 2), found);
      if (found * 2 > slotCount) {
        slotCount *= 2;
        slots = slotsOf(numbers, found, slotCount);
      }
    }
    store<i32>(ids + ((<usize>index) << 2), id);
  }
  return found;
}

function slotsOf(numbers: usize, count: i32, slotCount: i32): usize {
  const slots = allocateZeros((<usize>slotCount) << 2);
  for (let id = 0; id < count; id++) {
    let slot = hashOfWord(load<u64>(numbers + ((<usize>id) << 3))) & (slotCount - 1);
    while (load<i32>(slots + ((<usize>slot) << 2)) != 0) slot = (slot + 1) & (slotCount - 1);
    store<i32>(slots + ((<usize>slot) << 2), id + 1);
  }
  return slots;
}
