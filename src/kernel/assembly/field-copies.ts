import { copyBytes, isBefore } from './bytes';
import { idOf, Dictionary } from './dictionary';
import { Field, idsOfAll, isAmong, kindBitsOf } from './fields';
import { kindInteger, kindLong, leftOutMax, leftOutShare } from '../kinds';

/** What the host takes out of a field's entries. */

/** Copies the row and the number of each entry whose kind is among `kindBits`; answers with how many there are. */
export function copyNumbers(field: Field, kindBits: i32, rows: usize, numbers: usize): i32 {
  let count: usize = 0;
  for (let entry: usize = 0; entry < <usize>field.count; entry++) {
    if (!isAmong(field, entry, kindBits)) continue;
    store<i32>(rows + (count << 2), load<i32>(field.rows + (entry << 2)));
    store<f64>(numbers + (count << 3), load<f64>(field.numbers + (entry << 3)));
    count++;
  }
  return <i32>count;
}

/** Copies the row of each integer, and the integer in 64 bits; answers with how many there are. */
export function copyLongs(field: Field, rows: usize, longs: usize): i32 {
  let count: usize = 0;
  for (let entry: usize = 0; entry < <usize>field.count; entry++) {
    const kind = <i32>load<u8>(field.kinds + entry);
    if (kind != kindInteger && kind != kindLong) continue;
    const number = field.numbers + (entry << 3);
    store<i32>(rows + (count << 2), load<i32>(field.rows + (entry << 2)));
    store<i64>(longs + (count << 3), kind == kindLong ? load<i64>(number) : <i64>load<f64>(number));
    count++;
  }
  return <i32>count;
}

/** Copies the row of each entry whose kind is among `kindBits`, and where it begins and ends; answers with how many there are. */
export function copyPositions(field: Field, kindBits: i32, rows: usize, starts: usize, ends: usize): i32 {
  let count: usize = 0;
  for (let entry: usize = 0; entry < <usize>field.count; entry++) {
    if (!isAmong(field, entry, kindBits)) continue;
    const range = entry << 2;
    store<i32>(rows + (count << 2), load<i32>(field.rows + range));
    store<i32>(starts + (count << 2), load<i32>(field.starts + range));
    store<i32>(ends + (count << 2), load<i32>(field.ends + range));
    count++;
  }
  return <i32>count;
}

/**
 * Copies of the entries `[first, end)` of a kind those some of whose members were left out: their numbers among the entries of the kind, of which
 * the first one has `number`, where they begin, and the first of their members with the one behind the last. Answers with how many there are.
 */
export function copyPartial(
  field: Field,
  kind: i32,
  first: i32,
  end: i32,
  number: i32,
  numbers: usize,
  starts: usize,
  ranges: usize,
): i32 {
  let count: usize = 0;
  let next = number;
  for (let entry = <usize>first; entry < <usize>end; entry++) {
    if (<i32>load<u8>(field.kinds + entry) != kind) continue;
    const told = <i64>load<f64>(field.numbers + (entry << 3));
    if (told != 0) {
      const from = <i32>(told / leftOutShare);
      const members = <i32>(told % leftOutShare);
      store<i32>(numbers + (count << 2), next);
      store<i32>(starts + (count << 2), load<i32>(field.starts + (entry << 2)));
      store<i32>(ranges + (count << 3), from);
      // of more the kernel notes none
      store<i32>(ranges + (count << 3), members > leftOutMax ? from : from + members, 4);
      count++;
    }
    next++;
  }
  return <i32>count;
}

/** Writes the row and the dictionary id of each string whose kind is among `kindBits`; answers with how many there are. */
export function dictionaryIdsOf(field: Field, kindBits: i32, dictionary: Dictionary, rows: usize, ids: usize): i32 {
  const detached = <usize>field.detachedCount;
  if ((kindBitsOf(field) & ~kindBits) == 0) {
    memory.copy(rows, field.rows, (<usize>field.count) << 2);
    memory.copy(ids, field.ends, detached << 2);
    idsOfAll(field, dictionary, field.detachedCount, ids + (detached << 2));
    return field.count;
  }
  let count: usize = 0;
  for (let entry: usize = 0; entry < <usize>field.count; entry++) {
    if (!isAmong(field, entry, kindBits)) continue;
    const range = entry << 2;
    const end = load<i32>(field.ends + range);
    store<i32>(rows + (count << 2), load<i32>(field.rows + range));
    store<i32>(ids + (count << 2), entry < detached ? end : idOf(dictionary, load<u32>(field.starts + range), end));
    count++;
  }
  return <i32>count;
}

/** Which of the strings that `copyStrings` copied last come first and last in the order of their bytes. */
export let minCopied: i32 = 0;
export let maxCopied: i32 = 0;

/**
 * Copies the strings whose kind is among `kindBits` to `to`, one behind the other, and their rows to `rows`. Where they end goes to `ends`, as if
 * the first one began at `offset`. Answers with how many there are.
 */
export function copyStrings(field: Field, kindBits: i32, offset: i32, rows: usize, to: usize, ends: usize): i32 {
  let count: usize = 0;
  let end = to;
  let minStart = to;
  let minEnd = to;
  let maxStart = to;
  let maxEnd = to;
  for (let entry: usize = 0; entry < <usize>field.count; entry++) {
    if (!isAmong(field, entry, kindBits)) continue;
    const range = entry << 2;
    const start = <usize>load<u32>(field.starts + range);
    const length = <usize>load<u32>(field.ends + range) - start;
    copyBytes(end, start, length);
    if (count == 0 || isBefore(end, end + length, minStart, minEnd)) {
      minCopied = <i32>count;
      minStart = end;
      minEnd = end + length;
    }
    if (count == 0 || isBefore(maxStart, maxEnd, end, end + length)) {
      maxCopied = <i32>count;
      maxStart = end;
      maxEnd = end + length;
    }
    end += length;
    store<i32>(rows + (count << 2), load<i32>(field.rows + range));
    store<i32>(ends + (count << 2), offset + <i32>(end - to));
    count++;
  }
  return <i32>count;
}
