import { windowRecords, type Kernel } from '../../../kernel/kernel.ts';
import { BlockColumn, type Rows } from './block-column.ts';
import { compareOrder, type EntryOrder } from './entry-order.ts';
import type { ExtraMembers } from './extra-members.ts';
import type { FieldState } from '../builders/field-state.ts';
import * as bits from '../builders/kind-bits.ts';
import { areDigitsApart, numberRuleOf } from '../builders/known-type.ts';
import type { EventTimeReader } from '../times/event-time.ts';
import { LeftOutMembers } from '../members/left-out-members.ts';
import { hasNestedType } from './nested-targets.ts';
import { readEventTimes } from './read-event-times.ts';
import type { RecordScanner } from './record-scanner.ts';
import type { RowReader } from '../parse/row-reader.ts';
import type { ScannedField, ScannedFields } from './scanned-fields.ts';

/** Rows of the first blocks: values for which there is no column yet are added one by one. */
const firstRowsMax = 4;
const growth = 4;
/** A block whose fields have fewer values each outlives its window: what each field costs by itself is paid for more values. */
const smallRows = 1024;
/** Most values of a block that does: they are held in the kernel's memory. */
const heldValuesMax = 256_000;
/** Entries of leaves that the kernel holds: it has two bytes for each. */
const collectedMax = 4_000_000;

/** Columns that the values of one field may need in a block: more than ever come together. */
const fieldColumnsMax = 64;

/** A value that is added by itself. */
interface SingleValue extends EntryOrder {
  readonly column: BlockColumn;
  readonly entry: number;
}

/**
 * Adds the values of scanned records to the columns, a block of rows at a time: a field at once where there are columns for its kinds, the
 * others row by row, as values of parsed records. Both give the same columns.
 */
export class BlockReader {
  readonly #kernel: Kernel;
  readonly #scanner: RecordScanner;
  readonly #rows: RowReader;
  readonly #fields: ScannedFields;
  readonly #extra: ExtraMembers;
  readonly #eventTimes: Float64Array;
  readonly #readEventTime: EventTimeReader;
  readonly #leftOut = new LeftOutMembers();
  #rowsMax = firstRowsMax;
  #count = 0;
  /** The rows of them that are of the window that is loaded. */
  #windowCount = 0;

  /** Fills `eventTimes`: milliseconds by row, NaN for none. */
  constructor(
    tools: {
      readonly kernel: Kernel;
      readonly scanner: RecordScanner;
      readonly rows: RowReader;
      readonly fields: ScannedFields;
      readonly extra: ExtraMembers;
    },
    eventTimes: Float64Array,
    readEventTime: EventTimeReader,
  ) {
    this.#kernel = tools.kernel;
    this.#scanner = tools.scanner;
    this.#rows = tools.rows;
    this.#fields = tools.fields;
    this.#extra = tools.extra;
    this.#eventTimes = eventTimes;
    this.#readEventTime = readEventTime;
  }

  /** Rows for which the block has room. */
  get room(): number {
    return this.#rowsMax - this.#count;
  }

  /** Counts rows that have been scanned. */
  count(rows: number): void {
    this.#count += rows;
    this.#windowCount += rows;
  }

  /** Ends a window, which others replace: adds the values that refer to it, of a block that is large enough all. */
  endWindow(endRow: number): void {
    const { kernelFields } = this.#fields;
    const values = kernelFields.filledEntries;
    const isLarge = values >= Math.min(smallRows, this.#rowsMax) * kernelFields.filledCount;
    // with those of another window
    const heldValues = values * (1 + this.#windowCount / Math.max(1, this.#count));
    const collected = this.#kernel.calls.missingEntries.value;
    if (isLarge || heldValues > heldValuesMax || collected > collectedMax) return this.flush(endRow);
    kernelFields.detach();
    this.#addFilled(endRow);
  }

  /** Adds the block's values to their columns; its last row is the one before `endRow`. */
  flush(endRow: number): void {
    if (this.#count === 0) return;
    this.#addFilled(endRow);
    this.#count = 0;
    this.#rowsMax = Math.min(windowRecords, this.#rowsMax * growth);
  }

  /** Adds the values of the filled fields. */
  #addFilled(endRow: number): void {
    const block = { first: endRow - this.#count, end: endRow };
    this.#eventTimes.fill(Number.NaN, endRow - this.#windowCount, endRow);
    const others: BlockColumn[] = [];
    const filled = this.#fields.filled();
    this.#readEventTimes(filled);
    for (const field of filled) {
      const column = this.#columnOf(field);
      if (field.state !== undefined && (field.isShared || !column.addAll(block))) others.push(column);
    }
    if (others.length > 0) this.#addOthers(others, block);
    this.#extra.rescueAll();
    this.#fields.kernelFields.empty();
    this.#windowCount = 0;
  }

  /** Adds the values of fields for which columns are missing: makes these, and adds the values to them at once, where that can be told beforehand. */
  #addOthers(others: readonly BlockColumn[], block: Rows): void {
    const firsts = this.#firstsOfColumns(others);
    const opened = new Set(firsts.map(({ column }) => column));
    this.#addEach(
      others.filter((column) => !opened.has(column)),
      { block, firsts },
    );
    const refused = [...opened].filter((column) => !column.addAll(block));
    if (refused.length > 0) this.#addEach(refused, { block, firsts: [] });
  }

  /** Adds the values row by row; makes columns for `firsts`, of other fields, on the way. */
  #addEach(columns: readonly BlockColumn[], { block, firsts }: { block: Rows; firsts: readonly SingleValue[] }): void {
    for (const column of columns) {
      column.addDetached(block);
      column.discardLeaves();
    }
    const isFirst = new Set(firsts);
    for (const value of inOrder([...columns.flatMap(valuesOf), ...firsts])) {
      if (isFirst.has(value)) this.#open(value);
      else this.#add(value);
    }
    for (const { field } of columns) field.endBlock();
  }

  /** The first values of the columns that fields will have, where there is room for these and for what others may need. */
  #firstsOfColumns(columns: readonly BlockColumn[]): SingleValue[] {
    const firsts: SingleValue[] = [];
    let wanted = 0;
    for (const column of columns) {
      const { state, isShared, entries } = column.field;
      const openings = isShared || state === undefined ? [] : column.openings(this.#kindsWithColumns(state));
      for (const entry of openings) firsts.push(singleValue(column, entry));
      wanted += openings.length === 0 ? Math.min(entries.count, fieldColumnsMax) : openings.length;
    }
    return wanted > this.#rows.columnsLeft ? [] : firsts;
  }

  #columnOf(field: ScannedField): BlockColumn {
    return new BlockColumn(field, { kernel: this.#kernel, scanner: this.#scanner, leftOut: this.#leftOut });
  }

  /** The kinds of scalars whose values all go to one column, whatever they are. */
  #kindsWithColumns({ known }: FieldState): number {
    const numbers = numberRuleOf(known, this.#rows.rules) === undefined ? bits.anyNumbers : 0;
    return bits.scalars & ~numbers & ~(areDigitsApart(known) ? 0 : bits.digits);
  }

  #open({ column, entry, row }: SingleValue): void {
    const { state } = column.field;
    if (state !== undefined) this.#rows.open(row, state, column.values.valueAt(entry));
  }

  /** A top-level field of the whole name counts more than one inside of others. */
  #readEventTimes(filled: readonly ScannedField[]): void {
    const depthOf = ({ eventTimePath }: ScannedField): number => eventTimePath?.length ?? -1;
    const times = filled.filter((field) => depthOf(field) >= 0).toSorted((one, other) => depthOf(other) - depthOf(one));
    for (const field of times) {
      const column = this.#columnOf(field);
      readEventTimes(column, this.#eventTimes, this.#readEventTime);
    }
  }

  /** Adds one value, and learns from an array or a struct. */
  #add(single: SingleValue): void {
    const { column, entry, row } = single;
    const { field } = column;
    const { state } = field;
    if (state === undefined || (!field.isShared && column.addNestedAt(entry))) return;
    if (column.addMapLikeAt(entry) || column.addUntypedAt(entry)) return;
    const value = column.values.valueAt(entry);
    // this one may be rescued as well
    this.#extra.rescueBefore(single);
    const to = this.#rows.add(row, state, value);
    if (to === undefined || !hasNestedType(to)) return;
    field.learn(value, to, { kernel: this.#kernel, rules: this.#rows.rules });
  }
}

function valuesOf(column: BlockColumn): SingleValue[] {
  const { count } = column.field.entries;
  return Array.from({ length: count }, (_, entry) => singleValue(column, entry));
}

function singleValue(column: BlockColumn, entry: number): SingleValue {
  const { values } = column;
  return { column, entry, row: values.rowAt(entry), rank: values.rankAt(entry) };
}

function inOrder(values: SingleValue[]): SingleValue[] {
  return values.sort(compareOrder);
}
