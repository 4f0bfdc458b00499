import { endOfDigits, endOfJson, jsonKind } from './any-json';
import { closeBrace, closeBracket, digitOf, minus, openBrace, openBracket, quote, skipSpace } from './bytes';
import { isUntypedArray } from './empty-values';
import { noteSpelling } from './field-times';
import { addEntry, Field, keepLeftOut } from './fields';
import { endOfEmptyStruct, endOfType } from './field-types';
import { mayBeOf, NestedType } from './nested-type';
import { endOfWhole } from './nested-values';
import { endOfLong, endOfNumber, isExactInteger, longValue, numberValue } from './number';
import { endOfString, stringEnd, stringStart } from './strings';
import { hasDateLength, timeOrDateOf } from './time';
import { endOfBoolean } from './words';
import {
  kindDate,
  kindDigits,
  kindEmptyArray,
  kindEmptyObject,
  kindEmptyStruct,
  kindFalse,
  kindInteger,
  kindLong,
  kindMixedArray,
  kindNumber,
  kindRawNested,
  kindString,
  kindTime,
  kindTrue,
  kindTypedFirst,
  typeArray,
  typeMap,
  typeStruct,
} from '../kinds';

/** Reads a value that is not null into an entry of its field; answers with the address one past it, 0 when it is unusual: the record must be parsed. */
export function endOfValue(field: Field, row: i32, at: usize, firstByte: u32): usize {
  if (firstByte == quote) return endOfText(field, row, at);
  if (digitOf(firstByte) <= 9 || firstByte == minus) {
    const end = endOfNumber(at);
    if (end == 0) return endOfLongNumber(field, row, at);
    const kind = field.keepsIntegers && isExactInteger(numberValue) ? kindInteger : kindNumber;
    setNumber(field, addEntry(field, row, kind), at, numberValue);
    return end;
  }
  if (firstByte == openBrace || firstByte == openBracket) return endOfNested(field, row, at);
  const end = endOfBoolean(at);
  if (end != 0) {
    const isTrue = end == at + 4;
    setNumber(field, addEntry(field, row, isTrue ? kindTrue : kindFalse), at, isTrue ? 1 : 0);
  }
  return end;
}

function setNumber(field: Field, entry: usize, start: usize, value: f64): void {
  store<i32>(field.starts + (entry << 2), <i32>start);
  store<f64>(field.numbers + (entry << 3), value);
}

function setRange(field: Field, entry: usize, start: usize, end: usize): void {
  store<i32>(field.starts + (entry << 2), <i32>start);
  store<i32>(field.ends + (entry << 2), <i32>end);
}

/** Reads a string, or the time or date that it stands for. */
function endOfText(field: Field, row: i32, at: usize): usize {
  const end = endOfString(at);
  if (end == 0) return 0;
  let kind: i32 = kindString;
  let number = <f64>at;
  const time = timeOrDateOf(stringStart, stringEnd);
  if (time == time) {
    // nobody writes a time with escapes
    if (stringStart != at + 1) return 0;
    kind = hasDateLength(stringStart, stringEnd) ? kindDate : kindTime;
    if (kind == kindTime) noteSpelling(field, stringStart, stringEnd);
    number = time;
  }
  const entry = addEntry(field, row, kind);
  setRange(field, entry, stringStart, stringEnd);
  store<f64>(field.numbers + (entry << 3), number);
  return end;
}

/** Reads a number that no double holds with all its digits. */
function endOfLongNumber(field: Field, row: i32, at: usize): usize {
  const longEnd = field.keepsLongs ? endOfLong(at) : 0;
  const end = longEnd != 0 ? longEnd : endOfDigits(at);
  if (end == 0) return 0;
  const entry = addEntry(field, row, longEnd != 0 ? kindLong : kindDigits);
  setRange(field, entry, at, end);
  if (longEnd != 0) store<i64>(field.numbers + (entry << 3), longValue);
  return end;
}

function endOfNested(field: Field, row: i32, at: usize): usize {
  const emptyKind = kindOfEmpty(at);
  let kind: i32 = kindEmptyStruct;
  // a type would be read for nothing
  let end = field.meetsEmpty && emptyKind == 0 ? endOfEmptyStruct(field, at) : 0;
  for (let type = field.type; end == 0 && changetype<usize>(type) != 0; type = type.nextType) {
    if (emptyKind == 0 ? !mayBeOf(type, at) : !takesEmpty(type, emptyKind)) continue;
    end = endOfType(field, type, at);
    kind = type.entryKind;
  }
  if (end == 0 && emptyKind == 0 && !field.meetsEmpty) {
    end = endOfEmptyStruct(field, at);
    kind = kindEmptyStruct;
  }
  if (end == 0) {
    end = endOfJson(at);
    kind = emptyKind == 0 ? kindOfJson(field, at) : emptyKind;
  }
  if (end == 0) return 0;
  const entry = addEntry(field, row, kind);
  setRange(field, entry, at, end);
  store<f64>(field.numbers + (entry << 3), kind >= kindTypedFirst ? keepLeftOut(field) : 0);
  return end;
}

/** Reads an array or object that fitted no type of its field once more, by the types that there are now; leaves collect nothing of it. */
export function readAgain(field: Field, entry: i32): void {
  const range = (<usize>entry) << 2;
  const at = <usize>load<u32>(field.starts + range);
  if (load<u8>(field.kinds + entry) != <u8>kindRawNested) return;
  for (let type = field.type; changetype<usize>(type) != 0; type = type.nextType) {
    if (!mayBeOf(type, at) || endOfWhole(type, at, false) == 0) continue;
    store<u8>(field.kinds + entry, <u8>type.entryKind);
    if (type.entryKind >= kindTypedFirst) store<f64>(field.numbers + ((<usize>entry) << 3), keepLeftOut(field));
    return;
  }
}

/** Gives the kind of the array or object that `endOfJson` read. */
function kindOfJson(field: Field, at: usize): i32 {
  return jsonKind == kindRawNested && isUntypedArray(at, field.untypedLevels) ? kindMixedArray : jsonKind;
}

/** Gives the kind of an array or object that has nothing in it, 0 for others. */
function kindOfEmpty(at: usize): i32 {
  const second = load<u8>(at, 1);
  const close = second > 0x20 ? second : load<u8>(skipSpace(at + 1));
  if (close == closeBracket) return load<u8>(at) == openBracket ? kindEmptyArray : 0;
  return close == closeBrace && load<u8>(at) == openBrace ? kindEmptyObject : 0;
}

/** Tells whether an empty array or object is a value of the type: it tells no type by itself. */
function takesEmpty(type: NestedType, emptyKind: i32): bool {
  if (type.isStrict) return false;
  return emptyKind == kindEmptyArray ? type.kind == typeArray : type.kind == typeStruct || type.kind == typeMap;
}
