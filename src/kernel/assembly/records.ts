import { allocateZeros } from './arena';
import { closeBrace, comma, openBrace, skipSpace } from './bytes';
import { addExtra, createExtras, dropExtras, endExtras, ExtraMembers } from './extra-members';
import { createField, Field } from './fields';
import { createFilledFields, dropRow, FilledFields, noteFilled } from './filled-fields';
import { addKey, createKeyTable, Key, KeyTable, keyAt, unknownEnd, unknownStart, valueStart } from './keys';
import { endOfNull, firstOfNull } from './words';
import { endOfValue } from './field-values';

/**
 * Reads records into fields, whatever order their keys have and whichever of them are there. A block is a number of consecutive records; the
 * host takes the fields' entries out before the next one.
 */
@unmanaged
export class Scanner {
  keys: KeyTable;
  filled: FilledFields;
  extras: ExtraMembers;
  /** Number of the last record. */
  record: i32;
  /** Where reading of a record goes on behind an unknown key, 0 for a new record. */
  resumeAt: usize;
  resumeAfter: Key;
}

export function createScanner(): Scanner {
  const scanner = changetype<Scanner>(allocateZeros(offsetof<Scanner>()));
  scanner.keys = createKeyTable();
  scanner.filled = createFilledFields();
  scanner.extras = createExtras();
  return scanner;
}

/** Adds a spelling of a key, between its quotes; answers with its field, which is a new one when `field` is 0. */
export function addField(scanner: Scanner, name: usize, length: usize, field: usize): usize {
  const target = field != 0 ? field : changetype<usize>(createField());
  addKey(scanner.keys, name, length, target);
  return target;
}

/**
 * Reads records `[starts[i], ends[i])` as the rows from `firstRow` on, up to one that can't be read. `unknownKeyStart` tells whether it is for
 * an unknown key: once that has been added, the next call goes on behind it. Answers with how many were read.
 */
export function scan(scanner: Scanner, firstRow: i32, starts: usize, ends: usize, count: i32): i32 {
  metDuplicate = false;
  for (let index = 0; index < count; index++) {
    const record = (<usize>index) << 2;
    const row = firstRow + index;
    if (readRecord(scanner, row, <usize>load<i32>(starts + record), <usize>load<i32>(ends + record))) continue;
    if (scanner.resumeAt == 0) drop(scanner, row);
    return index;
  }
  return count;
}

/** Tells whether the record that stopped `scan` has a key twice. */
export function hasDuplicateKey(): bool {
  return metDuplicate;
}

let metDuplicate: bool = false;

/** Answers with where the unknown key begins that stopped `scan`, 0 when something else did. */
export function unknownKeyStart(scanner: Scanner): usize {
  return scanner.resumeAt == 0 ? 0 : unknownStart;
}

export function unknownKeyEnd(): usize {
  return unknownEnd;
}

/** Gives up the record whose key is unknown. */
export function dropRecord(scanner: Scanner, row: i32): void {
  scanner.resumeAt = 0;
  drop(scanner, row);
}

function drop(scanner: Scanner, row: i32): void {
  dropRow(scanner.filled, row);
  dropExtras(scanner.extras, row);
}

/** Answers with the address of the keys that are known. */
export function keysOf(scanner: Scanner): KeyTable {
  return scanner.keys;
}

/** Answers with the address of the members whose fields can have no column. */
export function extrasOf(scanner: Scanner): ExtraMembers {
  return scanner.extras;
}

/** Answers with the address of the fields that have entries. */
export function filledFieldsOf(scanner: Scanner): FilledFields {
  return scanner.filled;
}

function readRecord(scanner: Scanner, row: i32, start: usize, end: usize): bool {
  const keys = scanner.keys;
  let at = scanner.resumeAt;
  let before = scanner.resumeAfter;
  scanner.resumeAt = 0;
  if (at == 0) {
    scanner.record++;
    before = keys.start;
    at = skipSpace(start);
    if (load<u8>(at) != openBrace) return false;
    at = skipSpace(at + 1);
    if (load<u8>(at) == closeBrace) return isEnd(at + 1, end);
  }
  while (true) {
    const key = changetype<Key>(keyAt(keys, at, before));
    if (changetype<usize>(key) == 0) {
      if (unknownStart != 0 && at < end) {
        scanner.resumeAt = at;
        scanner.resumeAfter = before;
      }
      return false;
    }
    at = key.pointer == 0 ? endOfFieldMember(scanner, row, key) : endOfExtra(scanner, row, key);
    if (at == 0) return false;
    let byte = load<u8>(at);
    if (byte <= 0x20) {
      at = skipSpace(at);
      byte = load<u8>(at);
    }
    if (byte != comma) {
      if (byte != closeBrace || !isEnd(at + 1, end)) return false;
      endExtras(scanner.extras, row);
      return true;
    }
    at = skipSpace(at + 1);
    before = key;
  }
}

/** Reads the value of a key into its field; answers with its end, 0 when the record must be parsed. */
function endOfFieldMember(scanner: Scanner, row: i32, key: Key): usize {
  const field = changetype<Field>(key.target);
  if (field.record == scanner.record) return isDuplicate();
  field.record = scanner.record;
  const at = skipSpace(valueStart);
  const firstByte = <u32>load<u8>(at);
  if (firstByte == firstOfNull) return endOfNull(at);
  if (!field.isFilled) noteFilled(scanner.filled, field);
  return endOfValue(field, row, at, firstByte);
}

/** Writes the member of a key whose field can have no column. */
function endOfExtra(scanner: Scanner, row: i32, key: Key): usize {
  if (key.owner == scanner.record) return isDuplicate();
  key.owner = scanner.record;
  const at = skipSpace(valueStart);
  return load<u8>(at) == firstOfNull ? endOfNull(at) : addExtra(scanner.extras, row, key, at);
}

/** Notes that the record has a key twice. */
function isDuplicate(): usize {
  metDuplicate = true;
  return 0;
}

/** Tells whether nothing but space is left of the record: whatever was read beyond its end, this tells. */
function isEnd(at: usize, end: usize): bool {
  return at == end || (at < end && skipSpace(at) >= end);
}
