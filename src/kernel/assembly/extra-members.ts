import { allocate, allocateZeros, grow } from './arena';
import { endOfJson } from './any-json';
import { closeBrace, colon, comma, copySlack, copyBytes, openBrace, quote } from './bytes';
import { addKey, Key, KeyTable } from './keys';
import { writePart } from './pointer';
import { writeJson, writtenEnd } from './written-json';

/**
 * Members of records whose fields can have no column, as text: a JSON object for each row that has any, one behind the other, whose keys are
 * the members' JSON Pointers.
 */
@unmanaged
export class ExtraMembers {
  count: i32;
  /** Room in `members`. */
  max: i32;
  /** An `ExtraMember` for each. */
  members: usize;
  /** The text, one past it, and one past its room; 0 as long as there is no key of such members. */
  text: usize;
  textEnd: usize;
  roomEnd: usize;
}

/** A member in the window and as text; `KernelExtras` of the host reads its numbers in this order. */
@unmanaged
class ExtraMember {
  row: i32;
  /** Where its value begins in the window. */
  start: usize;
  /** Its text: pointer, colon and value, without the value where the host must write that. */
  text: usize;
  textEnd: usize;
  /** The value in the window that the host must write; 0 where there is none. */
  rawStart: usize;
  rawEnd: usize;
}

const memberBytes: usize = offsetof<ExtraMember>();
const startMembers: i32 = 1024;
/** Two quotes, a slash and a colon of a pointer. */
const frameBytes: usize = 4;
/** What stands between members, and the end of an object. */
const markBytes: usize = 2;

export function createExtras(): ExtraMembers {
  return changetype<ExtraMembers>(allocateZeros(offsetof<ExtraMembers>()));
}

/** Makes a key known, without escapes, whose members are extra ones; `roomBytes`: room for the text of a window's members. */
export function addExtraKey(keys: KeyTable, extras: ExtraMembers, name: usize, length: usize, roomBytes: usize): void {
  if (extras.text == 0) {
    extras.text = allocate(roomBytes);
    extras.roomEnd = extras.text + roomBytes;
    extras.max = startMembers;
    extras.members = allocate(<usize>startMembers * memberBytes);
    emptyExtras(extras);
  }
  const pointer = allocate(frameBytes + length * 2 + copySlack);
  const end = writePointer(name, length, pointer);
  const key = addKey(keys, name, length, 0);
  key.pointer = pointer;
  key.pointerLength = end - pointer;
}

/** Writes the JSON Pointer of a top-level field as the key of a member, with a colon; answers with its end. */
function writePointer(name: usize, length: usize, to: usize): usize {
  store<u8>(to, quote);
  const end = writePart(name, length, to + 1);
  store<u8>(end, quote);
  store<u8>(end, colon, 1);
  return end + 2;
}

/** Adds the member of the key whose value, which is not null, begins at `at`; answers with the end of the value, 0 when it is no JSON or there is no room. */
export function addExtra(extras: ExtraMembers, row: i32, key: Key, at: usize): usize {
  if (extras.count == extras.max) growMembers(extras);
  const start = extras.textEnd;
  const value = start + 1 + key.pointerLength;
  if (value + markBytes + copySlack > extras.roomEnd) return 0;
  store<u8>(start, hasMembers(extras, row) ? comma : openBrace);
  copyBytes(start + 1, key.pointer, key.pointerLength);
  const written = writeJson(at, value, extras.roomEnd - markBytes);
  const end = written == 0 ? endOfJson(at) : written;
  if (end == 0) return 0;
  extras.textEnd = written == 0 ? value : writtenEnd;
  const member = memberAt(extras, extras.count++);
  member.row = row;
  member.start = at;
  member.text = start + 1;
  member.textEnd = extras.textEnd;
  member.rawStart = written == 0 ? at : 0;
  member.rawEnd = written == 0 ? end : 0;
  return end;
}

/** Ends the object of a row that has been read, if it has one. */
export function endExtras(extras: ExtraMembers, row: i32): void {
  if (hasMembers(extras, row)) store<u8>(extras.textEnd++, closeBrace);
}

/** Drops the members of the row that was read last. */
export function dropExtras(extras: ExtraMembers, row: i32): void {
  while (hasMembers(extras, row)) {
    extras.count--;
    extras.textEnd = memberAt(extras, extras.count).text - 1;
  }
}

/**
 * Finds the objects of the rows from the member `first` on, up to one of which the host must write some. Writes the row of each, and where it ends
 * behind the start of the first one. Answers with how many they are.
 */
export function findExtraObjects(extras: ExtraMembers, first: i32, rows: usize, ends: usize): i32 {
  const start = first < extras.count ? memberAt(extras, first).text - 1 : 0;
  let count = 0;
  let index = first;
  while (index < extras.count) {
    const row = memberAt(extras, index).row;
    let end: usize = 0;
    for (; index < extras.count && memberAt(extras, index).row == row; index++) {
      const member = memberAt(extras, index);
      if (member.rawStart != 0) return count;
      end = member.textEnd;
    }
    const object = (<usize>count) << 2;
    count++;
    store<i32>(rows + object, row);
    store<i32>(ends + object, <i32>(end + 1 - start));
    foundMembers = index;
  }
  return count;
}

/** The index behind the members of the objects that `findExtraObjects` found last, if it found any. */
export let foundMembers: i32 = 0;

export function extraCountOf(extras: ExtraMembers): i32 {
  return extras.count;
}

export function extraMembersOf(extras: ExtraMembers): usize {
  return extras.members;
}

export function emptyExtras(extras: ExtraMembers): void {
  extras.count = 0;
  extras.textEnd = extras.text;
}

function hasMembers(extras: ExtraMembers, row: i32): bool {
  return extras.count > 0 && memberAt(extras, extras.count - 1).row == row;
}

function memberAt(extras: ExtraMembers, index: i32): ExtraMember {
  return changetype<ExtraMember>(extras.members + <usize>index * memberBytes);
}

function growMembers(extras: ExtraMembers): void {
  const bytes = <usize>extras.max * memberBytes;
  extras.members = grow(extras.members, bytes, bytes * 4);
  extras.max *= 4;
}
