import { dateOf, timestampOf } from '../schema/times.ts';
import { fitsWhole } from '../schema/fits-whole.ts';
import type { ColumnType } from '../schema/types.ts';
import type { ColumnBuilder } from './decoded-column.ts';
import type { RecordScanner } from './record-scanner.ts';
import type { Shape } from './record-shape.ts';
import { eventTimeOf, type FieldState, type RowReader } from './row-reader.ts';
import { scanned, type ScannedBlock } from './scanned-block.ts';

/** A field of a shape. */
interface Place {
  readonly isEventTime: boolean;
  /** The column is one of texts: a time is a text like others there. */
  readonly isText: boolean;
  /** Another field of the shape has the same column: its values must be looked at row by row. */
  readonly isShared: boolean;
  /** `undefined` for a field that is left out on purpose. */
  readonly state: FieldState | undefined;
}

/** Kinds that occur, as bits. */
const bitOf = (kind: number): number => 1 << kind;
const justNulls = 0;
const justNumbers = bitOf(scanned.number);
const justTexts = bitOf(scanned.text);
const justTimes = bitOf(scanned.time);
const justNested = bitOf(scanned.nested);
const booleans = bitOf(scanned.true) | bitOf(scanned.false);

/**
 * Adds the values of scanned blocks to the columns, a column at a time where a column of their kind is open; the others row by
 * row, as values of parsed records. Both give the same columns.
 */
export class BlockReader {
  readonly #rows: RowReader;
  readonly #eventTimeField: string;
  readonly #eventTimes: Float64Array;
  /** By shape. */
  readonly #places: (readonly Place[])[] = [];

  /** `eventTimes`: milliseconds by row, NaN for none; filled in. */
  constructor(rows: RowReader, eventTimeField: string, eventTimes: Float64Array) {
    this.#rows = rows;
    this.#eventTimeField = eventTimeField;
    this.#eventTimes = eventTimes;
  }

  /** Adds the block's records as the rows from `firstRow` on; `scanner` has their bytes. */
  read(block: ScannedBlock, scanner: RecordScanner, firstRow: number): void {
    const places = (this.#places[block.shape.index] ??= this.#placesOf(block.shape));
    const column = new BlockColumn(block, scanner, firstRow);
    const others: { readonly field: number; readonly state: FieldState }[] = [];
    this.#eventTimes.fill(Number.NaN, firstRow, firstRow + block.count);
    for (const [field, place] of places.entries()) {
      column.field = field;
      if (!place.isText) column.findTimes();
      if (place.isEventTime) column.eventTimes(this.#eventTimes);
      const { state } = place;
      if (state !== undefined && !take(column, place, state)) others.push({ field, state });
    }
    if (others.length === 0) return;
    for (let index = 0; index < block.count; index++) {
      for (const { field, state } of others) {
        column.field = field;
        const value = column.valueAt(index);
        if (value !== null) this.#rows.add(firstRow + index, state, value);
      }
    }
  }

  #placesOf({ keys }: Shape): Place[] {
    const states = keys.map((field) => this.#rows.stateOf(field));
    return keys.map((field, index) => {
      const state = states[index];
      return {
        isEventTime: field === this.#eventTimeField,
        isText: state?.known?.kind === 'string',
        isShared: states.filter((other) => other?.name === state?.name).length > 1,
        state,
      };
    });
  }
}

/** False when the values must be looked at one by one. */
function take(column: BlockColumn, { isText, isShared }: Place, state: FieldState): boolean {
  const kinds = column.kinds();
  if (kinds === justNulls) return true;
  if (isShared) return false;
  if (isText) {
    const areTexts = (kinds & ~(justTexts | justTimes)) === 0;
    return areTexts && state.texts !== undefined && column.addTexts(state.texts);
  }
  if (kinds === justNumbers && state.numbers !== undefined) return column.addNumbers(state.numbers);
  if (kinds === justTimes && state.timestamps !== undefined) return column.addNumbers(state.timestamps);
  if ((kinds & ~booleans) === 0 && state.booleans !== undefined) return column.addBooleans(state.booleans);
  if (kinds === justNested && state.parts !== undefined && state.known !== undefined)
    return column.addParts(state.parts, state.known);
  if (kinds === justTexts && state.texts !== undefined && !column.hasDates()) return column.addTexts(state.texts);
  return false;
}

/** The values of one field of a block. */
class BlockColumn {
  field = 0;
  readonly #block: ScannedBlock;
  readonly #scanner: RecordScanner;
  readonly #firstRow: number;

  constructor(block: ScannedBlock, scanner: RecordScanner, firstRow: number) {
    this.#block = block;
    this.#scanner = scanner;
    this.#firstRow = firstRow;
  }

  get #start(): number {
    return this.field * this.#block.capacity;
  }

  /** The bits of all kinds but null. */
  kinds(): number {
    const { kinds, count } = this.#block;
    let found = 0;
    for (let slot = this.#start, end = slot + count; slot < end; slot++) found |= bitOf(kinds[slot] ?? 0);
    return found & ~bitOf(scanned.null);
  }

  /** Texts that are points in time in other forms become times. */
  findTimes(): void {
    const { kinds, starts, ends, numbers, count } = this.#block;
    const { bytes } = this.#scanner;
    for (let slot = this.#start, end = slot + count; slot < end; slot++) {
      if (kinds[slot] !== scanned.text) continue;
      const ms = timestampOf(bytes, starts[slot] ?? 0, ends[slot] ?? 0);
      if (Number.isNaN(ms)) continue;
      kinds[slot] = scanned.time;
      numbers[slot] = ms;
    }
  }

  hasDates(): boolean {
    const { kinds, starts, ends, count } = this.#block;
    const { bytes } = this.#scanner;
    for (let slot = this.#start, end = slot + count; slot < end; slot++)
      if (kinds[slot] === scanned.text && !Number.isNaN(dateOf(bytes, starts[slot] ?? 0, ends[slot] ?? 0))) return true;
    return false;
  }

  eventTimes(into: Float64Array): void {
    const { kinds, starts, ends, numbers, count } = this.#block;
    const { bytes } = this.#scanner;
    const start = this.#start;
    for (let index = 0; index < count; index++) {
      const slot = start + index;
      const kind = kinds[slot];
      let ms = Number.NaN;
      if (kind === scanned.time) ms = numbers[slot] ?? Number.NaN;
      else if (kind === scanned.number) ms = eventTimeOf(numbers[slot]);
      else if (kind === scanned.text) ms = timestampOf(bytes, starts[slot] ?? 0, ends[slot] ?? 0);
      into[this.#firstRow + index] = ms;
    }
  }

  addNumbers(to: ColumnBuilder): boolean {
    const { kinds, numbers, count } = this.#block;
    const start = this.#start;
    const hasNulls = kinds.subarray(start, start + count).includes(scanned.null);
    if (!hasNulls && to.appendNumbers(this.#firstRow, numbers.subarray(start, start + count))) return true;
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
    const { kinds, starts, ends, hashes, count } = this.#block;
    const { view } = this.#scanner;
    const { texts } = to;
    const start = this.#start;
    for (let index = 0; index < count; index++) {
      const slot = start + index;
      const kind = kinds[slot];
      if (kind === scanned.null) continue;
      const from = starts[slot] ?? 0;
      const end = ends[slot] ?? 0;
      const code =
        kind === scanned.text ? texts.add(view, from, end, hashes[slot] ?? 0) : texts.addBytes(view, from, end);
      to.pushCode(this.#firstRow + index, code);
    }
    return true;
  }

  /** False, and nothing added, when one of them does not fit the type whole. */
  addParts(to: ColumnBuilder, known: ColumnType): boolean {
    const { kinds, starts, ends, nested, count } = this.#block;
    const { bytes } = this.#scanner;
    const start = this.#start;
    for (let slot = start; slot < start + count; slot++)
      if (kinds[slot] === scanned.nested && !fitsWhole(nested[slot], known)) return false;
    for (let index = 0; index < count; index++) {
      const slot = start + index;
      if (kinds[slot] === scanned.nested)
        to.pushJson(this.#firstRow + index, bytes, starts[slot] ?? 0, ends[slot] ?? 0);
    }
    return true;
  }

  /** As it is in a parsed record. */
  valueAt(index: number): unknown {
    const { kinds, starts, ends, numbers, nested } = this.#block;
    const slot = this.#start + index;
    switch (kinds[slot]) {
      case scanned.false:
        return false;
      case scanned.true:
        return true;
      case scanned.number:
        return numbers[slot];
      case scanned.text:
      case scanned.time:
        return this.#scanner.bytes.toString('utf8', starts[slot], ends[slot]);
      case scanned.nested:
        return nested[slot];
      default:
        return null;
    }
  }
}
