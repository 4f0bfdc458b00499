import { endOfJson, jsonKind } from './any-json';
import { anyEnd, anyKind, anyNumber, anyStart, endOfAnyScalar, isOfKind, takesSome } from './any-scalar';
import { closeBrace, closeBracket, comma, openBrace, openBracket, quote, skipSpace } from './bytes';
import { Key, keyAt, valueStart } from './keys';
import { addEntry, addNumber, addString } from './leaf';
import { addMissing, addNull, hasOther, NestedType, otherOf } from './nested-type';
import { markStrings, releaseStrings, roomEnd, roomForString, stringEnd, stringStart } from './strings';
import { endOfScalar, mayHoldOther, scalarValue } from './typed-scalar';
import { endOfNull } from './words';
import { writeJson, writtenEnd } from './written-json';
import { kindDeep, typeArray, typeNone, typeString, typeStruct } from '../kinds';

/** Tells whether leaves collect what is read; else it is only looked at. */
let isCollecting: bool = false;

/** Tells whether it is known that what is read is of the type. */
let isSure: bool = false;

/**
 * What is known of the value that `endOfTyped` read: a value of a type that was not inferred has that type; else something in it must tell
 * its type, which null and what is empty do not.
 */
let isKnown: bool = false;
let hasType: bool = false;

/** Tells whether a member has gone to another field than that of its key. */
let metOthers: bool = false;

/** Tells whether a member of the value that was read last has been left out, for the host to rescue. */
export let metRescued: bool = false;

/**
 * Answers with the address one past the JSON at `at` when it is a value of the type, whose members all fit; else with 0. Leaves that collect
 * values may have some of it even then.
 */
export function endOfWhole(type: NestedType, at: usize, isCollected: bool): usize {
  isCollecting = isCollected;
  isSure = false;
  metOthers = false;
  metRescued = false;
  const mark = markStrings();
  const end = endOfTyped(type, at, 0, 0, 0);
  releaseStrings(mark);
  if (end == 0 || !hasType) return 0;
  if (metOthers) type.hasOthers = true;
  if (metRescued) type.hasRescued = true;
  return end;
}

/**
 * Reads a value as `endOfWhole` does. Leaves collect it: `definition` and `repetition` are the levels of what is around the value, `depth`
 * counts the arrays around it.
 */
function endOfTyped(type: NestedType, at: usize, definition: i32, repetition: i32, depth: i32): usize {
  if (type.kind == typeStruct) return endOfStruct(type, at, definition + 1, repetition, depth);
  if (type.kind == typeArray) return endOfArray(type, at, definition + 1, repetition, depth);
  const end = endOfScalar(type, at);
  isKnown = !type.isStrict;
  hasType = true;
  if (end == 0 || !isCollecting) return end;
  const leaf = type.leaf;
  addEntry(leaf, definition + 1, repetition);
  if (type.kind == typeString) addString(leaf, stringStart, stringEnd);
  else addNumber(leaf, scalarValue);
  return end;
}

/** Skips a value of the type, or a null, and the space after it; answers with 0 when it is neither. */
function endOfMember(type: NestedType, at: usize, definition: i32, repetition: i32, depth: i32): usize {
  if (load<u8>(at) == 0x6e) {
    if (isCollecting) addNull(type, definition, repetition);
    return endOfNullMember(at);
  }
  const end = endOfTyped(type, at, definition, repetition, depth);
  return end == 0 ? 0 : skipSpace(end);
}

function endOfNullMember(at: usize): usize {
  isKnown = true;
  hasType = false;
  const end = endOfNull(at);
  return end == 0 ? 0 : skipSpace(end);
}

/** Reads an array; `definition` is the level of an empty one. */
function endOfArray(type: NestedType, start: usize, definition: i32, repetition: i32, depth: i32): usize {
  if (load<u8>(start) != openBracket) return 0;
  let at = skipSpace(start + 1);
  if (load<u8>(at) == closeBracket) {
    if (isCollecting) addNull(type.element, definition, repetition);
    isKnown = !type.isStrict;
    hasType = isKnown;
    return at + 1;
  }
  let areKnown = !type.isStrict;
  let haveType = false;
  let repeated = repetition;
  while (true) {
    at = endOfMember(type.element, at, definition + 1, repeated, depth + 1);
    if (at == 0) return 0;
    areKnown = areKnown && isKnown;
    haveType = haveType || hasType;
    const byte = load<u8>(at);
    if (byte == closeBracket) break;
    if (byte != comma) return 0;
    at = skipSpace(at + 1);
    repeated = depth + 1;
  }
  isKnown = areKnown;
  hasType = areKnown || haveType;
  // elements without any type are kept as JSON
  return type.isStrict && !haveType && !isSure ? 0 : at + 1;
}

/** Reads a struct; `definition` is the level of its fields. */
function endOfStruct(type: NestedType, start: usize, definition: i32, repetition: i32, depth: i32): usize {
  if (load<u8>(start) != openBrace) return 0;
  const struct = ++type.struct;
  let areKnown = !type.isStrict;
  let haveType = false;
  let hasScalar = false;
  let hasSharedNull = false;
  let before = type.keys.start;
  let at = skipSpace(start + 1);
  while (load<u8>(at) != closeBrace) {
    const key = changetype<Key>(keyAt(type.keys, at, before));
    if (changetype<usize>(key) == 0) return 0;
    // of a key that comes twice the last one counts
    if (key.owner == struct) return 0;
    key.owner = struct;
    at = skipSpace(valueStart);
    if (load<u8>(at) == 0x6e) {
      if (key.isShared) hasSharedNull = true;
      at = endOfNullMember(at);
    } else if (key.target == 0) return 0;
    else {
      const byte = load<u8>(at);
      if (byte != openBrace && byte != openBracket) hasScalar = true;
      at = endOfField(type, changetype<NestedType>(key.target), at, definition, repetition, depth);
    }
    if (at == 0) return 0;
    areKnown = areKnown && isKnown;
    haveType = haveType || hasType;
    if (load<u8>(at) == closeBrace) break;
    if (load<u8>(at) != comma) return 0;
    at = skipSpace(at + 1);
    if (load<u8>(at) != quote) return 0;
    before = key;
  }
  // two members of one field that tell no type are no struct of the type
  if (hasSharedNull && !hasScalar && !isSure) return 0;
  if (isCollecting) addMissing(type, struct, definition, repetition);
  isKnown = areKnown;
  hasType = areKnown || haveType;
  return at + 1;
}

/** Reads a member into the field of its key, or into one beside it; or leaves it out, where it has no place. It is not null. */
function endOfField(
  struct: NestedType,
  field: NestedType,
  at: usize,
  definition: i32,
  repetition: i32,
  depth: i32,
): usize {
  const number = struct.struct;
  if (field.owner == number) return struct.isRescued ? endOfSecond(field, at) : 0;
  // what another key of the field had went elsewhere
  if (field.keyOwner == number) return 0;
  field.keyOwner = number;
  if (field.kind != typeNone) {
    const end = endOfOwn(field, at, definition, repetition, depth);
    if (end != 0) {
      field.owner = number;
      return end;
    }
  }
  const first = load<u8>(at);
  if (first != openBrace && first != openBracket) return endOfOther(field, at, number, definition, repetition);
  let end = field.isEmptyRescued ? endOfEmpty(field, at) : 0;
  if (end == 0) end = endOfArrayBeside(field, at, number, definition, repetition, depth);
  return end != 0 ? end : endOfUntyped(field, at, number, definition, repetition);
}

/** Reads a member into the field of its key: where it may go elsewhere, leaves collect it only once it is known to fit, or they would have some of it. */
function endOfOwn(field: NestedType, at: usize, definition: i32, repetition: i32, depth: i32): usize {
  if (isCollecting && field.hasNestedOthers) {
    isCollecting = false;
    const end = endOfMember(field, at, definition, repetition, depth);
    isCollecting = true;
    if (end == 0) return 0;
  }
  return endOfMember(field, at, definition, repetition, depth);
}

/** Leaves out a member whose field has one of another key already, where it would have no other place. */
function endOfSecond(field: NestedType, at: usize): usize {
  const end = endOfAnyScalar(at);
  if (end == 0 || !isOfKind(field.kind, anyKind) || hasOther(field, anyKind)) return 0;
  if (mayHoldOther(field)) return 0;
  hasType = true;
  return endOfRescued(field, end);
}

/** Leaves out an empty array or object. */
function endOfEmpty(field: NestedType, at: usize): usize {
  const close = load<u8>(at) == openBrace ? closeBrace : closeBracket;
  const end = skipSpace(at + 1);
  if (load<u8>(end) != close) return 0;
  hasType = false;
  return endOfRescued(field, end + 1);
}

function endOfRescued(field: NestedType, end: usize): usize {
  isKnown = false;
  field.hasRescued = true;
  metRescued = true;
  return skipSpace(end);
}

/** Reads a member that the field of its key does not take into the one beside it for its kind; answers with 0 when there is none. */
function endOfOther(field: NestedType, at: usize, struct: i32, definition: i32, repetition: i32): usize {
  if (field.others == 0) return 0;
  const end = endOfAnyScalar(at);
  if (end == 0 || takesSome(field.kind, anyKind)) return 0;
  if (!hasOther(field, anyKind)) return 0;
  const other = otherOf(field, anyKind);
  if (!goesTo(other, struct)) return 0;
  if (isCollecting) {
    addEntry(other.leaf, definition + 1, repetition);
    if (other.kind == typeString) addString(other.leaf, anyStart, anyEnd);
    else addNumber(other.leaf, anyNumber);
  }
  return skipSpace(end);
}

/** Reads an array that the field of its key does not take into the one beside it for its type; answers with 0 when there is none. */
function endOfArrayBeside(
  field: NestedType,
  at: usize,
  struct: i32,
  definition: i32,
  repetition: i32,
  depth: i32,
): usize {
  for (let other = field.firstArray; changetype<usize>(other) != 0; other = other.nextArray) {
    const isCollected = isCollecting;
    isCollecting = false;
    const end = endOfArray(other, at, definition + 1, repetition, depth);
    isCollecting = isCollected;
    if (end == 0 || !hasType) continue;
    if (isCollected) endOfArray(other, at, definition + 1, repetition, depth);
    return goesTo(other, struct) ? skipSpace(end) : 0;
  }
  return 0;
}

/** Reads an array or object that has no type into the field beside that takes such as JSON text; answers with 0 when there is none, or it may have a type. */
function endOfUntyped(field: NestedType, at: usize, struct: i32, definition: i32, repetition: i32): usize {
  if (field.others == 0 || endOfJson(at) == 0) return 0;
  const kind = hasOther(field, kindDeep) ? kindDeep : jsonKind;
  if (!hasOther(field, kind)) return 0;
  const text = roomForString();
  const end = writeJson(at, text, roomEnd());
  if (end == 0) return 0;
  const other = otherOf(field, kind);
  if (!goesTo(other, struct)) return 0;
  if (isCollecting) {
    addEntry(other.leaf, definition + 1, repetition);
    addString(other.leaf, text, writtenEnd);
  }
  return skipSpace(end);
}

/** Notes that a member goes to a field beside that of its key; answers with false when that one has a member already. */
function goesTo(other: NestedType, struct: i32): bool {
  if (other.owner == struct) return false;
  other.owner = struct;
  metOthers = true;
  isKnown = false;
  hasType = true;
  return true;
}

/** Reads a value that is known to be of the type into its leaves; answers with its end, 0 when it is not, as far as the keys of its structs are known. */
export function endOfSure(type: NestedType, at: usize): usize {
  isCollecting = true;
  isSure = true;
  const mark = markStrings();
  const end = endOfTyped(type, at, 0, 0, 0);
  releaseStrings(mark);
  return end;
}
