import { addNull, NestedType, restoreLeaves, saveLeaves } from './nested-type';
import { endOfSure } from './nested-values';

/**
 * Shreds values `[starts[i], ends[i])` of the window into the leaves; an empty range is null. Answers with how many were read before one
 * that isn't of the type, as far as the keys of its structs are known.
 */
export function shred(type: NestedType, starts: usize, ends: usize, count: i32): i32 {
  for (let index = 0; index < count; index++) {
    const row = (<usize>index) << 2;
    const start = <usize>load<i32>(starts + row);
    const end = <usize>load<i32>(ends + row);
    if (start == end) {
      addNull(type, 0, 0);
      continue;
    }
    saveLeaves(type);
    if (endOfSure(type, start) != end) {
      restoreLeaves(type);
      return index;
    }
  }
  return count;
}
