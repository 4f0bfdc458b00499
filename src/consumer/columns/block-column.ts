import * as kinds from '../../kernel/kinds.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { parseJson, parsePlainJson } from '../../schema/exact-json.ts';
import { exactOf } from '../../schema/values.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { eventTimeOf } from './event-time.ts';
import type { RecordScanner } from './record-scanner.ts';
import type { ScannedField } from './scanned-fields.ts';

const bitOf = (kind: number): number => 1 << kind;
const numbers = bitOf(kinds.kindNumber);
const strings = bitOf(kinds.kindString);
const times = bitOf(kinds.kindTime);
const dates = bitOf(kinds.kindDate);
const booleans = bitOf(kinds.kindTrue) | bitOf(kinds.kindFalse);
const typedNested = bitOf(kinds.kindTypedNested);

/** Kinds of values that go to one column. */
interface Share {
  readonly kindBits: number;
  readonly form: 'numbers' | 'strings' | 'nested';
  readonly column: ColumnBuilder | undefined;
}

/** The values of one field of a block. */
export class BlockColumn {
  readonly #field: ScannedField;
  readonly #kernel: Kernel;
  readonly #scanner: RecordScanner;
  /** Where typed arrays or structs go: what is learned from other values of the block is for the next one. */
  readonly #nested: ScannedField['nested'];

  constructor(field: ScannedField, { kernel, scanner }: { readonly kernel: Kernel; readonly scanner: RecordScanner }) {
    this.#field = field;
    this.#kernel = kernel;
    this.#scanner = scanner;
    this.#nested = field.nested;
  }

  get field(): ScannedField {
    return this.#field;
  }

  /** Sets the event times of the rows, in milliseconds. */
  readEventTimes(into: Float64Array): void {
    const { entries } = this.#field;
    const { rows, kinds: kindAt, numbers: numberAt } = entries;
    for (const [entry, row] of rows.entries()) {
      const kind = kindAt[entry];
      if (kind === kinds.kindTime) into[row] = numberAt[entry] ?? Number.NaN;
      else if (kind === kinds.kindNumber) into[row] = eventTimeOf(numberAt[entry]);
      else if (kind === kinds.kindString) into[row] = eventTimeOf(this.#textAt(entry));
    }
  }

  /** Adds all values to their columns, in the rows of a block; answers with false, and adds none, when there is no column yet for some. */
  addAll(block: { readonly first: number; readonly end: number }): boolean {
    const { kindBits } = this.#field.entries;
    const shares = this.#sharesOf(kindBits);
    if (shares === undefined) return false;
    for (const { kindBits: share, form, column } of shares) {
      if (column === undefined) continue;
      column.noteField(this.#field.name, block.first, block.end);
      if (form === 'nested') this.#addNested(column);
      else if ((kindBits & ~share) === 0) this.#addOnly(form, column, share);
      else this.#addSome(form, column, share);
    }
    return true;
  }

  /** Splits the kinds that occur by their columns; `undefined` when one of them has none. */
  #sharesOf(kindBits: number): Share[] | undefined {
    const { state, isString } = this.#field;
    const all: readonly Share[] = [
      { kindBits: numbers, form: 'numbers', column: state?.numbers },
      { kindBits: isString ? strings | times | dates : strings, form: 'strings', column: state?.strings },
      { kindBits: isString ? 0 : times, form: 'numbers', column: state?.timestamps },
      { kindBits: isString ? 0 : dates, form: 'numbers', column: state?.dates },
      { kindBits: booleans, form: 'numbers', column: state?.booleans },
      { kindBits: typedNested, form: 'nested', column: this.#nested?.column },
    ];
    const shares = all.filter((share) => (share.kindBits & kindBits) !== 0);
    let covered = 0;
    for (const { kindBits: bits, column } of shares) if (column !== undefined) covered |= bits;
    return (kindBits & ~covered) === 0 ? shares : undefined;
  }

  #addOnly(form: 'numbers' | 'strings', to: ColumnBuilder, kindBits: number): void {
    const { entries } = this.#field;
    if (form === 'numbers') return to.appendNumbers(entries.rows, entries.numbers);
    // this may allocate in the kernel: rows are looked at afterwards
    const ids = to.strings.idsOf(entries, kindBits);
    to.appendIds(entries.rows, ids);
  }

  /** Adds the values of some kinds, where there are others beside them. */
  #addSome(form: 'numbers' | 'strings', to: ColumnBuilder, kindBits: number): void {
    const { entries } = this.#field;
    const ids = form === 'strings' ? to.strings.idsOf(entries, kindBits) : undefined;
    const { rows, kinds: kindAt, numbers: numberAt } = entries;
    for (const [entry, row] of rows.entries()) {
      if ((bitOf(kindAt[entry] ?? 0) & kindBits) === 0) continue;
      if (ids === undefined) to.pushNumber(row, numberAt[entry] ?? 0);
      else to.pushId(row, ids[entry] ?? 0);
    }
  }

  /** Adds arrays or structs that fit their type whole. */
  #addNested(to: ColumnBuilder): void {
    const { rows, kinds: kindAt, starts, ends } = this.#field.entries;
    const { bytes, shift } = this.#scanner;
    for (const [entry, row] of rows.entries()) {
      if (kindAt[entry] !== kinds.kindTypedNested) continue;
      to.pushJson(row, bytes, (starts[entry] ?? 0) - shift, (ends[entry] ?? 0) - shift);
    }
  }

  /** Adds one array or struct that fits its type whole; answers with false when it is something else. */
  addNestedAt(entry: number): boolean {
    const { entries, name } = this.#field;
    const { kinds: kindAt, rows, starts, ends } = entries;
    const row = rows[entry] ?? 0;
    const column = this.#nested?.column;
    if (column === undefined || kindAt[entry] !== kinds.kindTypedNested) return false;
    const { bytes, shift } = this.#scanner;
    column.noteField(name, row, row + 1);
    return column.pushJson(row, bytes, (starts[entry] ?? 0) - shift, (ends[entry] ?? 0) - shift);
  }

  /** Gives the value as it is in a parsed record. */
  valueAt(entry: number): unknown {
    const { entries } = this.#field;
    switch (entries.kinds[entry]) {
      case kinds.kindFalse:
        return false;
      case kinds.kindTrue:
        return true;
      case kinds.kindNumber:
        return entries.numbers[entry];
      case kinds.kindDigits:
        return exactOf(this.#textAt(entry));
      case kinds.kindTypedNested:
        return parsePlainJson(this.#textAt(entry));
      case kinds.kindRawNested:
        return parseJson(this.#textAt(entry));
      default:
        return this.#textAt(entry);
    }
  }

  /** Orders the block's values as a parsed record has them: those of earlier rows first, keys that are integers before others. */
  orderAt(entry: number): number {
    const { entries, keyIndex } = this.#field;
    const { rows, kinds: kindAt, starts, numbers: numberAt } = entries;
    const address = kindAt[entry] === kinds.kindString ? numberAt[entry] : starts[entry];
    return (rows[entry] ?? 0) * rowWeight + (keyIndex >= 0 ? keyIndex : otherKeys + (address ?? 0));
  }

  #textAt(entry: number): string {
    const { starts, ends } = this.#field.entries;
    return this.#kernel.stringAt(starts[entry] ?? 0, ends[entry] ?? 0);
  }
}

const otherKeys = 2 ** 32;
const rowWeight = 2 ** 34;
