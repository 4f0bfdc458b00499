import {
  backslash,
  closeBrace,
  closeBracket,
  colon,
  comma,
  copySlack,
  copyBytes,
  openBrace,
  openBracket,
  quote,
} from './bytes';
import { endOfKey } from './keys';
import { indexBytesMax, writeIndexPart, writePart } from './pointer';
import { indexOf, writeJson, writtenEnd } from './written-json';

/** Deeper members are left to the host. */
const depthMax: i32 = 100;
/** Arrays and objects around a member: the index of the element, -1 in an object; where the key begins and ends. */
const levels = memory.data(depthMax * 12);
/** Two quotes, a colon, and what stands before or behind a member. */
const frameBytes: usize = 5;

/** How far a value has been read, what is open there, and whether a key comes next. */
let at: usize = 0;
let depth: i32 = 0;
let isKeyNext: bool = false;

/** The JSON Pointer of the values, with no quotes. */
let path: usize = 0;
let pathLength: usize = 0;

/** Sets the JSON Pointer of the values, as it stands in JSON between quotes. */
export function setLeftOutPath(start: usize, length: usize): void {
  path = start;
  pathLength = length;
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
    if (first == end) return index;
    to = writeMembers(<usize>load<i32>(starts + value), first, end, to, roomEnd);
    if (to == 0) return index;
    store<i32>(writtenEnds + value, <i32>(to - room));
  }
  return count;
}

function writeMembers(start: usize, first: usize, membersEnd: usize, room: usize, roomEnd: usize): usize {
  at = start;
  depth = 0;
  isKeyNext = false;
  let to = room;
  for (let member = first; member < membersEnd; member += 8) {
    const value = <usize>load<u32>(member);
    if (!readTo(value) || to + keyBytesMax() > roomEnd) return 0;
    store<u8>(to, member == first ? openBrace : comma);
    to = writeKey(to + 1);
    if (to == 0 || writeJson(value, to, roomEnd - 1) != <usize>load<u32>(member, 4)) return 0;
    to = writtenEnd;
  }
  store<u8>(to, closeBrace);
  return to + 1;
}

/** Reads the value up to `target`, noting the keys and indexes that lead there; answers with false where the host may have the members in another order. */
function readTo(target: usize): bool {
  while (at < target) {
    const byte = load<u8>(at);
    if (byte == quote) {
      const end = endOfKey(at + 1);
      if (end == 0 || (isKeyNext && !noteKey(at + 1, end))) return false;
      at = end + 1;
      continue;
    }
    if (byte == openBrace || byte == openBracket) {
      if (depth == depthMax) return false;
      store<i32>(levels + <usize>depth * 12, byte == openBrace ? -1 : 0);
      depth++;
    } else if (byte == closeBrace || byte == closeBracket) depth--;
    else if (byte == comma && !isInObject()) countElement();
    if (byte == openBrace || byte == comma) isKeyNext = isInObject();
    else if (byte == colon || byte == openBracket) isKeyNext = false;
    at++;
  }
  return true;
}

/** Tells whether the innermost bracket that is open is that of an object. */
function isInObject(): bool {
  return load<i32>(levels + <usize>(depth - 1) * 12) < 0;
}

function countElement(): void {
  const level = levels + <usize>(depth - 1) * 12;
  store<i32>(level, load<i32>(level) + 1);
}

/** Notes a key; answers with false for one that is an integer, which JavaScript puts before others. */
function noteKey(start: usize, end: usize): bool {
  const level = levels + <usize>(depth - 1) * 12;
  store<u32>(level, <u32>start, 4);
  store<u32>(level, <u32>end, 8);
  return indexOf(start, end) < 0;
}

/** Gives the most bytes that the key of a member takes, with what stands around it and the slack of copies. */
function keyBytesMax(): usize {
  let bytes = frameBytes + pathLength + copySlack;
  for (let level = levels; level < levels + <usize>depth * 12; level += 12)
    bytes += load<i32>(level) < 0 ? 1 + 2 * <usize>(load<u32>(level, 8) - load<u32>(level, 4)) : indexBytesMax;
  return bytes;
}

/** Writes the JSON Pointer of the member as a key, with a colon; answers with its end, 0 when a key on the way has escapes. */
function writeKey(room: usize): usize {
  store<u8>(room, quote);
  copyBytes(room + 1, path, pathLength);
  let to = room + 1 + pathLength;
  for (let level = levels; level < levels + <usize>depth * 12; level += 12) {
    const index = load<i32>(level);
    const start = <usize>load<u32>(level, 4);
    const end = <usize>load<u32>(level, 8);
    if (index < 0 && hasEscape(start, end)) return 0;
    to = index < 0 ? writePart(start, end - start, to) : writeIndexPart(index, to);
  }
  store<u8>(to, quote);
  store<u8>(to, colon, 1);
  return to + 2;
}

function hasEscape(start: usize, end: usize): bool {
  for (let from = start; from < end; from++) if (load<u8>(from) == backslash) return true;
  return false;
}
