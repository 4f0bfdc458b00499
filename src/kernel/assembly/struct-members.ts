import { openBrace, openBracket, skipSpace } from './bytes';
import { hasOnlyEmpties } from './empty-values';
import { endOfMisfit } from './full-structs';
import { forgetLeftOut, leftOutNoted } from './left-out';
import { hasOther, NestedType, isOfMaps } from './nested-type';
import { endOfMember, endOfTyped } from './nested-values';
import { endOfEmpty, endOfOther, endOfSecond, endOfUntyped, goesTo } from './odd-members';
import { nextPass, Reading } from './reading';
import { kindMixedArray, typeArray, typeMap, typeNone, typeStruct } from '../kinds';

/** Reads a member into the field of its key, or into one beside it; or leaves it out, where it has no place. It is not null. `object` is the number of the one around it, here and below. */
export function endOfField(
  struct: NestedType,
  field: NestedType,
  at: usize,
  definition: i32,
  repetition: i32,
  depth: i32,
): usize {
  const object = struct.objectCount;
  if (field.owner == object) return struct.isRescued ? endOfSecond(field, at) : 0;
  // what another key of the field had went elsewhere
  if (field.keyOwner == object) return 0;
  field.keyOwner = object;
  if (field.kind != typeNone) {
    const end = endOfOwn(field, at, definition, repetition, depth);
    if (end != 0) {
      field.owner = object;
      if (struct.isFull && depth > 0) meetField(field);
      return isInferredWith(field) ? end : 0;
    }
  }
  Reading.leavesMet++;
  const end = endOfMoved(field, at, object, definition, repetition, depth);
  return end != 0 || !struct.isFull ? end : endOfMisfit(struct, field, at);
}

/** Notes that the array that is in no other one has a field. */
function meetField(field: NestedType): void {
  if (field.metIn == Reading.array) return;
  field.metIn = Reading.array;
  Reading.leavesMet++;
}

/** Reads a member that the field of its key does not take into one beside it, or leaves it out. */
function endOfMoved(field: NestedType, at: usize, object: i32, definition: i32, repetition: i32, depth: i32): usize {
  const first = load<u8>(at);
  if (first != openBrace && first != openBracket) return endOfOther(field, at, object, definition, repetition);
  // a map takes what of an object it can hold
  if (isOfMaps(field)) return 0;
  let end = endOfEmpty(field, at);
  if (end == 0) end = endOfBeside(field, at, object, definition, repetition, depth);
  if (end == 0 && isHeldThough(field, at)) {
    end = endOfHeld(field, at, definition, repetition, depth);
    if (end != 0) field.owner = object;
    // the host can tell of a struct whether it holds members that it does not know
    else if (field.element.kind == typeStruct) return 0;
  }
  return end != 0 ? end : endOfUntyped(field, at, object, definition, repetition);
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
function endOfBeside(field: NestedType, at: usize, object: i32, definition: i32, repetition: i32, depth: i32): usize {
  for (let other = field.firstBeside; changetype<usize>(other) != 0; other = other.nextBeside) {
    if (!hasTypeOf(other, at, definition, repetition, depth) || other.owner == object) continue;
    const wasLenient = Reading.isLenient;
    Reading.isLenient = true;
    const isHeld = endOfDry(field, at, definition, repetition, depth) != 0;
    Reading.isLenient = isHeld || wasLenient;
    const end = endOfTyped(isHeld ? field : other, at, definition, repetition, depth);
    Reading.isLenient = wasLenient;
    field.otherPass = Reading.pass;
    if (!isHeld) return goesTo(other, object) ? skipSpace(end) : 0;
    field.owner = object;
    Reading.isKnown = false;
    Reading.hasType = true;
    return skipSpace(end);
  }
  return 0;
}

/** Tells whether a value by itself is of the type, also where what is around it is known to be of its own. */
function hasTypeOf(type: NestedType, at: usize, definition: i32, repetition: i32, depth: i32): bool {
  const wasSure = Reading.isSure;
  Reading.isSure = false;
  const end = endOfDry(type, at, definition, repetition, depth);
  Reading.isSure = wasSure;
  return end != 0 && Reading.hasType;
}

/** Looks at a value as `endOfTyped` reads it: no leaf collects it, and what it would leave out is forgotten. */
function endOfDry(type: NestedType, at: usize, definition: i32, repetition: i32, depth: i32): usize {
  const noted = leftOutNoted();
  const isCollected = Reading.isCollecting;
  const pass = Reading.pass;
  Reading.isCollecting = false;
  Reading.pass = nextPass();
  const end = endOfTyped(type, at, definition, repetition, depth);
  Reading.isCollecting = isCollected;
  Reading.pass = pass;
  forgetLeftOut(noted);
  return end;
}
