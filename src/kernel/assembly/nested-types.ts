import { allocateZeros, grow } from './arena';
import { closeBrace, closeBracket, comma, openBrace, openBracket, quote, skipSpace } from './bytes';
import { addKey, createKeyTable, Key, KeyTable, keyAt, valueStart } from './keys';
import { addEntry, addNumber, addString, saveLeaf, Leaf, restoreLeaf } from './leaf';
import { endOfNumber, isExactInteger, numberValue } from './number';
import { endOfString, markStrings, releaseStrings, stringEnd, stringStart } from './strings';
import { dateOf, timeOf, timeOrDateOf } from './time';
import { endOfBoolean, endOfNull } from './words';
import {
  typeArray,
  typeBoolean,
  typeDouble,
  typeFraction,
  typeInteger,
  typeString,
  typeStruct,
  typeTimestamp,
} from '../kinds';

/** A type: a leaf, or an array or a struct with the types in it. */
@unmanaged
export class NestedType {
  kind: i32;
  /** The type was inferred from values, and takes only those from which the same would be inferred: no string that looks like a time. */
  isStrict: bool;
  /** The elements' type; set for an array. */
  element: NestedType;
  /** Addresses of the fields' types, `fieldCount` of them; set for a struct. */
  fields: usize;
  fieldCount: i32;
  fieldsMax: i32;
  /** Keys under which JSON has the fields; learned for a struct. A key without a field has only nulls. */
  keys: KeyTable;
  /** Number of the struct that was read last; of the last one that had this field, in a field's type. */
  struct: i32;
  owner: i32;
  /** Collects the values of a leaf, if anything does. */
  leaf: Leaf;
  /** All leaves in it collect values while records are scanned. */
  isCollected: bool;
}

const startFields: i32 = 8;

/** Creates a type; `setElement` and `addStructField` fill it. */
export function createType(kind: i32, isStrict: bool): NestedType {
  const type = changetype<NestedType>(allocateZeros(offsetof<NestedType>()));
  type.kind = kind;
  type.isStrict = isStrict;
  if (kind == typeStruct) type.keys = createKeyTable();
  return type;
}

export function setElement(type: NestedType, element: NestedType): void {
  type.element = element;
}

/** Adds a field behind those that the struct has. */
export function addStructField(type: NestedType, field: NestedType): void {
  if (type.fieldCount == type.fieldsMax) {
    type.fieldsMax = type.fieldsMax == 0 ? startFields : type.fieldsMax * 2;
    type.fields = grow(type.fields, (<usize>type.fieldCount) << 2, (<usize>type.fieldsMax) << 2);
  }
  store<usize>(type.fields + ((<usize>type.fieldCount) << 2), changetype<usize>(field));
  type.fieldCount++;
}

export function setLeaf(type: NestedType, leaf: Leaf): void {
  type.leaf = leaf;
}

/** Sets whether the leaves collect values while records are scanned; each leaf in the type must have been set. */
export function setCollected(type: NestedType, isCollected: bool): void {
  type.isCollected = isCollected;
}

/** Learns a key under which JSON has the field, by its bytes as they stand between the quotes; without a field it has only nulls. */
export function addStructKey(type: NestedType, name: usize, length: usize, field: usize): Key {
  return addKey(type.keys, name, length, field);
}

function fieldAt(type: NestedType, index: i32): NestedType {
  return changetype<NestedType>(load<usize>(type.fields + ((<usize>index) << 2)));
}

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

/**
 * Answers with the address one past the JSON at `at` when it is a value of the type, whose members all fit; else with 0. Leaves that collect
 * values may have some of it even then.
 */
export function endOfWhole(type: NestedType, at: usize, isCollected: bool): usize {
  isCollecting = isCollected;
  isSure = false;
  const mark = markStrings();
  const end = endOfTyped(type, at, 0, 0, 0);
  releaseStrings(mark);
  return hasType ? end : 0;
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
    return type.kind == typeDouble || isExactInteger(numberValue) == (type.kind == typeInteger) ? end : 0;
  }
  if (type.kind == typeBoolean) {
    const end = endOfBoolean(at);
    scalarValue = end == at + 4 ? 1 : 0;
    return end;
  }
  if (load<u8>(at) != quote) return 0;
  const end = endOfString(at);
  if (end == 0) return 0;
  if (type.kind == typeString) return type.isStrict && !isNaN(timeOrDateOf(stringStart, stringEnd)) ? 0 : end;
  scalarValue = type.kind == typeTimestamp ? timeOf(stringStart, stringEnd) : dateOf(stringStart, stringEnd);
  return isNaN(scalarValue) ? 0 : end;
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
      if (field.owner == struct) return 0;
      field.owner = struct;
      at = endOfMember(field, at, definition, repetition, depth);
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

function saveLeaves(type: NestedType): void {
  if (type.kind == typeArray) saveLeaves(type.element);
  else if (type.kind == typeStruct)
    for (let field = 0; field < type.fieldCount; field++) saveLeaves(fieldAt(type, field));
  else saveLeaf(type.leaf);
}

function restoreLeaves(type: NestedType): void {
  if (type.kind == typeArray) restoreLeaves(type.element);
  else if (type.kind == typeStruct)
    for (let field = 0; field < type.fieldCount; field++) restoreLeaves(fieldAt(type, field));
  else restoreLeaf(type.leaf);
}
