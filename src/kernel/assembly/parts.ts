import { grow, takeZeros } from './arena';
import { closeBrace, closeBracket, colon, comma, openBrace, openBracket, quote, sameBytes, skipSpace } from './bytes';
import { endOfNumber } from './number';
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

/** One past the JSON at `at` when it is a value of the type with all its parts, none of them unknown; else 0. */
export function endOfPart(part: PartType, at: usize): usize {
  switch (part.kind) {
    case TypeKind.struct:
      return endOfStruct(part, at);
    case TypeKind.array:
      return endOfArray(part, at);
    case TypeKind.double:
      return endOfNumber(at);
    case TypeKind.boolean:
      return endOfBoolean(at);
    default: {
      if (load<u8>(at) != quote) return 0;
      const end = endOfText(at);
      if (end == 0 || part.kind == TypeKind.text) return end;
      return isNaN(momentOf(part)) ? 0 : end;
    }
  }
}

/** The text that was read last as a time or a date. */
function momentOf(part: PartType): f64 {
  return part.kind == TypeKind.time ? timeOf(textStart, textEnd) : dateOf(textStart, textEnd);
}

/** Behind the part's value, or the null in its place, and the space after it; 0 when it is neither. */
function endOfMember(part: PartType, at: usize): usize {
  const afterNull = endOfNull(at);
  const end = afterNull != 0 ? afterNull : endOfPart(part, at);
  return end == 0 ? 0 : skipSpace(end);
}

function endOfArray(part: PartType, start: usize): usize {
  if (load<u8>(start) != openBracket) return 0;
  let at = skipSpace(start + 1);
  if (load<u8>(at) == closeBracket) return at + 1;
  while (true) {
    at = endOfMember(part.element, at);
    if (at == 0) return 0;
    const byte = load<u8>(at);
    if (byte == closeBracket) return at + 1;
    if (byte != comma) return 0;
    at = skipSpace(at + 1);
  }
}

function endOfStruct(part: PartType, start: usize): usize {
  if (load<u8>(start) != openBrace) return 0;
  let at = skipSpace(start + 1);
  if (load<u8>(at) == closeBrace) return at + 1;
  let seen: u64 = 0;
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
    at = endOfMember(fieldAt(part, field), at);
    if (at == 0) return 0;
    const byte = load<u8>(at);
    if (byte == closeBrace) return at + 1;
    if (byte != comma) return 0;
    at = skipSpace(at + 1);
  }
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
