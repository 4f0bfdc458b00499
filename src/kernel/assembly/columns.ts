import { takeZeros } from './arena';
import { hashOfWord } from './dictionary';

/** The least of the doubles, +Infinity for none; NaN does not count. */
export function leastOf(values: usize, count: i32): f64 {
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

/** The largest of the doubles, -Infinity for none; NaN does not count. */
export function greatestOf(values: usize, count: i32): f64 {
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
 * Numbers codes anew, in the order in which they occur: each of `codes` is replaced by its new number. What it was before
 * goes to `used` at that number, and how often it occurs to `uses`. How many of the `most` occur.
 */
export function renumber(codes: usize, count: i32, most: i32, used: usize, uses: usize): i32 {
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
      store<i32>(uses + ((<usize>number) << 2), 0);
    }
    const use = uses + ((<usize>number) << 2);
    store<i32>(use, load<i32>(use) + 1);
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
    let place = hashOfWord(bits) & (placeCount - 1);
    let code = load<i32>(places + ((<usize>place) << 2)) - 1;
    while (code >= 0 && load<u64>(numbers + ((<usize>code) << 3)) != bits) {
      place = (place + 1) & (placeCount - 1);
      code = load<i32>(places + ((<usize>place) << 2)) - 1;
    }
    if (code < 0) {
      if (found == most) return -1;
      code = found++;
      store<u64>(numbers + ((<usize>code) << 3), bits);
      store<i32>(places + ((<usize>place) << 2), found);
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
    let place = hashOfWord(load<u64>(numbers + ((<usize>code) << 3))) & (placeCount - 1);
    while (load<i32>(places + ((<usize>place) << 2)) != 0) place = (place + 1) & (placeCount - 1);
    store<i32>(places + ((<usize>place) << 2), code + 1);
  }
  return places;
}
