import { endOfJson } from './any-json';
import { anyKind, endOfAnyScalar } from './any-scalar';
import { comma, openBrace, openBracket, quote, skipSpace } from './bytes';
import { endOfEmptyValue } from './empty-values';
import { hashOf } from './hash';
import { mayBeEmptied } from './key-twice';
import { addKey, createKeyTable, hasKey, Key, unknownStart, valueStart } from './keys';
import { noteLeftOut } from './left-out';
import { hasOther, NestedType } from './nested-type';
import { Reading } from './reading';
import { endOfString, markStrings, releaseStrings, stringEnd, stringStart } from './strings';
import { endOfNull, firstOfFalse, firstOfNull, firstOfTrue } from './words';
import {
  typeArray,
  typeBoolean,
  typeDate,
  typeDouble,
  typeFraction,
  typeInt,
  typeInteger,
  typeMap,
  typeNone,
  typeString,
  typeStruct,
  typeTimestamp,
} from '../kinds';

/**
 * Structs that get no more fields: members whose keys no field has are left out, whatever they are, and so are those of another type than that
 * of their field. There may be any number of such keys, so that they are not learned.
 */

/** The host's `columnName` of the key `[start, end)`, written to `room`, where `nameBytesMax` are free: answers with its length. */
declare function writeColumnName(start: usize, end: usize, room: usize): i32;

/** A field's name is no longer. */
const nameBytesMax: i32 = 256;
const fieldName = memory.data(nameBytesMax);
/** Longer keys are named by the host. */
const keyBytesMax: i32 = 200;
/** A name that was too long keeps so many bytes, before a checksum. */
const cutLength: i32 = 200;
/** Hashes of the keys of members without a field, of an object and behind those of the objects around it. */
const hashesMax: i32 = 4096;
const hashes = memory.data(hashesMax * 4);
let hashCount: i32 = 0;

/** Says that the struct gets no more fields; its members may be empty on at most so many levels so that they tell no type. */
export function setFull(type: NestedType, emptyLevels: i32): void {
  type.isFull = true;
  type.memberLevels = emptyLevels;
  type.names = createKeyTable();
}

/** Says that members whose key stands for the name are left to the host: a field of the struct is called so, or is the place of members that are not of its type. */
export function addFullName(type: NestedType, name: usize, length: usize): void {
  addKey(type.names, name, length, 0);
}

/** Says that there may be another place for members of the field's key that are not of its type, though the kernel does not know of it. */
export function setMovable(field: NestedType): void {
  field.isMovable = true;
}

/** The number of members without a field that are noted: of objects that are being read, and some that could not be. */
export function fieldlessNoted(): i32 {
  return hashCount;
}

/** Forgets those that were noted since there were `count`. */
export function forgetFieldless(count: i32): void {
  hashCount = count;
}

/**
 * Leaves out the member of the struct whose key was found to be unknown; those of the object are noted from `before` on. Answers with the address behind it,
 * 0 when it is left to the host.
 */
export function endOfUnknown(struct: NestedType, before: i32): usize {
  return unknownStart == 0 ? 0 : endOfWithoutField(struct, unknownStart - 1, before);
}

/** Leaves out the member of the struct that has a key without a field, as `endOfUnknown` does. */
export function endOfFieldless(struct: NestedType, key: Key, before: i32): usize {
  return endOfWithoutField(struct, key.literal, before);
}

/** Leaves out the member whose key has its opening quote at `start`, if no field is its own. */
function endOfWithoutField(struct: NestedType, start: usize, before: i32): usize {
  const at = skipSpace(valueStart);
  if (!isFieldless(struct, start, before)) return 0;
  if (load<u8>(at) != firstOfNull) return endOfLeftOut(at, struct.memberLevels);
  Reading.isKnown = false;
  Reading.hasType = false;
  const behind = endOfNull(at);
  return behind == 0 ? 0 : skipSpace(behind);
}

/** Leaves out a member that the field of its key does not take, and no other one; answers with 0 where that can't be told here. */
export function endOfMisfit(struct: NestedType, field: NestedType, at: usize): usize {
  const first = load<u8>(at);
  if (field.isMovable || !isOfAnother(field, first)) return 0;
  if (first == openBrace || first == openBracket) {
    if (field.hasNestedOthers) return 0;
  } else if (field.others != 0 && (endOfAnyScalar(at) == 0 || hasOther(field, anyKind))) return 0;
  return endOfLeftOut(at, struct.memberLevels);
}

/** Tells by the first byte of a value that it is of another sort than all that the field may hold, or become a place for. */
function isOfAnother(field: NestedType, first: u8): bool {
  if (field.kind == typeNone) return true;
  if (first == openBrace) return field.kind != typeStruct && field.kind != typeMap;
  if (first == openBracket) return field.kind != typeArray;
  if (field.kind == typeStruct || field.kind == typeArray) return true;
  const isText = field.kind == typeString || field.kind == typeTimestamp || field.kind == typeDate;
  if (first == quote) return !isText;
  const isNumber =
    field.kind == typeDouble || field.kind == typeInteger || field.kind == typeFraction || field.kind >= typeInt;
  const isWord = first == firstOfTrue || first == firstOfFalse;
  return isWord ? field.kind != typeBoolean : !isNumber;
}

function endOfLeftOut(at: usize, levels: i32): usize {
  const end = endOfJson(at);
  if (end == 0) return 0;
  const first = load<u8>(at);
  const isNested = first == openBrace || first == openBracket;
  if (isNested && mayBeEmptied(at, end)) return 0;
  noteLeftOut(at, end);
  Reading.leavesMet += isNested ? leavesAtMost(at, end) : 1;
  Reading.isKnown = false;
  Reading.hasType = !isNested || endOfEmptyValue(at, levels) == 0;
  Reading.metRescued = true;
  Reading.metLeftOutOfFull = true;
  return skipSpace(end);
}

/** Counts the values in an array or object, and commas in its strings. */
function leavesAtMost(start: usize, end: usize): i32 {
  let count = 1;
  for (let at = start; at < end; at++) if (load<u8>(at) == comma) count++;
  return count;
}

/** Tells whether the key whose opening quote is at `start` is that of no field, and came only once; notes it. */
function isFieldless(struct: NestedType, start: usize, before: i32): bool {
  const strings = markStrings();
  const isNew =
    endOfString(start) != 0 &&
    !mayBeField(struct, stringStart, stringEnd) &&
    noteKey(hashOf(stringStart, stringEnd - stringStart), before);
  releaseStrings(strings);
  return isNew;
}

/**
 * Tells whether the key may be that of a field, in another spelling, or of one that members go to which are not of its type. That one's name may
 * have been too long: then only its beginning tells the key's.
 */
function mayBeField(struct: NestedType, start: usize, end: usize): bool {
  const length = writeName(start, end);
  if (hasKey(struct.names, fieldName, length)) return true;
  return length > cutLength && hasKey(struct.names, fieldName, cutLength);
}

/** Writes the name that the host gives the field of a key: in lower case, with `_` for what is no letter and no digit, unless the key is odd. */
function writeName(start: usize, end: usize): i32 {
  const length = <i32>(end - start);
  if (length == 0 || length > keyBytesMax) return writeColumnName(start, end, fieldName);
  for (let index: usize = 0; index < <usize>length; index++) {
    const byte = load<u8>(start + index);
    if (byte >= 0x80) return writeColumnName(start, end, fieldName);
    store<u8>(fieldName + index, foldedByte(byte));
  }
  return length;
}

function foldedByte(byte: u8): u8 {
  const lower: u8 = byte | 0x20;
  if (lower >= 0x61 && lower <= 0x7a && byte >= 0x41) return lower;
  return byte >= 0x30 && byte <= 0x39 ? byte : 0x5f;
}

/** Notes a key by its hash; answers with false when the object may have it already, or there is no room. */
function noteKey(hash: i32, before: i32): bool {
  for (let at = before; at < hashCount; at++) if (load<i32>(hashes + ((<usize>at) << 2)) == hash) return false;
  if (hashCount == hashesMax) return false;
  store<i32>(hashes + ((<usize>hashCount) << 2), hash);
  hashCount++;
  return true;
}
