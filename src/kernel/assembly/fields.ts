import { allocate, allocateZeros, grow } from './arena';
import { idOf, idsOf, idsTogether, Dictionary } from './dictionary';
import { createLeftOut, keepNoted, leftOutNoted, LeftOut } from './left-out';
import { NestedType } from './nested-type';
import { kindTime } from '../kinds';
import { spellingOf } from './time-spelling';

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
  /** Ends of the ranges; of a string that is detached its dictionary id, of such a time how it is written. */
  ends: usize;
  /** Values of numbers, times in milliseconds, dates in days; of a string the address where it begins in the window; of an array or struct of its type what `keepLeftOut` tells. Of `kindLong` the integer's 64 bits. */
  numbers: usize;
  /** The first of the types of the field's arrays and structs, or 0. */
  type: NestedType;
  /** Its integers are of a kind of their own. */
  keepsIntegers: bool;
  /** Its integers of 64 bits that no double holds are of a kind of their own. */
  keepsLongs: bool;
  leftOut: LeftOut;
  /** On how many levels an object may be empty to be of `kindEmptyStruct`; it has met one. */
  emptyLevels: i32;
  meetsEmpty: bool;
  /** On how many levels an array may tell no type to be JSON text, as one whose elements have several types is. */
  untypedLevels: i32;
  /** The type's leaves do not have just the values of the block's entries. */
  isSpoiled: bool;
  /** Entries that need nothing of the window any more. */
  detachedCount: i32;
  /** Entries behind these that `hideAttached` has hidden. */
  hiddenCount: i32;
  /** Kinds of entries that can be detached, as a bit set. */
  detachableKinds: i32;
  /** Those of them that are strings, and the dictionary that gives them ids. */
  stringKinds: i32;
  dictionary: Dictionary;
  /** Bits that what `spellingOf` says of the block's times has in any of them, and in all: the same where all are written alike. */
  anySpelling: i32;
  everySpelling: i32;
}

const startEntries: i32 = 16;
const growth: i32 = 4;

export function createField(): Field {
  const field = changetype<Field>(allocateZeros(offsetof<Field>()));
  field.everySpelling = -1;
  return field;
}

/** Lets integers that are read from now on be of a kind of their own. */
export function keepIntegers(field: Field): void {
  field.keepsIntegers = true;
}

/** Lets integers of 64 bits that no double holds, which are read from now on, be of a kind of their own. */
export function keepLongs(field: Field): void {
  field.keepsLongs = true;
}

/** Says which kinds of entries can stay when the window is loaded anew, and which of these are strings of the dictionary. */
export function setDetachable(field: Field, detachableKinds: i32, stringKinds: i32, dictionary: Dictionary): void {
  field.detachableKinds = detachableKinds;
  field.stringKinds = stringKinds;
  field.dictionary = dictionary;
}

export function detachedCountOf(field: Field): i32 {
  return field.detachedCount;
}

/** Hides the entries behind the detached ones until `dropDetached`. */
export function hideAttached(field: Field): void {
  field.hiddenCount = field.count - field.detachedCount;
  field.count = field.detachedCount;
}

/** Drops the detached entries; those that were hidden take their place. */
export function dropDetached(field: Field): void {
  const from = <usize>field.detachedCount;
  const count = <usize>field.hiddenCount;
  memory.copy(field.rows, field.rows + (from << 2), count << 2);
  memory.copy(field.kinds, field.kinds + from, count);
  memory.copy(field.starts, field.starts + (from << 2), count << 2);
  memory.copy(field.ends, field.ends + (from << 2), count << 2);
  memory.copy(field.numbers, field.numbers + (from << 3), count << 3);
  field.count = field.hiddenCount;
  field.detachedCount = 0;
  field.hiddenCount = 0;
}

/** Detaches all entries from the window: their strings get ids, and how their times are written is noted. Answers with false, and changes nothing, when one of them still needs the window. */
export function detach(field: Field): bool {
  const first = field.detachedCount;
  const kindBits = kindBitsFrom(field, first);
  if (field.isSpoiled || field.detachableKinds == 0 || (kindBits & ~field.detachableKinds) != 0) return false;
  const strings = kindBits & field.stringKinds;
  if (strings != 0 && field.dictionary.isClosed) return false;
  field.detachedCount = field.count;
  if ((kindBits & ~strings & (1 << kindTime)) != 0) detachTimes(field, first);
  if (strings == 0) return true;
  if (strings == kindBits) {
    idsOfAll(field, field.dictionary, first, field.ends + ((<usize>first) << 2));
    return true;
  }
  for (let entry = <usize>first; entry < <usize>field.count; entry++) {
    if (!isAmong(field, entry, strings)) continue;
    const range = entry << 2;
    const id = idOf(field.dictionary, load<u32>(field.starts + range), load<u32>(field.ends + range));
    store<i32>(field.ends + range, id);
  }
  return true;
}

function detachTimes(field: Field, first: i32): void {
  for (let entry = <usize>first; entry < <usize>field.count; entry++) {
    if (!isAmong(field, entry, 1 << kindTime)) continue;
    const range = entry << 2;
    store<i32>(field.ends + range, spellingAt(field, range));
  }
}

/** Tells how a time that is not detached is written; `range`: where its range is. */
export function spellingAt(field: Field, range: usize): i32 {
  if (field.anySpelling == field.everySpelling) return field.anySpelling;
  return spellingOf(load<u32>(field.starts + range), load<u32>(field.ends + range));
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
  return kindBitsFrom(field, 0);
}

/** Collects the kinds of the entries from `first` on. */
function kindBitsFrom(field: Field, first: i32): i32 {
  let at = field.kinds + <usize>first;
  let left = field.count - first;
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
export function isAmong(field: Field, entry: usize, kindBits: i32): bool {
  return (kindBits & (1 << (<i32>load<u8>(field.kinds + entry)))) != 0;
}

/** Writes the dictionary ids of all entries from `first` on, which are strings. */
export function idsOfAll(field: Field, dictionary: Dictionary, first: i32, ids: usize): void {
  let to = ids;
  for (let entry = first; entry < field.count; entry += idsTogether, to += (<usize>idsTogether) << 2) {
    const range = (<usize>entry) << 2;
    idsOf(dictionary, field.starts + range, field.ends + range, min(field.count - entry, idsTogether), to);
  }
}

/** Keeps for the host which members were left out of the field's value that has been read; answers as `keepNoted` does, with 0 for none. */
export function keepLeftOut(field: Field): f64 {
  if (leftOutNoted() == 0) return 0;
  if (changetype<usize>(field.leftOut) == 0) field.leftOut = createLeftOut();
  return keepNoted(field.leftOut);
}

/** Answers with where the kept members begin and end, two numbers of 32 bits each. */
export function leftOutOf(field: Field): usize {
  return changetype<usize>(field.leftOut) == 0 ? 0 : field.leftOut.members;
}
