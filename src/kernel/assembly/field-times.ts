import { kindTime } from '../kinds';
import { Field, isAmong } from './fields';
import { spellingOf } from './time-spelling';

/** Writes what `spellingOf` says of each time; answers with how many there are, 0 when it says 0 of all. */
export function copySpellings(field: Field, spellings: usize): i32 {
  let count: usize = 0;
  let found = 0;
  for (let entry: usize = 0; entry < <usize>field.count; entry++) {
    if (!isAmong(field, entry, 1 << kindTime)) continue;
    const end = load<u32>(field.ends + (entry << 2));
    const isSettled = <i32>entry < field.settledCount;
    const spelling = isSettled ? <i32>end : spellingOf(load<u32>(field.starts + (entry << 2)), end);
    store<i32>(spellings + (count++ << 2), spelling);
    found |= spelling;
  }
  return found == 0 ? 0 : <i32>count;
}
