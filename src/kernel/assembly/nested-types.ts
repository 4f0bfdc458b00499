import { grow, allocateZeros } from './arena';
import { closeBrace, closeBracket, colon, comma, openBrace, openBracket, quote, sameBytes, skipSpace } from './bytes';
import { addEntry, addString, addValue, saveLeaf, Leaf, restoreLeaf } from './leaf';
import { endOfNumber, numberValue } from './number';
import { endOfPlain, endOfString, stringEnd, stringStart } from './strings';
import { dateOf, timeOf } from './time';
import { typeArray, typeBoolean, typeDouble, typeString, typeStruct, typeTimestamp } from '../kinds';

/** A type: a leaf, or an array or a struct with the types in it. */
@unmanaged
export class NestedType {
  kind: i32;
  /** The elements' type; set for an array. */
  element: NestedType;
  /** Addresses of the fields' types, `fieldCount` of them; set for a struct. */
  fields: usize;
  fieldCount: i32;
  /** The `Key`s under which JSON has the fields; learned for a struct. */
  keys: usize;
  keyCount: i32;
  keysMax: i32;
  /** Collects the values of a leaf, if anything does. */
  leaf: Leaf;
}

@unmanaged
class Key {
  name: usize;
  length: usize;
  field: i32;
}

/** Creates a type with room for `fieldCount` fields, at most 64, which `setField` fills. */
export function createType(kind: i32, fieldCount: i32): NestedType {
  const type = changetype<NestedType>(allocateZeros(offsetof<NestedType>()));
  type.kind = kind;
  type.fieldCount = fieldCount;
  type.fields = allocateZeros(<usize>fieldCount * sizeof<usize>());
  return type;
}

export function setElement(type: NestedType, element: NestedType): void {
  type.element = element;
}

export function setField(type: NestedType, index: i32, field: NestedType): void {
  store<usize>(type.fields + <usize>index * sizeof<usize>(), changetype<usize>(field));
}

export function setLeaf(type: NestedType, leaf: Leaf): void {
  type.leaf = leaf;
}

/** Learns a key under which JSON has the field: its bytes as they stand between the quotes. */
export function addKey(type: NestedType, name: usize, length: usize, field: i32): void {
  if (type.keyCount == type.keysMax) {
    const bytes = <usize>type.keyCount * offsetof<Key>();
    type.keysMax = type.keysMax * 2 + 4;
    type.keys = grow(type.keys, bytes, <usize>type.keysMax * offsetof<Key>());
  }
  const key = keyAt(type, type.keyCount++);
  key.name = name;
  key.length = length;
  key.field = field;
}

function fieldAt(type: NestedType, index: i32): NestedType {
  return load<NestedType>(type.fields + <usize>index * sizeof<usize>());
}

function keyAt(type: NestedType, index: i32): Key {
  return changetype<Key>(type.keys + <usize>index * offsetof<Key>());
}

/** Answers with the address one past the `null` at `at`, 0 for anything else. */
export function endOfNull(at: usize): usize {
  return load<u32>(at) == 0x6c6c756e ? at + 4 : 0;
}

/** Answers with the address one past `true` or `false`, 0 for anything else. */
export function endOfBoolean(at: usize): usize {
  if (load<u32>(at) == 0x65757274) return at + 4;
  return load<u8>(at) == 0x66 && load<u32>(at, 1) == 0x65736c61 ? at + 5 : 0;
}

/**
 * Answers with the address one past the JSON at `at` when it is a value of the type whose members are all known and fit; else with 0.
 * Leaves collect it: `definition` and `repetition` are the levels of what is around the value, `depth` counts the arrays around it.
 */
export function endOfTyped(type: NestedType, at: usize, definition: i32, repetition: i32, depth: i32): usize {
  if (type.kind == typeStruct) return endOfStruct(type, at, definition + 1, repetition, depth);
  if (type.kind == typeArray) return endOfArray(type, at, definition + 1, repetition, depth);
  const end = endOfScalar(type, at);
  const leaf = type.leaf;
  if (end == 0 || changetype<usize>(leaf) == 0) return end;
  addEntry(leaf, definition + 1, repetition);
  if (type.kind == typeString) addString(leaf, stringStart, stringEnd);
  else addValue(leaf, scalarValue);
  return end;
}

/** The value that `endOfScalar` read, unless it is a string; 1 and 0 for booleans. */
let scalarValue: f64 = 0;

function endOfScalar(type: NestedType, at: usize): usize {
  if (type.kind == typeDouble) {
    const end = endOfNumber(at);
    scalarValue = numberValue;
    return end;
  }
  if (type.kind == typeBoolean) {
    const end = endOfBoolean(at);
    scalarValue = end == at + 4 ? 1 : 0;
    return end;
  }
  if (load<u8>(at) != quote) return 0;
  const end = endOfString(at);
  if (end == 0 || type.kind == typeString) return end;
  scalarValue = type.kind == typeTimestamp ? timeOf(stringStart, stringEnd) : dateOf(stringStart, stringEnd);
  return isNaN(scalarValue) ? 0 : end;
}

/** Adds a missing value: its leaves have an entry all the same. */
function addNull(type: NestedType, definition: i32, repetition: i32): void {
  if (type.kind == typeArray) addNull(type.element, definition, repetition);
  else if (type.kind == typeStruct)
    for (let field = 0; field < type.fieldCount; field++) addNull(fieldAt(type, field), definition, repetition);
  else if (changetype<usize>(type.leaf) != 0) addEntry(type.leaf, definition, repetition);
}

/** Skips a value of the type, or a null, and the space after it; answers with 0 when it is neither. */
function endOfMember(type: NestedType, at: usize, definition: i32, repetition: i32, depth: i32): usize {
  const afterNull = endOfNull(at);
  if (afterNull != 0) {
    addNull(type, definition, repetition);
    return skipSpace(afterNull);
  }
  const end = endOfTyped(type, at, definition, repetition, depth);
  return end == 0 ? 0 : skipSpace(end);
}

/** Reads an array; `definition` is the level of an empty one. */
function endOfArray(type: NestedType, start: usize, definition: i32, repetition: i32, depth: i32): usize {
  if (load<u8>(start) != openBracket) return 0;
  let at = skipSpace(start + 1);
  if (load<u8>(at) == closeBracket) {
    addNull(type.element, definition, repetition);
    return at + 1;
  }
  let repeated = repetition;
  while (true) {
    at = endOfMember(type.element, at, definition + 1, repeated, depth + 1);
    if (at == 0) return 0;
    const byte = load<u8>(at);
    if (byte == closeBracket) return at + 1;
    if (byte != comma) return 0;
    at = skipSpace(at + 1);
    repeated = depth + 1;
  }
}

/** Reads a struct; `definition` is the level of its fields. */
function endOfStruct(type: NestedType, start: usize, definition: i32, repetition: i32, depth: i32): usize {
  if (load<u8>(start) != openBrace) return 0;
  let at = skipSpace(start + 1);
  let seen: u64 = 0;
  if (load<u8>(at) == closeBrace) {
    addMissing(type, seen, definition, repetition);
    return at + 1;
  }
  let index = 0;
  while (true) {
    const key = knownKeyAt(type, at, index++);
    if (key == 0) return 0;
    const field = changetype<Key>(key).field;
    const length = changetype<Key>(key).length;
    // two keys of one field: which of them counts is not for here
    if ((seen & ((<u64>1) << field)) != 0) return 0;
    seen |= (<u64>1) << field;
    at = valueAfterKey(at + length + 2);
    if (at == 0) return 0;
    at = endOfMember(fieldAt(type, field), at, definition, repetition, depth);
    if (at == 0) return 0;
    const byte = load<u8>(at);
    if (byte == closeBrace) {
      addMissing(type, seen, definition, repetition);
      return at + 1;
    }
    if (byte != comma) return 0;
    at = skipSpace(at + 1);
  }
}

/** Adds nulls for the fields that are not among those `seen`. */
function addMissing(type: NestedType, seen: u64, definition: i32, repetition: i32): void {
  for (let field = 0; field < type.fieldCount; field++)
    if ((seen & ((<u64>1) << field)) == 0) addNull(fieldAt(type, field), definition, repetition);
}

/**
 * Shreds values `[starts[i], ends[i])` of the window into the leaves; an empty range is null. Answers with how many were read before one
 * that isn't of the type, as far as the keys of its structs are known.
 */
export function shred(type: NestedType, starts: usize, ends: usize, count: i32): i32 {
  for (let index = 0; index < count; index++) {
    const row = (<usize>index) << 2;
    const start = <usize>load<i32>(starts + row);
    const end = <usize>load<i32>(ends + row);
    if (start == end) {
      addNull(type, 0, 0);
      continue;
    }
    saveLeaves(type);
    if (endOfTyped(type, start, 0, 0, 0) != end) {
      restoreLeaves(type);
      return index;
    }
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

/** Finds where the value behind a key begins, 0 without a colon. */
function valueAfterKey(afterKey: usize): usize {
  const at = skipSpace(afterKey);
  return load<u8>(at) == colon ? skipSpace(at + 1) : 0;
}

/** Finds the known key whose opening quote is at `at`, 0 when there is none; keys mostly come in their order. */
function knownKeyAt(type: NestedType, at: usize, expected: i32): usize {
  if (load<u8>(at) != quote) return 0;
  const length = endOfPlain(at + 1) - at - 1;
  if (load<u8>(at + 1 + length) != quote) return 0;
  if (expected < type.keyCount && isKey(keyAt(type, expected), at + 1, length))
    return changetype<usize>(keyAt(type, expected));
  for (let index = 0; index < type.keyCount; index++)
    if (isKey(keyAt(type, index), at + 1, length)) return changetype<usize>(keyAt(type, index));
  return 0;
}

function isKey(key: Key, start: usize, length: usize): bool {
  return key.length == length && sameBytes(key.name, start, length);
}
