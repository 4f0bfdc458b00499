import { allocate, allocateZeros, grow } from './arena';
import { copyString, isBefore } from './bytes';
import { idOf, idsOf, idsTogether, Dictionary } from './dictionary';
import { NestedType } from './nested-types';

/** The values that a field has in the records of a block, in their order: an entry for each, none for null and for what is missing. */
@unmanaged
export class Field {
  /** Number of the last record that had the field, be it null. */
  record: i32;
  /** True from the field's first entry in a block to the block's end, though the entry may be dropped. */
  isFilled: bool;
  count: i32;
  entriesMax: i32;
  /** Row of each entry, 32 bits each. */
  rows: usize;
  kinds: usize;
  /** Ranges of the values in the window; those of strings without their quotes, or where they are without their escapes. */
  starts: usize;
  ends: usize;
  /** Values of numbers, times in milliseconds, dates in days; of a string the address where it begins in the window. */
  numbers: usize;
  /** The type of the field's arrays or structs, or 0. */
  type: NestedType;
  /** The type's leaves do not have just the values of the block's entries. */
  isSpoiled: bool;
}

const startEntries: i32 = 16;
const growth: i32 = 4;

export function createField(): Field {
  return changetype<Field>(allocateZeros(offsetof<Field>()));
}

export function setType(field: Field, type: NestedType): void {
  field.type = type;
}

/** Adds an entry for the row; answers with its index. */
export function addEntry(field: Field, row: i32, kind: i32): usize {
  const index = field.count;
  if (index == field.entriesMax) growEntries(field);
  field.count = index + 1;
  store<i32>(field.rows + ((<usize>index) << 2), row);
  store<u8>(field.kinds + index, <u8>kind);
  return <usize>index;
}

function growEntries(field: Field): void {
  const before = <usize>field.entriesMax;
  const after = before == 0 ? <usize>startEntries : before * growth;
  field.rows = grow(field.rows, before << 2, after << 2);
  field.kinds = grow(field.kinds, before, after);
  field.starts = grow(field.starts, before << 2, after << 2);
  field.ends = grow(field.ends, before << 2, after << 2);
  field.numbers = grow(field.numbers, before << 3, after << 3);
  field.entriesMax = <i32>after;
}

/** Drops the entry of the row, if there is one: nothing has been added since. */
export function dropEntry(field: Field, row: i32): void {
  const last = field.count - 1;
  if (last < 0 || load<i32>(field.rows + ((<usize>last) << 2)) != row) return;
  field.count = last;
  field.isSpoiled = true;
}

/** Tells whether the leaves of the field's type have something else than the values of the block's entries. */
export function isSpoiled(field: Field): bool {
  return field.isSpoiled;
}

export function countOf(field: Field): i32 {
  return field.count;
}

export function rowsOf(field: Field): usize {
  return field.rows;
}

export function kindsOf(field: Field): usize {
  return field.kinds;
}

export function startsOf(field: Field): usize {
  return field.starts;
}

export function endsOf(field: Field): usize {
  return field.ends;
}

export function numbersOf(field: Field): usize {
  return field.numbers;
}

/** Collects the kinds of the entries, as a bit set. */
export function kindBitsOf(field: Field): i32 {
  let at = field.kinds;
  let left = field.count;
  let found = 0;
  while (left > 0) {
    // mostly all are of one kind
    const kind = load<u8>(at);
    found |= 1 << kind;
    const same = i8x16.splat(kind);
    while (left >= 16 && i8x16.all_true(i8x16.eq(v128.load(at), same))) {
      at += 16;
      left -= 16;
    }
    for (let next = min(left, 16); next > 0; next--, left--) found |= 1 << load<u8>(at++);
  }
  return found;
}

/** Tells whether the entry's kind is among `kindBits`. */
function isAmong(field: Field, entry: usize, kindBits: i32): bool {
  return (kindBits & (1 << (<i32>load<u8>(field.kinds + entry)))) != 0;
}

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

/** Writes the row and the dictionary id of each string whose kind is among `kindBits`; answers with how many there are. */
export function dictionaryIdsOf(field: Field, kindBits: i32, dictionary: Dictionary, rows: usize, ids: usize): i32 {
  if ((kindBitsOf(field) & ~kindBits) == 0) {
    memory.copy(rows, field.rows, (<usize>field.count) << 2);
    return idsOfAll(dictionary, field.starts, field.ends, field.count, ids);
  }
  let count: usize = 0;
  for (let entry: usize = 0; entry < <usize>field.count; entry++) {
    if (!isAmong(field, entry, kindBits)) continue;
    const range = entry << 2;
    const id = idOf(dictionary, load<u32>(field.starts + range), load<u32>(field.ends + range));
    store<i32>(rows + (count << 2), load<i32>(field.rows + range));
    store<i32>(ids + (count << 2), id);
    count++;
  }
  return <i32>count;
}

function idsOfAll(dictionary: Dictionary, starts: usize, ends: usize, count: i32, ids: usize): i32 {
  for (let first = 0; first < count; first += idsTogether) {
    const at = (<usize>first) << 2;
    idsOf(dictionary, starts + at, ends + at, min(count - first, idsTogether), ids + at);
  }
  return count;
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
    copyString(end, start, length);
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
