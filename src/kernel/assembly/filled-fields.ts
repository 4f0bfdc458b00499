import { allocate, allocateZeros, grow } from './arena';
import { detach, dropEntry, Field } from './fields';

/** The fields that have entries in a block of records, in the order in which they got the first one. */
@unmanaged
export class FilledFields {
  /** Addresses of the fields. */
  addresses: usize;
  count: i32;
  /** Room in `addresses` and in `detached`. */
  max: i32;
  /** Addresses of those that `detachFields` has set aside. */
  detached: usize;
  detachedCount: i32;
}

const startFields: i32 = 64;

export function createFilledFields(): FilledFields {
  const filled = changetype<FilledFields>(allocateZeros(offsetof<FilledFields>()));
  filled.max = startFields;
  filled.addresses = allocate((<usize>startFields) << 2);
  filled.detached = allocate((<usize>startFields) << 2);
  return filled;
}

/** Notes that the field has an entry. */
export function noteFilled(filled: FilledFields, field: Field): void {
  if (filled.count == filled.max) {
    const bytes = (<usize>filled.max) << 2;
    filled.addresses = grow(filled.addresses, bytes, bytes * 2);
    filled.detached = allocate(bytes * 2);
    filled.max *= 2;
  }
  setField(filled.addresses, filled.count++, field);
  field.isFilled = true;
}

/** Drops the entries of the row that was read last. */
export function dropRow(filled: FilledFields, row: i32): void {
  for (let index = 0; index < filled.count; index++) dropEntry(fieldAt(filled.addresses, index), row);
}

/** Answers with the number of fields that have, or had, entries in the block. */
export function filledCountOf(filled: FilledFields): i32 {
  return filled.count;
}

/** Answers with the number of entries that these fields have. */
export function filledEntriesOf(filled: FilledFields): i32 {
  let entries = 0;
  for (let index = 0; index < filled.count; index++) entries += fieldAt(filled.addresses, index).count;
  return entries;
}

export function filledAddressesOf(filled: FilledFields): usize {
  return filled.addresses;
}

/** Sets aside the fields whose entries need nothing of the window any more, once their strings have ids: the next `emptyFields` leaves them as they are. */
export function detachFields(filled: FilledFields): void {
  let others = 0;
  for (let index = 0; index < filled.count; index++) {
    const field = fieldAt(filled.addresses, index);
    if (detach(field)) setField(filled.detached, filled.detachedCount++, field);
    else setField(filled.addresses, others++, field);
  }
  filled.count = others;
}

/** Empties the fields; those that `detachFields` has set aside are the filled ones then. */
export function emptyFields(filled: FilledFields): void {
  for (let index = 0; index < filled.count; index++) {
    const field = fieldAt(filled.addresses, index);
    field.count = 0;
    field.detachedCount = 0;
    field.isFilled = false;
    field.isSpoiled = false;
    field.anySpelling = 0;
    field.everySpelling = -1;
    if (changetype<usize>(field.leftOut) != 0) field.leftOut.count = 0;
  }
  const emptied = filled.addresses;
  filled.addresses = filled.detached;
  filled.count = filled.detachedCount;
  filled.detached = emptied;
  filled.detachedCount = 0;
}

function fieldAt(addresses: usize, index: i32): Field {
  return changetype<Field>(load<usize>(addresses + ((<usize>index) << 2)));
}

function setField(addresses: usize, index: i32, field: Field): void {
  store<usize>(addresses + ((<usize>index) << 2), changetype<usize>(field));
}
