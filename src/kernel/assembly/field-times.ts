import { kindTime } from '../kinds';
import { Field, isAmong, spellingAt } from './fields';
import { spellingOf } from './time-spelling';

/** Notes how a time of the block is written, while its bytes are at hand. */
export function noteSpelling(field: Field, start: usize, end: usize): void {
  const spelling = spellingOf(start, end);
  field.anySpelling |= spelling;
  field.everySpelling &= spelling;
}

/** Writes what `spellingOf` says of each time; answers with how many there are, 0 where it says 0 of all. */
export function copySpellings(field: Field, spellings: usize): i32 {
  if (field.anySpelling == 0) return 0;
  let count: usize = 0;
  for (let entry: usize = 0; entry < <usize>field.count; entry++) {
    if (!isAmong(field, entry, 1 << kindTime)) continue;
    const range = entry << 2;
    const isDetached = <i32>entry < field.detachedCount;
    store<i32>(spellings + (count++ << 2), isDetached ? load<i32>(field.ends + range) : spellingAt(field, range));
  }
  return <i32>count;
}
