import { closeBrace, closeBracket, comma, openBrace, openBracket, quote, skipSpace } from './bytes';
import { addLeafEntry, addNull, beginStruct } from './collected';
import { endOfFieldless, endOfUnknown, forgetFieldless, fieldlessNoted } from './full-structs';
import { Key, keyAt, valueStart } from './keys';
import { addLong, addNumber, addString } from './leaf';
import { forgetLeftOut } from './left-out';
import { endOfMap } from './map-values';
import { NestedType } from './nested-type';
import { longValue } from './number';
import { nextPass, Reading } from './reading';
import { markStrings, releaseStrings, stringEnd, stringStart } from './strings';
import { endOfField } from './struct-members';
import { endOfScalar, isLong, scalarValue } from './typed-scalar';
import { endOfNull, firstOfNull } from './words';
import {
  elementLeavesMax,
  membersMax,
  typeArray,
  typeFraction,
  typeInteger,
  typeMap,
  typeString,
  typeStruct,
} from '../kinds';

/**
 * Answers with the address one past the JSON at `at` when it is a value of the type, whose members all fit; else with 0. Leaves that collect
 * values may have some of it even then.
 */
export function endOfWhole(type: NestedType, at: usize, isCollected: bool): usize {
  Reading.isCollecting = isCollected;
  Reading.isSure = false;
  Reading.metOthers = false;
  Reading.metRescued = false;
  Reading.pass = nextPass();
  forgetLeftOut(0);
  forgetFieldless(0);
  const mark = markStrings();
  const end = endOfTyped(type, at, 0, 0, 0);
  releaseStrings(mark);
  if (end == 0 || !Reading.hasType) return 0;
  if (Reading.metOthers) type.hasOthers = true;
  if (Reading.metRescued) type.hasRescued = true;
  return end;
}

/**
 * Reads a value as `endOfWhole` does. Leaves collect it: `definition` and `repetition` are the levels of what is around the value, `depth`
 * counts the arrays around it.
 */
export function endOfTyped(type: NestedType, at: usize, definition: i32, repetition: i32, depth: i32): usize {
  if (type.kind == typeStruct) return endOfStruct(type, at, definition + 1, repetition, depth);
  if (type.kind == typeArray) return endOfArray(type, at, definition + 1, repetition, depth);
  if (type.kind == typeMap) return endOfMap(type, at, definition + 1, repetition, depth);
  const end = endOfScalar(type, at);
  Reading.isKnown = !type.isStrict;
  Reading.hasType = true;
  if (end == 0 || !Reading.isCollecting) return end;
  const leaf = type.leaf;
  addLeafEntry(type, definition + 1, repetition);
  if (type.kind == typeString) addString(leaf, stringStart, stringEnd);
  else if (type.kind == typeInteger && isLong) addLong(leaf, longValue);
  else addNumber(leaf, scalarValue);
  return end;
}

/** Skips a value of the type, or a null, and the space after it; answers with 0 when it is neither. */
export function endOfMember(type: NestedType, at: usize, definition: i32, repetition: i32, depth: i32): usize {
  if (load<u8>(at) == firstOfNull) {
    if (Reading.isCollecting) addNull(type, definition, repetition);
    return endOfNullMember(at);
  }
  const end = endOfTyped(type, at, definition, repetition, depth);
  return end == 0 ? 0 : skipSpace(end);
}

function endOfNullMember(at: usize): usize {
  Reading.isKnown = true;
  Reading.hasType = false;
  const end = endOfNull(at);
  return end == 0 ? 0 : skipSpace(end);
}

/** Reads an array; `definition` is the level of an empty one. */
function endOfArray(type: NestedType, start: usize, definition: i32, repetition: i32, depth: i32): usize {
  if (load<u8>(start) != openBracket) return 0;
  let at = skipSpace(start + 1);
  if (load<u8>(at) == closeBracket) {
    if (Reading.isCollecting) addNull(type.element, definition, repetition);
    Reading.isKnown = !type.isStrict;
    Reading.hasType = Reading.isKnown;
    return at + 1;
  }
  if (depth == 0) beginArray();
  const mayTakeOthers = type.element.isStrict && (type.element.kind == typeString || type.element.kind == typeFraction);
  if (!type.isElement) beginElements();
  let areKnown = !type.isStrict;
  let haveType = false;
  let repeated = repetition;
  while (true) {
    at = endOfMember(type.element, at, definition + 1, repeated, depth + 1);
    if (at == 0) return 0;
    areKnown = areKnown && Reading.isKnown;
    haveType = haveType || Reading.hasType;
    if (mayTakeOthers && Reading.hasType) {
      if (Reading.isOther) Reading.hasOtherElements = true;
      else Reading.hasOwnElements = true;
    }
    const byte = load<u8>(at);
    if (byte == closeBracket) break;
    if (byte != comma) return 0;
    at = skipSpace(at + 1);
    repeated = depth + 1;
  }
  if (!type.isElement && !haveOwnType()) return 0;
  // by itself it may be JSON text
  const mayBeHeavy = depth == 0 && Reading.metLeftOutOfFull && Reading.leavesMet > elementLeavesMax;
  if (mayBeHeavy && !isSureWhole(definition)) return 0;
  Reading.isKnown = areKnown;
  Reading.hasType = areKnown || haveType;
  // elements without any type are kept as JSON, unless arrays beside this one tell it
  const isUntyped = type.isStrict && !haveType && !type.isElement;
  return isUntyped && !Reading.isSure ? 0 : at + 1;
}

/** Tells whether a value is known to be of the type: it is no member of another one. `definition`: the level of what is in it. */
function isSureWhole(definition: i32): bool {
  return Reading.isSure && definition == 1;
}

function beginElements(): void {
  Reading.hasOwnElements = false;
  Reading.hasOtherElements = false;
}

/** Tells whether the elements that were read have the type of their array: nothing but times or integers are an array of these. */
function haveOwnType(): bool {
  const areOthers = Reading.hasOtherElements && !Reading.hasOwnElements;
  beginElements();
  return !areOthers || Reading.isLenient || Reading.isSure;
}

/** Begins with an array that is in no other one. */
function beginArray(): void {
  Reading.array++;
  Reading.leavesMet = 0;
  Reading.metLeftOutOfFull = false;
}

/** Reads a struct; `definition` is the level of its fields. */
function endOfStruct(type: NestedType, start: usize, definition: i32, repetition: i32, depth: i32): usize {
  if (load<u8>(start) != openBrace) return 0;
  const object = ++type.objectCount;
  if (Reading.isCollecting) beginStruct(type, definition, repetition);
  let areKnown = !type.isStrict;
  let haveType = false;
  let hasScalar = false;
  let hasSharedNull = false;
  let before = type.keys.start;
  let members = 0;
  const noted = fieldlessNoted();
  let at = skipSpace(start + 1);
  while (load<u8>(at) != closeBrace) {
    const key = changetype<Key>(keyAt(type.keys, at, before));
    members++;
    if (changetype<usize>(key) == 0) at = type.isFull ? endOfUnknown(type, noted) : 0;
    else {
      // of a key that comes twice the last one counts
      if (key.first.owner == object) return 0;
      key.first.owner = object;
      before = key;
      at = skipSpace(valueStart);
      if (load<u8>(at) == firstOfNull) {
        if (key.first.isShared) hasSharedNull = true;
        at = endOfNullMember(at);
      } else if (key.target == 0) at = type.isFull ? endOfFieldless(type, key, noted) : 0;
      else {
        const byte = load<u8>(at);
        if (byte != openBrace && byte != openBracket) hasScalar = true;
        at = endOfField(type, changetype<NestedType>(key.target), at, definition, repetition, depth);
      }
    }
    if (at == 0) return 0;
    areKnown = areKnown && Reading.isKnown;
    haveType = haveType || Reading.hasType;
    if (load<u8>(at) == closeBrace) break;
    if (load<u8>(at) != comma) return 0;
    at = skipSpace(at + 1);
    if (load<u8>(at) != quote) return 0;
  }
  if (type.isFull) {
    // so many are JSON text
    if (members > membersMax && !isSureWhole(definition)) return 0;
    forgetFieldless(noted);
  }
  // two members of one field that tell no type are no struct of the type
  if (hasSharedNull && !hasScalar && !Reading.isSure) return 0;
  Reading.isKnown = areKnown;
  Reading.hasType = areKnown || haveType;
  return at + 1;
}

/** Reads a value that is known to be of the type into its leaves; answers with its end, 0 when it is not, as far as the keys of its structs are known. */
export function endOfSure(type: NestedType, at: usize): usize {
  Reading.isCollecting = true;
  Reading.isSure = true;
  forgetFieldless(0);
  const mark = markStrings();
  const end = endOfTyped(type, at, 0, 0, 0);
  releaseStrings(mark);
  return end;
}
