/**
 * Work on strings by their ids: string `id` is `[starts[id], ends[id])`, offsets of 32 bits each. Ids are 32 bits each.
 */

import { copyBytes } from './bytes';

function startOf(starts: usize, id: i32): usize {
  return <usize>load<u32>(starts + ((<usize>id) << 2));
}

function idAt(ids: usize, index: i32): i32 {
  return load<i32>(ids + ((<usize>index) << 2));
}

function lengthOf(id: i32, starts: usize, ends: usize): usize {
  return startOf(ends, id) - startOf(starts, id);
}

/** Adds up the bytes of the strings, each as often as `uses` says; once, when it is 0. */
export function sumLengths(ids: usize, uses: usize, count: i32, starts: usize, ends: usize): f64 {
  let sum: f64 = 0;
  for (let index = 0; index < count; index++) {
    const times = uses == 0 ? 1 : idAt(uses, index);
    sum += <f64>lengthOf(idAt(ids, index), starts, ends) * <f64>times;
  }
  return sum;
}

/** Writes the strings' lengths as doubles. */
export function writeLengths(ids: usize, count: i32, starts: usize, ends: usize, to: usize): void {
  for (let index = 0; index < count; index++)
    store<f64>(to + ((<usize>index) << 3), <f64>lengthOf(idAt(ids, index), starts, ends));
}

/** Finds the index one past the strings from `first` on that lie one behind the other. */
export function endOfRun(ids: usize, first: i32, count: i32, starts: usize, ends: usize): i32 {
  let at = first + 1;
  let end = startOf(ends, idAt(ids, first));
  while (at < count && startOf(starts, idAt(ids, at)) == end) end = startOf(ends, idAt(ids, at++));
  return at;
}

/** Writes each string, whose bytes are in `bytes`, behind its length of 32 bits; answers with the address one past the last one, behind which there must be room for `copyBytes`. */
export function writePlainStrings(ids: usize, count: i32, bytes: usize, starts: usize, ends: usize, to: usize): usize {
  let end = to;
  for (let index = 0; index < count; index++) {
    const id = idAt(ids, index);
    const length = lengthOf(id, starts, ends);
    store<u32>(end, <u32>length);
    end += 4;
    copyBytes(end, bytes + startOf(starts, id), length);
    end += length;
  }
  return end;
}
