import { grow, takeZeros } from './arena';
import { closeBrace, closeBracket, colon, comma, openBrace, openBracket, quote, sameBytes, skipSpace } from './bytes';
import { addEntry, addTextValue, addValue, keepLeaf, Leaf, restoreLeaf } from './leaf';
import { endOfNumber, numberValue } from './number';
import { endOfPlain, endOfText, textEnd, textStart } from './text';
import { dateOf, timeOf } from './time';

/** Kinds of types; the host's numbers. */
export const enum TypeKind {
  struct = 0,
  array = 1,
  double = 2,
  text = 3,
  boolean = 4,
  time = 5,
  date = 6,
}

/** A type with its parts. */
@unmanaged
export class PartType {
  kind: TypeKind;
  /** Of an array. */
  element: PartType;
  /** Of a struct: as many as `fieldCount`. */
  fields: usize;
  fieldCount: i32;
  /** Of a struct: `Key`s under which JSON has its fields. */
  keys: usize;
  keyCount: i32;
  keysMax: i32;
  /** Of a part without parts: where its values are collected, if they are. */
  leaf: Leaf;
}

@unmanaged
class Key {
  name: usize;
  length: usize;
  field: i32;
}

/** With room for `fieldCount` fields, at most 64, which `setField` fills. */
export function createPart(kind: TypeKind, fieldCount: i32): PartType {
  const part = changetype<PartType>(takeZeros(offsetof<PartType>()));
  part.kind = kind;
  part.fieldCount = fieldCount;
  part.fields = takeZeros(<usize>fieldCount * sizeof<usize>());
  return part;
}

export function setElement(part: PartType, element: PartType): void {
  part.element = element;
}

export function setField(part: PartType, index: i32, field: PartType): void {
  store<usize>(part.fields + <usize>index * sizeof<usize>(), changetype<usize>(field));
}

export function setLeaf(part: PartType, leaf: Leaf): void {
  part.leaf = leaf;
}

/** JSON has the field under that name: its bytes as they stand between the quotes. */
export function addKey(part: PartType, name: usize, length: usize, field: i32): void {
  if (part.keyCount == part.keysMax) {
    const bytes = <usize>part.keyCount * offsetof<Key>();
    part.keysMax = part.keysMax * 2 + 4;
    part.keys = grow(part.keys, bytes, <usize>part.keysMax * offsetof<Key>());
  }
  const key = keyAt(part, part.keyCount++);
  key.name = name;
  key.length = length;
  key.field = field;
}

function fieldAt(part: PartType, index: i32): PartType {
  return load<PartType>(part.fields + <usize>index * sizeof<usize>());
}

function keyAt(part: PartType, index: i32): Key {
  return changetype<Key>(part.keys + <usize>index * offsetof<Key>());
}

/** One past the `null` at `at`, 0 for anything else. */
export function endOfNull(at: usize): usize {
  return load<u32>(at) == 0x6c6c756e ? at + 4 : 0;
}

/** One past `true` or `false`, 0 for anything else. */
export function endOfBoolean(at: usize): usize {
  if (load<u32>(at) == 0x65757274) return at + 4;
  return load<u8>(at) == 0x66 && load<u32>(at, 1) == 0x65736c61 ? at + 5 : 0;
}

/**
 * One past the JSON at `at` when it is a value of the type with all its parts, none of them unknown; else 0. Leaves of the parts collect
 * it: `definition` and `repetition` are the levels of what is around the value, `depth` is how many arrays these are.
 */
export function endOfPart(part: PartType, at: usize, definition: i32, repetition: i32, depth: i32): usize {
  if (part.kind == TypeKind.struct) return endOfStruct(part, at, definition + 1, repetition, depth);
  if (part.kind == TypeKind.array) return endOfArray(part, at, definition + 1, repetition, depth);
  const end = endOfScalar(part, at);
  const leaf = part.leaf;
  if (end == 0 || changetype<usize>(leaf) == 0) return end;
  addEntry(leaf, definition + 1, repetition);
  if (part.kind == TypeKind.text) addTextValue(leaf, textStart, textEnd);
  else addValue(leaf, scalarValue);
  return end;
}

/** What `endOfScalar` read, unless it is a text; 1 and 0 for booleans. */
let scalarValue: f64 = 0;

function endOfScalar(part: PartType, at: usize): usize {
  if (part.kind == TypeKind.double) {
    const end = endOfNumber(at);
    scalarValue = numberValue;
    return end;
  }
  if (part.kind == TypeKind.boolean) {
    const end = endOfBoolean(at);
    scalarValue = end == at + 4 ? 1 : 0;
    return end;
  }
  if (load<u8>(at) != quote) return 0;
  const end = endOfText(at);
  if (end == 0 || part.kind == TypeKind.text) return end;
  scalarValue = part.kind == TypeKind.time ? timeOf(textStart, textEnd) : dateOf(textStart, textEnd);
  return isNaN(scalarValue) ? 0 : end;
}

/** No value: its leaves have an entry all the same. */
function addNone(part: PartType, definition: i32, repetition: i32): void {
  if (part.kind == TypeKind.array) addNone(part.element, definition, repetition);
  else if (part.kind == TypeKind.struct)
    for (let field = 0; field < part.fieldCount; field++) addNone(fieldAt(part, field), definition, repetition);
  else if (changetype<usize>(part.leaf) != 0) addEntry(part.leaf, definition, repetition);
}

/** Behind the part's value, or the null in its place, and the space after it; 0 when it is neither. */
function endOfMember(part: PartType, at: usize, definition: i32, repetition: i32, depth: i32): usize {
  const afterNull = endOfNull(at);
  if (afterNull != 0) {
    addNone(part, definition, repetition);
    return skipSpace(afterNull);
  }
  const end = endOfPart(part, at, definition, repetition, depth);
  return end == 0 ? 0 : skipSpace(end);
}

/** `definition`: that of an empty array. */
function endOfArray(part: PartType, start: usize, definition: i32, repetition: i32, depth: i32): usize {
  if (load<u8>(start) != openBracket) return 0;
  let at = skipSpace(start + 1);
  if (load<u8>(at) == closeBracket) {
    addNone(part.element, definition, repetition);
    return at + 1;
  }
  let repeated = repetition;
  while (true) {
    at = endOfMember(part.element, at, definition + 1, repeated, depth + 1);
    if (at == 0) return 0;
    const byte = load<u8>(at);
    if (byte == closeBracket) return at + 1;
    if (byte != comma) return 0;
    at = skipSpace(at + 1);
    repeated = depth + 1;
  }
}

/** `definition`: that of its fields. */
function endOfStruct(part: PartType, start: usize, definition: i32, repetition: i32, depth: i32): usize {
  if (load<u8>(start) != openBrace) return 0;
  let at = skipSpace(start + 1);
  let seen: u64 = 0;
  if (load<u8>(at) == closeBrace) {
    addMissing(part, seen, definition, repetition);
    return at + 1;
  }
  let index = 0;
  while (true) {
    const key = keyOf(part, at, index++);
    if (key == 0) return 0;
    const field = changetype<Key>(key).field;
    const length = changetype<Key>(key).length;
    // two keys of one field: which of them counts is not for here
    if ((seen & ((<u64>1) << field)) != 0) return 0;
    seen |= (<u64>1) << field;
    at = valueOf(at + length + 2);
    if (at == 0) return 0;
    at = endOfMember(fieldAt(part, field), at, definition, repetition, depth);
    if (at == 0) return 0;
    const byte = load<u8>(at);
    if (byte == closeBrace) {
      addMissing(part, seen, definition, repetition);
      return at + 1;
    }
    if (byte != comma) return 0;
    at = skipSpace(at + 1);
  }
}

/** Fields that are not among those `seen` are there as nulls. */
function addMissing(part: PartType, seen: u64, definition: i32, repetition: i32): void {
  for (let field = 0; field < part.fieldCount; field++)
    if ((seen & ((<u64>1) << field)) == 0) addNone(fieldAt(part, field), definition, repetition);
}

/**
 * Collects in their leaves the values that stand in a window as `starts` and `ends` say, where an empty place has none. How many it was:
 * up to one that is not of the type, as far as its keys are known.
 */
export function shred(part: PartType, starts: usize, ends: usize, count: i32): i32 {
  for (let index = 0; index < count; index++) {
    const row = (<usize>index) << 2;
    const start = <usize>load<i32>(starts + row);
    const end = <usize>load<i32>(ends + row);
    if (start == end) {
      addNone(part, 0, 0);
      continue;
    }
    keepLeaves(part);
    if (endOfPart(part, start, 0, 0, 0) != end) {
      restoreLeaves(part);
      return index;
    }
  }
  return count;
}

function keepLeaves(part: PartType): void {
  if (part.kind == TypeKind.array) keepLeaves(part.element);
  else if (part.kind == TypeKind.struct)
    for (let field = 0; field < part.fieldCount; field++) keepLeaves(fieldAt(part, field));
  else keepLeaf(part.leaf);
}

function restoreLeaves(part: PartType): void {
  if (part.kind == TypeKind.array) restoreLeaves(part.element);
  else if (part.kind == TypeKind.struct)
    for (let field = 0; field < part.fieldCount; field++) restoreLeaves(fieldAt(part, field));
  else restoreLeaf(part.leaf);
}

/** Where the value behind a key begins, 0 without a colon. */
function valueOf(afterKey: usize): usize {
  const at = skipSpace(afterKey);
  return load<u8>(at) == colon ? skipSpace(at + 1) : 0;
}

/** The known key whose opening quote is at `at`, 0 when it is none; keys mostly come in their order. */
function keyOf(part: PartType, at: usize, expected: i32): usize {
  if (load<u8>(at) != quote) return 0;
  const length = endOfPlain(at + 1) - at - 1;
  if (load<u8>(at + 1 + length) != quote) return 0;
  if (expected < part.keyCount && isKey(keyAt(part, expected), at + 1, length))
    return changetype<usize>(keyAt(part, expected));
  for (let index = 0; index < part.keyCount; index++)
    if (isKey(keyAt(part, index), at + 1, length)) return changetype<usize>(keyAt(part, index));
  return 0;
}

function isKey(key: Key, start: usize, length: usize): bool {
  return key.length == length && sameBytes(key.name, start, length);
}
