import { takeZeros } from './arena';
import { fold } from './dictionary';

/** The least of the doubles, +Infinity for none; NaN does not count. */
export function leastOf(values: usize, count: i32): f64 {
  let least = f64x2.splat(Infinity);
  let at = values;
  for (let left = count; left >= 2; left -= 2, at += 16) least = f64x2.pmin(least, v128.load(at));
  if ((count & 1) != 0) least = f64x2.pmin(least, f64x2.splat(load<f64>(at)));
  const first = f64x2.extract_lane(least, 0);
  const second = f64x2.extract_lane(least, 1);
  return second < first ? second : first;
}

/** The largest of the doubles, -Infinity for none; NaN does not count. */
export function greatestOf(values: usize, count: i32): f64 {
  let greatest = f64x2.splat(-Infinity);
  let at = values;
  for (let left = count; left >= 2; left -= 2, at += 16) greatest = f64x2.pmax(greatest, v128.load(at));
  if ((count & 1) != 0) greatest = f64x2.pmax(greatest, f64x2.splat(load<f64>(at)));
  const first = f64x2.extract_lane(greatest, 0);
  const second = f64x2.extract_lane(greatest, 1);
  return first < second ? second : first;
}

/** The least of the doubles that are not below `floor`, +Infinity for none. */
export function leastFrom(values: usize, count: i32, floor: f64): f64 {
  let least = Infinity;
  for (let index = 0; index < count; index++) {
    const value = load<f64>(values + ((<usize>index) << 3));
    if (value >= floor && value < least) least = value;
  }
  return least;
}

/**
 * Times of rows by which they are placed, over the times of what they tell of (NaN for none): those that are at most `past` before and
 * `future` after the time the row was `sent` stay. Others become that one, and rows without it (below 0) get 0.
 */
export function placeTimes(times: usize, sent: usize, count: i32, past: f64, future: f64): void {
  for (let index = 0; index < count; index++) {
    const place = times + ((<usize>index) << 3);
    const time = load<f64>(place);
    const sentAt = load<f64>(sent + ((<usize>index) << 3));
    if (sentAt < 0) {
      if (isNaN(time)) store<f64>(place, 0);
    } else if (!(time >= sentAt - past && time <= sentAt + future)) store<f64>(place, sentAt);
  }
}

/**
 * Numbers codes anew, in the order in which they occur: each of `codes` is replaced by its new number, and what it was before goes
 * to `used` at that number. How many of the `most` occur.
 */
export function renumber(codes: usize, count: i32, most: i32, used: usize): i32 {
  const numbers = takeZeros((<usize>most) << 2);
  let next = 0;
  for (let index = 0; index < count; index++) {
    const place = codes + ((<usize>index) << 2);
    const code = load<i32>(place);
    const known = numbers + ((<usize>code) << 2);
    let number = load<i32>(known) - 1;
    if (number < 0) {
      number = next++;
      store<i32>(known, next);
      store<i32>(used + ((<usize>number) << 2), code);
    }
    store<i32>(place, number);
  }
  return next;
}

const startPlaces: i32 = 256;

/**
 * A dictionary of doubles, which are told apart by their bits: zeros of both signs stay apart. The different ones go to `numbers`, the
 * number of each value to `codes`. How many there are, -1 when they are more than `most`.
 */
export function codesOfNumbers(values: usize, count: i32, most: i32, numbers: usize, codes: usize): i32 {
  let placeCount = startPlaces;
  let places = takeZeros((<usize>placeCount) << 2);
  let found = 0;
  for (let index = 0; index < count; index++) {
    const bits = load<u64>(values + ((<usize>index) << 3));
    let place = places + ((<usize>(hashOf(bits) & (placeCount - 1))) << 2);
    let code = load<i32>(place) - 1;
    while (code >= 0 && load<u64>(numbers + ((<usize>code) << 3)) != bits) {
      place = place + 4 == places + ((<usize>placeCount) << 2) ? places : place + 4;
      code = load<i32>(place) - 1;
    }
    if (code < 0) {
      if (found == most) return -1;
      code = found++;
      store<u64>(numbers + ((<usize>code) << 3), bits);
      store<i32>(place, found);
      if (found * 2 > placeCount) {
        placeCount *= 2;
        places = placesOf(numbers, found, placeCount);
      }
    }
    store<i32>(codes + ((<usize>index) << 2), code);
  }
  return found;
}

function placesOf(numbers: usize, count: i32, placeCount: i32): usize {
  const places = takeZeros((<usize>placeCount) << 2);
  for (let code = 0; code < count; code++) {
    let at = hashOf(load<u64>(numbers + ((<usize>code) << 3))) & (placeCount - 1);
    while (load<i32>(places + ((<usize>at) << 2)) != 0) at = (at + 1) & (placeCount - 1);
    store<i32>(places + ((<usize>at) << 2), code + 1);
  }
  return places;
}

function hashOf(bits: u64): i32 {
  return <i32>(fold(0, bits) >>> 32);
}
