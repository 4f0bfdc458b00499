import { anyEnd, anyKind, anyNumber, anyStart, endOfAnyScalar } from './any-scalar';
import { closeBrace, closeBracket, comma, openBrace, openBracket, quote, skipSpace } from './bytes';
import { Key, keyAt, valueStart } from './keys';
import { addEntry, addNumber, addString } from './leaf';
import { fieldAt, hasOther, NestedType, otherOf, restoreLeaves, saveLeaves } from './nested-type';
import { endOfNumber, isExactInteger, numberValue } from './number';
import { endOfString, markStrings, releaseStrings, stringEnd, stringStart } from './strings';
import { dateOf, hasDateLength, timeOf, timeOrDateOf } from './time';
import { endOfBoolean, endOfNull } from './words';
import {
  kindDate,
  kindDigits,
  kindInteger,
  kindString,
  kindTime,
  typeArray,
  typeBoolean,
  typeDouble,
  typeFraction,
  typeInteger,
  typeNone,
  typeString,
  typeStruct,
  typeTimestamp,
} from '../kinds';

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

/**
 * Answers with the address one past the JSON at `at` when it is a value of the type, whose members all fit; else with 0. Leaves that collect
 * values may have some of it even then.
 */
export function endOfWhole(type: NestedType, at: usize, isCollected: bool): usize {
  isCollecting = isCollected;
  isSure = false;
  metOthers = false;
  const mark = markStrings();
  const end = endOfTyped(type, at, 0, 0, 0);
  releaseStrings(mark);
  if (end == 0 || !hasType) return 0;
  if (metOthers) type.hasOthers = true;
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

/** The value that `endOfScalar` read, unless it is a string; 1 and 0 for booleans. */
let scalarValue: f64 = 0;

function endOfScalar(type: NestedType, at: usize): usize {
  if (type.kind == typeDouble || type.kind == typeInteger || type.kind == typeFraction) {
    const end = endOfNumber(at);
    scalarValue = numberValue;
    if (type.kind == typeDouble || isExactInteger(numberValue) == (type.kind == typeInteger)) return end;
    return type.kind == typeFraction && hasOther(type, kindInteger) ? end : 0;
  }
  if (type.kind == typeBoolean) {
    const end = endOfBoolean(at);
    scalarValue = end == at + 4 ? 1 : 0;
    return end;
  }
  if (load<u8>(at) != quote) return 0;
  const end = endOfString(at);
  if (end == 0) return 0;
  if (type.kind == typeString) return type.isStrict && !takesText(type) ? 0 : end;
  scalarValue = type.kind == typeTimestamp ? timeOf(stringStart, stringEnd) : dateOf(stringStart, stringEnd);
  return isNaN(scalarValue) ? 0 : end;
}

/** Tells whether a strict type takes the string that was read: one that looks like a time only where there is a field for such, too. */
function takesText(type: NestedType): bool {
  if (isNaN(timeOrDateOf(stringStart, stringEnd))) return true;
  return hasOther(type, hasDateLength(stringStart, stringEnd) ? kindDate : kindTime);
}

/** Adds a missing value: its leaves have an entry all the same. */
function addNull(type: NestedType, definition: i32, repetition: i32): void {
  if (type.kind == typeArray) addNull(type.element, definition, repetition);
  else if (type.kind == typeStruct)
    for (let field = 0; field < type.fieldCount; field++) addNull(fieldAt(type, field), definition, repetition);
  else addEntry(type.leaf, definition, repetition);
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
  let before = type.keys.start;
  let at = skipSpace(start + 1);
  while (load<u8>(at) != closeBrace) {
    const key = changetype<Key>(keyAt(type.keys, at, before));
    if (changetype<usize>(key) == 0) return 0;
    at = skipSpace(valueStart);
    if (key.target == 0) at = endOfNullMember(at);
    else {
      const field = changetype<NestedType>(key.target);
      // two keys of one field: which of them counts is not for here
      if (field.keyOwner == struct || field.owner == struct) return 0;
      field.keyOwner = struct;
      at = endOfField(field, at, struct, definition, repetition, depth);
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
  if (isCollecting) addMissing(type, struct, definition, repetition);
  isKnown = areKnown;
  hasType = areKnown || haveType;
  return at + 1;
}

/** Reads a member of the struct into the field of its key, or into one beside it. */
function endOfField(field: NestedType, at: usize, struct: i32, definition: i32, repetition: i32, depth: i32): usize {
  if (field.kind == typeNone) {
    if (load<u8>(at) == 0x6e) return endOfNullMember(at);
  } else {
    const end = endOfMember(field, at, definition, repetition, depth);
    if (end != 0) {
      field.owner = struct;
      return end;
    }
  }
  return endOfOther(field, at, struct, definition, repetition);
}

/** Reads a member that the field of its key does not take into the one beside it for its kind; answers with 0 when there is none. */
function endOfOther(field: NestedType, at: usize, struct: i32, definition: i32, repetition: i32): usize {
  if (field.others == 0) return 0;
  const end = endOfAnyScalar(at);
  if (end == 0 || takesSome(field.kind, anyKind)) return 0;
  if (!hasOther(field, anyKind)) return 0;
  const other = otherOf(field, anyKind);
  if (other.owner == struct) return 0;
  other.owner = struct;
  metOthers = true;
  isKnown = !other.isStrict;
  hasType = true;
  if (isCollecting) {
    addEntry(other.leaf, definition + 1, repetition);
    if (other.kind == typeString) addString(other.leaf, anyStart, anyEnd);
    else addNumber(other.leaf, anyNumber);
  }
  return skipSpace(end);
}

/** Tells whether a field of that type takes some such values, though not this one here. */
function takesSome(type: i32, kind: i32): bool {
  if (type == typeString) return kind == kindString || kind == kindTime || kind == kindDate;
  // some integers that no double holds fit 64 bits
  return type == typeInteger && kind == kindDigits;
}

/** Adds nulls for the fields that the struct does not have. */
function addMissing(type: NestedType, struct: i32, definition: i32, repetition: i32): void {
  for (let index = 0; index < type.fieldCount; index++) {
    const field = fieldAt(type, index);
    if (field.owner != struct) addNull(field, definition, repetition);
  }
}

/**
 * Shreds values `[starts[i], ends[i])` of the window into the leaves; an empty range is null. Answers with how many were read before one
 * that isn't of the type, as far as the keys of its structs are known.
 */
export function shred(type: NestedType, starts: usize, ends: usize, count: i32): i32 {
  isCollecting = true;
  isSure = true;
  for (let index = 0; index < count; index++) {
    const row = (<usize>index) << 2;
    const start = <usize>load<i32>(starts + row);
    const end = <usize>load<i32>(ends + row);
    if (start == end) {
      addNull(type, 0, 0);
      continue;
    }
    saveLeaves(type);
    const mark = markStrings();
    if (endOfTyped(type, start, 0, 0, 0) != end) {
      restoreLeaves(type);
      return index;
    }
    releaseStrings(mark);
  }
  return count;
}
