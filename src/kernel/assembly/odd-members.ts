import { endOfJson, isArrayOfNested, jsonKind } from './any-json';
import { anyEnd, anyKind, anyNumber, anyStart, endOfAnyScalar, isOfKind, takesSome } from './any-scalar';
import { openBrace, quote, skipSpace } from './bytes';
import { endOfEmptyValue, hasOnlyEmpties } from './empty-values';
import { addLeafEntry } from './collected';
import { addNumber, addString } from './leaf';
import { noteLeftOut, noteUnknownLeftOut } from './left-out';
import { hasOther, NestedType, otherOf } from './nested-type';
import { Reading } from './reading';
import { roomEnd, roomForString } from './strings';
import { mayHoldOther } from './typed-scalar';
import { writeJson, writtenEnd } from './written-json';
import { kindDeep, kindDigits, kindLastArray, kindMixedArray, typeNone, typeString, typeStruct } from '../kinds';

/** Leaves out a member whose field has one of another key already, where it would have no other place. */
export function endOfSecond(field: NestedType, at: usize): usize {
  const end = endOfAnyScalar(at);
  if (end == 0 || !isOfKind(field.kind, anyKind) || hasOther(field, anyKind)) return 0;
  if (mayHoldOther(field)) return 0;
  Reading.hasType = true;
  return endOfRescued(field, at, end);
}

/** Leaves out an array or object that tells no type. What is in it may have a place where the field is a struct. */
export function endOfEmpty(field: NestedType, at: usize): usize {
  if (field.kind == typeStruct && load<u8>(at) == openBrace) return 0;
  const end = endOfEmptyValue(at, field.emptyLevels);
  if (end == 0) return 0;
  Reading.hasType = false;
  return endOfRescued(field, at, end);
}

function endOfRescued(field: NestedType, start: usize, end: usize): usize {
  noteLeftOut(start, end);
  Reading.isKnown = false;
  field.hasRescued = true;
  Reading.metRescued = true;
  return skipSpace(end);
}

/** Reads a member that the field of its key does not take into the one beside it for its kind; answers with 0 when there is none. */
export function endOfOther(field: NestedType, at: usize, object: i32, definition: i32, repetition: i32): usize {
  if (field.others == 0) return 0;
  const end = endOfAnyScalar(at);
  if (end == 0 || takesSome(field.kind, anyKind)) return 0;
  if (!hasOther(field, anyKind)) return 0;
  const other = otherOf(field, anyKind);
  if (!goesTo(other, object)) return 0;
  if (anyKind != kindDigits) field.otherPass = Reading.pass;
  if (Reading.isCollecting) {
    addLeafEntry(other, definition + 1, repetition);
    if (other.kind == typeString) addString(other.leaf, anyStart, anyEnd);
    else addNumber(other.leaf, anyNumber);
  }
  return skipSpace(end);
}

/** Reads an array or object that has no type into the field beside that takes such as JSON text; answers with 0 when there is none, or it may have a type. */
export function endOfUntyped(field: NestedType, at: usize, object: i32, definition: i32, repetition: i32): usize {
  if (field.others == 0 || endOfJson(at) == 0) return 0;
  const areEmpties = hasOnlyEmpties(at, field.emptyLevels);
  const kind = areEmpties ? kindMixedArray : untypedKindOf(field);
  if (!hasOther(field, kind)) return 0;
  const text = roomForString();
  const end = writeJson(at, text, roomEnd());
  if (end == 0) return 0;
  const other = otherOf(field, kind);
  if (!goesTo(other, object)) return 0;
  if (areEmpties) noteHeldLater(field, at, end);
  if (Reading.isCollecting) {
    addLeafEntry(other, definition + 1, repetition);
    addString(other.leaf, text, writtenEnd);
  }
  return skipSpace(end);
}

/** Notes that the field may hold an array of empties once it has a type: if it has none yet, without the members of objects in it. */
function noteHeldLater(field: NestedType, start: usize, end: usize): void {
  field.hasRescued = true;
  if (field.kind == typeNone && hasKey(start, end)) noteUnknownLeftOut();
}

/** Tells whether an object of an array of empties has a member: no other strings are there. */
function hasKey(start: usize, end: usize): bool {
  for (let at = start; at < end; at++) if (load<u8>(at) == quote) return true;
  return false;
}

/** Gives the kind of the array or object that was read last, by what has no type on the field's level. */
function untypedKindOf(field: NestedType): i32 {
  if (hasOther(field, kindDeep)) return kindDeep;
  return isArrayOfNested && hasOther(field, kindLastArray) ? kindLastArray : jsonKind;
}

/** Notes that a member goes to a field beside that of its key; answers with false when that one has a member already. */
export function goesTo(other: NestedType, object: i32): bool {
  if (other.owner == object) return false;
  other.owner = object;
  Reading.metOthers = true;
  Reading.isKnown = false;
  Reading.hasType = true;
  return true;
}
