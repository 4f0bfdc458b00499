import { backslash, closeBrace, colon, comma, copySlack, copyBytes, openBrace, quote } from './bytes';
import { findPaths, levelAt, Path, pathAt } from './left-out-paths';
import { indexBytesMax, writeIndexPart, writePart } from './pointer';
import { markStrings, releaseStrings } from './strings';
import { writeJson, writtenEnd } from './written-json';

/** Two quotes, a colon, and what stands before or behind a member. */
const frameBytes: usize = 5;

/** The JSON Pointer of the values, with no quotes. */
let pointer: usize = 0;
let pointerLength: usize = 0;

/** Sets the JSON Pointer of the values, as it stands in JSON between quotes. */
export function setLeftOutPath(start: usize, length: usize): void {
  pointer = start;
  pointerLength = length;
}

/**
 * Writes for each of the JSON values at `starts[i]` an object of its members from `ranges[2 * i]` to `ranges[2 * i + 1]`, their JSON Pointers as
 * keys: `members` has where each begins and ends, 32 bits each. Where the objects end, counted from `room` on, goes to `writtenEnds`. Answers with
 * how many were written before one that is left to the host, as one without members is.
 */
export function writeLeftOut(
  starts: usize,
  count: i32,
  members: usize,
  ranges: usize,
  room: usize,
  roomEnd: usize,
  writtenEnds: usize,
): i32 {
  let to = room;
  for (let index = 0; index < count; index++) {
    const value = (<usize>index) << 2;
    const range = ranges + ((<usize>index) << 3);
    const first = members + ((<usize>load<i32>(range)) << 3);
    const end = members + ((<usize>load<i32>(range, 4)) << 3);
    const strings = markStrings();
    to = writeMembers(findPaths(<usize>load<i32>(starts + value), first, end), to, roomEnd);
    releaseStrings(strings);
    if (to == 0) return index;
    store<i32>(writtenEnds + value, <i32>(to - room));
  }
  return count;
}

/** Writes the object of the members whose paths were found; answers with its end, 0 when there is none, or the host must write it. */
function writeMembers(count: i32, room: usize, roomEnd: usize): usize {
  if (count == 0) return 0;
  let to = room;
  for (let index = 0; index < count; index++) {
    const path = pathAt(index);
    if (to + keyBytesMax(path) > roomEnd) return 0;
    store<u8>(to, index == 0 ? openBrace : comma);
    to = writeKey(path, to + 1);
    if (to == 0 || writeJson(path.start, to, roomEnd - 1) != path.end) return 0;
    to = writtenEnd;
  }
  store<u8>(to, closeBrace);
  return to + 1;
}

/** Gives the most bytes that the key of a member takes, with what stands around it and the slack of copies. */
function keyBytesMax(path: Path): usize {
  let bytes = frameBytes + pointerLength + copySlack;
  for (let index = 0; index < path.depth; index++) {
    const level = levelAt(path, index);
    bytes += level.index < 0 ? 1 + 2 * (level.end - level.start) : indexBytesMax;
  }
  return bytes;
}

/** Writes the JSON Pointer of the member as a key, with a colon; answers with its end, 0 when a key on the way needs an escape. */
function writeKey(path: Path, room: usize): usize {
  store<u8>(room, quote);
  copyBytes(room + 1, pointer, pointerLength);
  let to = room + 1 + pointerLength;
  for (let index = 0; index < path.depth; index++) {
    const level = levelAt(path, index);
    if (level.index < 0 && needsEscape(level.start, level.end)) return 0;
    to = level.index < 0 ? writePart(level.start, level.end - level.start, to) : writeIndexPart(level.index, to);
  }
  store<u8>(to, quote);
  store<u8>(to, colon, 1);
  return to + 2;
}

function needsEscape(start: usize, end: usize): bool {
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at);
    if (byte < 0x20 || byte == quote || byte == backslash) return true;
  }
  return false;
}
