import { KernelPart } from '../../kernel/kernel-part.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { fitsWhole } from '../../schema/fits-whole.ts';
import type { ColumnType } from '../../schema/types.ts';
import type { ColumnBuilder } from './decoded-column.ts';
import type { RecordScanner } from './record-scanner.ts';
import { eventTimeOf, type FieldState, type RowReader } from './row-reader.ts';
import { scanned, type ScannedBlock } from '../../kernel/kernel-block.ts';

/** A field of a shape. */
interface Place {
  readonly isEventTime: boolean;
  /** The column is one of texts: a time is a text like others there. */
  readonly isText: boolean;
  /** Another field of the shape has the same column: its values must be looked at row by row. */
  readonly isShared: boolean;
  /** `undefined` for a field that is left out on purpose. */
  readonly state: FieldState | undefined;
  /** Of a field whose type has parts. */
  readonly part: KernelPart | undefined;
}

/** Kinds that occur, as bits. */
const bitOf = (kind: number): number => 1 << kind;
const justNulls = 0;
const justNumbers = bitOf(scanned.number);
const justTexts = bitOf(scanned.text);
const justTimes = bitOf(scanned.time);
const justDates = bitOf(scanned.date);
const texts = justTexts | justTimes | justDates;
const booleans = bitOf(scanned.true) | bitOf(scanned.false);
const parts = bitOf(scanned.part) | bitOf(scanned.nested);

/**
 * Adds the values of scanned blocks to the columns, a column at a time where a column of their kind is open; the others row by
 * row, as values of parsed records. Both give the same columns.
 */
export class BlockReader {
  readonly #kernel: Kernel;
  readonly #scanner: RecordScanner;
  readonly #rows: RowReader;
  readonly #eventTimeField: string;
  readonly #eventTimes: Float64Array;
  /** By shape. */
  readonly #places: (readonly Place[])[] = [];

  /** `eventTimes`: milliseconds by row, NaN for none; filled in. */
  constructor(
    { kernel, scanner, rows }: { readonly kernel: Kernel; readonly scanner: RecordScanner; readonly rows: RowReader },
    eventTimeField: string,
    eventTimes: Float64Array,
  ) {
    this.#kernel = kernel;
    this.#scanner = scanner;
    this.#rows = rows;
    this.#eventTimeField = eventTimeField;
    this.#eventTimes = eventTimes;
  }

  /** Gets ready for a new shape, one of whose records has been parsed to `fields`. */
  open({ shape, address }: ScannedBlock, fields: object): void {
    const places = this.#placesOf(shape.keys);
    for (const [field, value] of Object.values(fields).entries()) {
      const part = places[field]?.part;
      if (part === undefined) continue;
      part.learn(value);
      this.#kernel.calls.setPart(address, field, part.address);
    }
    this.#places[shape.index] = places;
  }

  /** Adds the block's records as the rows from `firstRow` on. */
  read(block: ScannedBlock, firstRow: number): void {
    const places = this.#places[block.shape.index] ?? [];
    const column = new BlockColumn(block, { kernel: this.#kernel, scanner: this.#scanner }, firstRow);
    const others: { readonly field: number; readonly state: FieldState }[] = [];
    this.#eventTimes.fill(Number.NaN, firstRow, firstRow + block.count);
    for (const [field, place] of places.entries()) {
      column.moveTo(field);
      if (place.isEventTime) column.eventTimes(this.#eventTimes);
      const { state } = place;
      if (state !== undefined && !take(column, place, state)) others.push({ field, state });
    }
    if (others.length === 0) return;
    for (let index = 0; index < block.count; index++) {
      for (const { field, state } of others) {
        const value = column.valueAt(field, index);
        if (value !== null) this.#rows.add(firstRow + index, state, value);
      }
    }
  }

  #placesOf(keys: readonly string[]): Place[] {
    const states = keys.map((field) => this.#rows.stateOf(field));
    return keys.map((field, index) => {
      const state = states[index];
      const known = state?.known;
      return {
        isEventTime: field === this.#eventTimeField,
        isText: known?.kind === 'string',
        isShared: states.filter((other) => other?.name === state?.name).length > 1,
        state,
        part: known?.kind === 'array' || known?.kind === 'struct' ? KernelPart.of(this.#kernel, known) : undefined,
      };
    });
  }
}

/** False when the values must be looked at one by one. */
function take(column: BlockColumn, { isText, isShared, part }: Place, state: FieldState): boolean {
  const { kinds } = column;
  const areJust = (bits: number): boolean => (kinds & ~bits) === 0;
  if (kinds === justNulls) return true;
  if (isShared) return false;
  if (isText) return areJust(texts) && state.texts !== undefined && column.addTexts(state.texts);
  if (areJust(justNumbers) && state.numbers !== undefined) return column.addNumbers(state.numbers);
  if (areJust(justTimes) && state.timestamps !== undefined) return column.addNumbers(state.timestamps);
  if (areJust(justDates) && state.dates !== undefined) return column.addNumbers(state.dates);
  if (areJust(booleans) && state.booleans !== undefined) return column.addBooleans(state.booleans);
  if (areJust(justTexts) && state.texts !== undefined) return column.addTexts(state.texts);
  if (areJust(parts) && state.parts !== undefined && state.known !== undefined)
    return column.addParts(state.parts, state.known, part);
  return false;
}

/** The values of one field of a block. */
class BlockColumn {
  #field = 0;
  /** That occur, as bits. */
  #kinds = 0;
  readonly #block: ScannedBlock;
  readonly #kernel: Kernel;
  readonly #scanner: RecordScanner;
  readonly #firstRow: number;

  constructor(
    block: ScannedBlock,
    { kernel, scanner }: { readonly kernel: Kernel; readonly scanner: RecordScanner },
    firstRow: number,
  ) {
    this.#block = block;
    this.#kernel = kernel;
    this.#scanner = scanner;
    this.#firstRow = firstRow;
  }

  get #start(): number {
    return this.#field * this.#block.capacity;
  }

  /** From now on it is about that field. */
  moveTo(field: number): void {
    const { address, count } = this.#block;
    this.#field = field;
    this.#kinds = this.#kernel.calls.kindsOf(address, field, count);
  }

  /** The bits of all kinds but null. */
  get kinds(): number {
    return this.#kinds & ~bitOf(scanned.null);
  }

  get #hasNulls(): boolean {
    return (this.#kinds & bitOf(scanned.null)) !== 0;
  }

  eventTimes(into: Float64Array): void {
    const { kinds, numbers, count } = this.#block;
    const start = this.#start;
    if (this.#kinds === justTimes) return into.set(numbers.subarray(start, start + count), this.#firstRow);
    for (let index = 0; index < count; index++) {
      const slot = start + index;
      const kind = kinds[slot];
      if (kind === scanned.time) into[this.#firstRow + index] = numbers[slot] ?? Number.NaN;
      else if (kind === scanned.number) into[this.#firstRow + index] = eventTimeOf(numbers[slot]);
    }
  }

  addNumbers(to: ColumnBuilder): boolean {
    const { kinds, numbers, count } = this.#block;
    const start = this.#start;
    if (!this.#hasNulls && to.appendNumbers(this.#firstRow, numbers.subarray(start, start + count))) return true;
    for (let index = 0; index < count; index++)
      if (kinds[start + index] !== scanned.null) to.pushNumber(this.#firstRow + index, numbers[start + index] ?? 0);
    return true;
  }

  addBooleans(to: ColumnBuilder): boolean {
    const { kinds, count } = this.#block;
    const start = this.#start;
    for (let index = 0; index < count; index++) {
      const kind = kinds[start + index];
      if (kind !== scanned.null) to.pushNumber(this.#firstRow + index, kind === scanned.true ? 1 : 0);
    }
    return true;
  }

  addTexts(to: ColumnBuilder): boolean {
    const { address, count } = this.#block;
    const { calls, codes: place } = this.#kernel;
    calls.codesOf(address, this.#field, count, to.texts.address, place);
    const codes = this.#kernel.int32.subarray(place >> 2, (place >> 2) + count);
    if (!this.#hasNulls && to.appendCodes(this.#firstRow, codes)) return true;
    for (let index = 0; index < count; index++) {
      const code = codes[index] ?? -1;
      if (code >= 0) to.pushCode(this.#firstRow + index, code);
    }
    return true;
  }

  /** False, and nothing added, when one of them does not fit the type whole. */
  addParts(to: ColumnBuilder, known: ColumnType, part: KernelPart | undefined): boolean {
    const { kinds, starts, ends, nested, count } = this.#block;
    const { bytes } = this.#scanner;
    const start = this.#start;
    for (let slot = start; slot < start + count; slot++)
      if (kinds[slot] === scanned.nested && !fitsWhole(nested[slot], known)) return false;
    for (let index = 0; index < count; index++) {
      const slot = start + index;
      if (kinds[slot] === scanned.null) continue;
      const from = this.#scanner.placeOf(starts[slot] ?? 0);
      to.pushJson(this.#firstRow + index, bytes, from, this.#scanner.placeOf(ends[slot] ?? 0));
    }
    for (let slot = start; slot < start + count; slot++)
      if (this.#block.kindAt(slot) === scanned.nested) part?.learn(nested[slot]);
    return true;
  }

  /** As it is in a parsed record. */
  valueAt(field: number, index: number): unknown {
    const block = this.#block;
    const slot = field * block.capacity + index;
    switch (block.kindAt(slot)) {
      case scanned.false:
        return false;
      case scanned.true:
        return true;
      case scanned.number:
        return block.numberAt(slot);
      case scanned.text:
      case scanned.time:
      case scanned.date:
        return block.textAt(slot);
      case scanned.part:
        return JSON.parse(block.textAt(slot));
      case scanned.nested:
        return block.nested[slot];
      default:
        return null;
    }
  }
}
