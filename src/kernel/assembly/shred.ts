import { copyLeftOut, forgetLeftOut, leftOutNoted } from './left-out';
import { addNull, restoreLeaves, saveLeaves } from './collected';
import { NestedType } from './nested-type';
import { endOfSure } from './nested-values';

/**
 * Shreds values `[starts[i], ends[i])` of the window into the leaves; an empty range is null. Answers with how many were read before one
 * that isn't of the type, as far as the keys of its structs are known.
 */
export function shred(type: NestedType, starts: usize, ends: usize, count: i32): i32 {
  return shredNoting(type, starts, ends, count, 0, 0);
}

/**
 * Shreds as `shred` does. Where the members begin and end that were left out of the values goes to `members`, unless that is 0, 32 bits each, and their
 * number for each value to `counts`; of more than `leftOutMax` of one value none goes there.
 */
export function shredNoting(
  type: NestedType,
  starts: usize,
  ends: usize,
  count: i32,
  members: usize,
  counts: usize,
): i32 {
  let to = members;
  for (let index = 0; index < count; index++) {
    const row = (<usize>index) << 2;
    const start = <usize>load<i32>(starts + row);
    const end = <usize>load<i32>(ends + row);
    forgetLeftOut(0);
    if (members != 0) store<i32>(counts + row, 0);
    if (start == end) {
      addNull(type, 0, 0);
      continue;
    }
    saveLeaves();
    if (endOfSure(type, start) != end) {
      restoreLeaves();
      return index;
    }
    if (members == 0) continue;
    to = copyLeftOut(to);
    store<i32>(counts + row, leftOutNoted());
  }
  return count;
}
