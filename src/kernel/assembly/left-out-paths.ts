import { closeBrace, closeBracket, colon, comma, openBrace, openBracket, quote } from './bytes';
import { leftOutMax } from '../kinds';
import { endOfString, stringEnd, stringStart } from './strings';
import { indexEnd, indexOf } from './open-keys';

/** An array or object around a member, and where in it the member is. */
@unmanaged
export class Level {
  /** The index of the element, -1 in an object. */
  index: i32;
  /** The key, without its quotes and escapes. */
  start: usize;
  end: usize;
}

/** A member that was left out of a value. */
@unmanaged
export class Path {
  /** Where the member's own value begins and ends. */
  start: usize;
  end: usize;
  /** The first of the levels that lead to it, and how many they are. */
  levels: usize;
  depth: i32;
}

const levelBytes: usize = 12;
const pathBytes: usize = 16;
/** Deeper members are left to the host. */
const depthMax: i32 = 100;
/** Levels of all members of a value for which there is room. */
const levelsMax: i32 = 4096;

/** What is open where a value has been read to. */
const open = memory.data(depthMax * <i32>levelBytes);
const levels = memory.data(levelsMax * <i32>levelBytes);
const paths = memory.data(leftOutMax * <i32>pathBytes);
/** The path that is being moved. */
const moved = memory.data(<i32>pathBytes);
let levelCount: i32 = 0;
let pathCount: i32 = 0;

/** How far the value has been read, how much is open there, whether a key comes next, and whether one was an integer. */
let at: usize = 0;
let depth: i32 = 0;
let isKeyNext: bool = false;
let metInteger: bool = false;

/**
 * Finds the paths of the members `[first, membersEnd)` of the JSON value at `start`, in the order in which JavaScript has them: each member is
 * told by where it begins and ends, 32 bits each. Answers with how many they are, 0 when they are left to the host. Keys may be in the room for
 * strings without escapes.
 */
export function findPaths(start: usize, first: usize, membersEnd: usize): i32 {
  at = start;
  depth = 0;
  isKeyNext = false;
  metInteger = false;
  levelCount = 0;
  pathCount = 0;
  for (let member = first; member < membersEnd; member += 8) {
    const value = <usize>load<u32>(member);
    if (!readTo(value) || levelCount + depth > levelsMax) return 0;
    keepPath(value, <usize>load<u32>(member, 4));
  }
  if (metInteger) sortPaths();
  return pathCount;
}

/** Gives the path of that index. */
export function pathAt(index: i32): Path {
  return changetype<Path>(paths + <usize>index * pathBytes);
}

/** Gives the level of that index on the path. */
export function levelAt(path: Path, index: i32): Level {
  return changetype<Level>(path.levels + <usize>index * levelBytes);
}

function keepPath(start: usize, end: usize): void {
  const path = pathAt(pathCount++);
  path.start = start;
  path.end = end;
  path.levels = levels + <usize>levelCount * levelBytes;
  path.depth = depth;
  memory.copy(path.levels, open, <usize>depth * levelBytes);
  levelCount += depth;
}

/** Reads the value up to `target`, noting the keys and indexes that lead there; answers with false where the host must read it. */
function readTo(target: usize): bool {
  while (at < target) {
    const byte = load<u8>(at);
    if (byte == quote) {
      const end = endOfString(at);
      if (end == 0) return false;
      if (isKeyNext) noteKey(stringStart, stringEnd);
      at = end;
      continue;
    }
    if (byte == openBrace || byte == openBracket) {
      if (depth == depthMax) return false;
      depth++;
      innermost().index = byte == openBrace ? -1 : 0;
    } else if (byte == closeBrace || byte == closeBracket) depth--;
    else if (byte == comma && innermost().index >= 0) innermost().index++;
    if (byte == openBrace || byte == comma) isKeyNext = innermost().index < 0;
    else if (byte == colon || byte == openBracket) isKeyNext = false;
    at++;
  }
  return true;
}

/** The innermost array or object that is open. */
function innermost(): Level {
  return changetype<Level>(open + <usize>(depth - 1) * levelBytes);
}

function noteKey(start: usize, end: usize): void {
  const level = innermost();
  level.start = start;
  level.end = end;
  if (indexOf(start, end) >= 0) metInteger = true;
}

/** Sorts the paths, which are in the order of the record, into that of JavaScript. */
function sortPaths(): void {
  for (let index = 1; index < pathCount; index++) {
    memory.copy(moved, changetype<usize>(pathAt(index)), pathBytes);
    let place = 0;
    for (let end = index; place < end;) {
      const middle = (place + end) >> 1;
      if (isMovedBefore(pathAt(middle))) end = middle;
      else place = middle + 1;
    }
    const to = changetype<usize>(pathAt(place));
    memory.copy(to + pathBytes, to, <usize>(index - place) * pathBytes);
    memory.copy(to, moved, pathBytes);
  }
}

/** Tells whether the moved path comes before another one that is before it in the record. */
function isMovedBefore(other: Path): bool {
  const path = changetype<Path>(moved);
  for (let index = 0; index < min(path.depth, other.depth); index++) {
    const level = levelAt(path, index);
    const otherLevel = levelAt(other, index);
    if (level.index != otherLevel.index) return false;
    if (level.index < 0 && level.start != otherLevel.start) return orderOf(level) < orderOf(otherLevel);
  }
  return false;
}

/** JavaScript has keys that are integers in their order, before all others. */
function orderOf(level: Level): i64 {
  const index = indexOf(level.start, level.end);
  return index < 0 ? <i64>indexEnd : index;
}
