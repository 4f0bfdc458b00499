import { closeBrace, closeBracket, comma, openBrace, openBracket, quote, skipSpace } from './bytes';
import { Key, keyAt, valueStart } from './keys';
import { addLeafEntry, addNull, beginStruct } from './collected';
import { addNumber, addString } from './leaf';
import { forgetLeftOut, leftOutNoted } from './left-out';
import { hasOnlyEmpties } from './empty-values';
import { endOfMap } from './map-values';
import { hasOther, NestedType, isOfMaps } from './nested-type';
import { endOfEmpty, endOfOther, endOfSecond, endOfUntyped, goesTo } from './odd-members';
import { Reading } from './reading';
import { markStrings, releaseStrings, stringEnd, stringStart } from './strings';
import { endOfScalar, scalarValue } from './typed-scalar';
import { endOfNull, firstOfNull } from './words';
import { kindMixedArray, typeArray, typeNone, typeString, typeStruct, typeMap } from '../kinds';

/** Passes over values so far. */
let passes: i32 = 0;

/**
 * Answers with the address one past the JSON at `at` when it is a value of the type, whose members all fit; else with 0. Leaves that collect
 * values may have some of it even then.
 */
export function endOfWhole(type: NestedType, at: usize, isCollected: bool): usize {
  Reading.isCollecting = isCollected;
  Reading.isSure = false;
  Reading.metOthers = false;
  Reading.metRescued = false;
  Reading.pass = ++passes;
  forgetLeftOut(0);
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
function endOfTyped(type: NestedType, at: usize, definition: i32, repetition: i32, depth: i32): usize {
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
  let areKnown = !type.isStrict;
  let haveType = false;
  let repeated = repetition;
  while (true) {
    at = endOfMember(type.element, at, definition + 1, repeated, depth + 1);
    if (at == 0) return 0;
    areKnown = areKnown && Reading.isKnown;
    haveType = haveType || Reading.hasType;
    const byte = load<u8>(at);
    if (byte == closeBracket) break;
    if (byte != comma) return 0;
    at = skipSpace(at + 1);
    repeated = depth + 1;
  }
  Reading.isKnown = areKnown;
  Reading.hasType = areKnown || haveType;
  // elements without any type are kept as JSON
  return type.isStrict && !haveType && !Reading.isSure ? 0 : at + 1;
}

/** Reads a struct; `definition` is the level of its fields. */
function endOfStruct(type: NestedType, start: usize, definition: i32, repetition: i32, depth: i32): usize {
  if (load<u8>(start) != openBrace) return 0;
  const struct = ++type.struct;
  if (Reading.isCollecting) beginStruct(type, definition, repetition);
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
    if (key.first.owner == struct) return 0;
    key.first.owner = struct;
    at = skipSpace(valueStart);
    if (load<u8>(at) == firstOfNull) {
      if (key.first.isShared) hasSharedNull = true;
      at = endOfNullMember(at);
    } else if (key.target == 0) return 0;
    else {
      const byte = load<u8>(at);
      if (byte != openBrace && byte != openBracket) hasScalar = true;
      at = endOfField(type, changetype<NestedType>(key.target), at, definition, repetition, depth);
    }
    if (at == 0) return 0;
    areKnown = areKnown && Reading.isKnown;
    haveType = haveType || Reading.hasType;
    if (load<u8>(at) == closeBrace) break;
    if (load<u8>(at) != comma) return 0;
    at = skipSpace(at + 1);
    if (load<u8>(at) != quote) return 0;
    before = key;
  }
  // two members of one field that tell no type are no struct of the type
  if (hasSharedNull && !hasScalar && !Reading.isSure) return 0;
  Reading.isKnown = areKnown;
  Reading.hasType = areKnown || haveType;
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
      return isInferredWith(field) ? end : 0;
    }
  }
  const first = load<u8>(at);
  if (first != openBrace && first != openBracket) return endOfOther(field, at, number, definition, repetition);
  // a map takes what of an object it can hold
  if (isOfMaps(field)) return 0;
  let end = endOfEmpty(field, at);
  if (end == 0) end = endOfBeside(field, at, number, definition, repetition, depth);
  if (end == 0 && isHeldThough(field, at)) {
    end = endOfHeld(field, at, definition, repetition, depth);
    if (end != 0) field.owner = number;
    // the host can tell of a struct whether it holds members that it does not know
    else if (field.element.kind == typeStruct) return 0;
  }
  return end != 0 ? end : endOfUntyped(field, at, number, definition, repetition);
}

/** Tells whether an array that has no type by itself may be one of the field's all the same. */
function isHeldThough(field: NestedType, at: usize): bool {
  return field.kind == typeArray && hasOther(field, kindMixedArray) && hasOnlyEmpties(at, field.emptyLevels);
}

/** Reads an array of nulls and empties into the field of its key; answers with 0 when that does not hold it. */
function endOfHeld(field: NestedType, at: usize, definition: i32, repetition: i32, depth: i32): usize {
  const wasSure = Reading.isSure;
  Reading.isSure = true;
  const isHeld = endOfDry(field, at, definition, repetition, depth) != 0;
  const end = isHeld ? endOfTyped(field, at, definition, repetition, depth) : 0;
  Reading.isSure = wasSure;
  if (end == 0) return 0;
  Reading.isKnown = false;
  Reading.hasType = true;
  return skipSpace(end);
}

/**
 * Tells whether the value by itself has no other fields than its type has, with a member that the field of its key took: behind one of another type it
 * goes to a field that is named for its own, as members do that do not come first.
 */
function isInferredWith(field: NestedType): bool {
  if (Reading.isOther && field.kind != typeArray && field.kind != typeStruct && field.kind != typeMap) {
    field.otherPass = Reading.pass;
    return true;
  }
  return !field.isStrict || field.hasTwin || field.otherPass != Reading.pass || Reading.isSure;
}

/** Reads a member into the field of its key: where it may go elsewhere, leaves collect it only once it is known to fit, or they would have some of it. */
function endOfOwn(field: NestedType, at: usize, definition: i32, repetition: i32, depth: i32): usize {
  if (Reading.isCollecting && field.hasNestedOthers)
    if (endOfDry(field, at, definition, repetition, depth) == 0) return 0;
  const noted = leftOutNoted();
  const end = endOfMember(field, at, definition, repetition, depth);
  if (end == 0) forgetLeftOut(noted);
  return end;
}

/**
 * Reads an array or object that the field of its key does not take into the one beside it for its type; answers with 0 when there is none. One that
 * the field of its key can hold all the same goes there: beside it is only what tells its type.
 */
function endOfBeside(field: NestedType, at: usize, struct: i32, definition: i32, repetition: i32, depth: i32): usize {
  for (let other = field.firstBeside; changetype<usize>(other) != 0; other = other.nextBeside) {
    if (endOfDry(other, at, definition, repetition, depth) == 0 || !Reading.hasType || other.owner == struct) continue;
    const wasLenient = Reading.isLenient;
    Reading.isLenient = true;
    const isHeld = endOfDry(field, at, definition, repetition, depth) != 0;
    Reading.isLenient = isHeld || wasLenient;
    const end = endOfTyped(isHeld ? field : other, at, definition, repetition, depth);
    Reading.isLenient = wasLenient;
    field.otherPass = Reading.pass;
    if (!isHeld) return goesTo(other, struct) ? skipSpace(end) : 0;
    field.owner = struct;
    Reading.isKnown = false;
    Reading.hasType = true;
    return skipSpace(end);
  }
  return 0;
}

/** Looks at a value as `endOfTyped` reads it: no leaf collects it, and what it would leave out is forgotten. */
function endOfDry(type: NestedType, at: usize, definition: i32, repetition: i32, depth: i32): usize {
  const noted = leftOutNoted();
  const isCollected = Reading.isCollecting;
  const pass = Reading.pass;
  Reading.isCollecting = false;
  Reading.pass = ++passes;
  const end = endOfTyped(type, at, definition, repetition, depth);
  Reading.isCollecting = isCollected;
  Reading.pass = pass;
  forgetLeftOut(noted);
  return end;
}

/** Reads a value that is known to be of the type into its leaves; answers with its end, 0 when it is not, as far as the keys of its structs are known. */
export function endOfSure(type: NestedType, at: usize): usize {
  Reading.isCollecting = true;
  Reading.isSure = true;
  const mark = markStrings();
  const end = endOfTyped(type, at, 0, 0, 0);
  releaseStrings(mark);
  return end;
}
