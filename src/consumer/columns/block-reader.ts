import { KernelType } from '../../kernel/kernel-type.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { parsePlainJson } from '../../schema/exact-json.ts';
import { fitsWhole } from '../../schema/fits-whole.ts';
import type { ColumnType } from '../../schema/types.ts';
import type { ColumnBuilder } from './decoded-column.ts';
import type { RecordScanner } from './record-scanner.ts';
import { eventTimeOf } from './event-time.ts';
import type { FieldState, RowReader } from './row-reader.ts';
import type { ScannedBlock } from '../../kernel/kernel-block.ts';
import * as kinds from '../../kernel/kinds.ts';

/** The target of a shape's field: where its values go. */
interface FieldTarget {
  readonly isEventTime: boolean;
  /** The column is a string column: times and dates are stored as their text. */
  readonly isString: boolean;
  /** Another field of the shape has the same column: its values must be looked at row by row. */
  readonly isShared: boolean;
  /** `undefined` for a field that is left out on purpose. */
  readonly state: FieldState | undefined;
  /** The column's type in the kernel; set for arrays and structs that the kernel can read. */
  readonly kernelType: KernelType | undefined;
}

const bitOf = (kind: number): number => 1 << kind;
const onlyNulls = 0;
const onlyNumbers = bitOf(kinds.kindNumber);
const onlyStrings = bitOf(kinds.kindString);
const onlyTimes = bitOf(kinds.kindTime);
const onlyDates = bitOf(kinds.kindDate);
const anyStrings = onlyStrings | onlyTimes | onlyDates;
const booleans = bitOf(kinds.kindTrue) | bitOf(kinds.kindFalse);
const nested = bitOf(kinds.kindTypedNested) | bitOf(kinds.kindRawNested);

/**
 * Adds the values of scanned blocks to the columns: a field at a time where a column for their kind exists, the others row by row, as
 * values of parsed records. Both give the same columns.
 */
export class BlockReader {
  readonly #kernel: Kernel;
  readonly #scanner: RecordScanner;
  readonly #rows: RowReader;
  readonly #eventTimeField: string;
  readonly #eventTimes: Float64Array;
  /** Targets by shape and field. */
  readonly #targets: (readonly FieldTarget[])[] = [];

  /** Fills `eventTimes`: milliseconds by row, NaN for none. */
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

  /** Prepares for a new shape, one of whose records has been parsed to `fields`. */
  open({ shape, address }: ScannedBlock, fields: object): void {
    const targets = this.#targetsOf(shape.keys);
    for (const [field, value] of Object.values(fields).entries()) {
      const kernelType = targets[field]?.kernelType;
      if (kernelType === undefined) continue;
      kernelType.learn(value);
      this.#kernel.calls.setType(address, field, kernelType.address);
    }
    this.#targets[shape.index] = targets;
  }

  /** Adds the block's records as the rows from `firstRow` on. */
  read(block: ScannedBlock, firstRow: number): void {
    const targets = this.#targets[block.shape.index] ?? [];
    const column = new BlockColumn(block, { kernel: this.#kernel, scanner: this.#scanner }, firstRow);
    const others: { readonly field: number; readonly state: FieldState }[] = [];
    this.#eventTimes.fill(Number.NaN, firstRow, firstRow + block.count);
    for (const [field, target] of targets.entries()) {
      column.moveTo(field);
      if (target.isEventTime) column.readEventTimes(this.#eventTimes);
      const { state } = target;
      if (state !== undefined && !addAll(column, target, state)) others.push({ field, state });
    }
    if (others.length === 0) return;
    for (let index = 0; index < block.count; index++) {
      for (const { field, state } of others) {
        const value = column.valueAt(field, index);
        if (value !== null) this.#rows.add(firstRow + index, state, value);
      }
    }
  }

  #targetsOf(keys: readonly string[]): FieldTarget[] {
    const states = keys.map((field) => this.#rows.stateOf(field));
    return keys.map((field, index) => {
      const state = states[index];
      const known = state?.known;
      return {
        isEventTime: field === this.#eventTimeField,
        isString: known?.kind === 'string',
        isShared: states.filter((other) => other?.name === state?.name).length > 1,
        state,
        kernelType:
          known?.kind === 'array' || known?.kind === 'struct' ? KernelType.of(this.#kernel, known) : undefined,
      };
    });
  }
}

/** Adds the field's values at once; answers with false when they must be looked at one by one. */
function addAll(column: BlockColumn, { isString, isShared, kernelType }: FieldTarget, state: FieldState): boolean {
  const { kindBits } = column;
  const areOnly = (bits: number): boolean => (kindBits & ~bits) === 0;
  if (kindBits === onlyNulls) return true;
  if (isShared) return false;
  if (isString) return areOnly(anyStrings) && state.strings !== undefined && column.addStrings(state.strings);
  if (areOnly(onlyNumbers) && state.numbers !== undefined) return column.addNumbers(state.numbers);
  if (areOnly(onlyTimes) && state.timestamps !== undefined) return column.addNumbers(state.timestamps);
  if (areOnly(onlyDates) && state.dates !== undefined) return column.addNumbers(state.dates);
  if (areOnly(booleans) && state.booleans !== undefined) return column.addBooleans(state.booleans);
  if (areOnly(onlyStrings) && state.strings !== undefined) return column.addStrings(state.strings);
  if (areOnly(nested) && state.nested !== undefined && state.known !== undefined)
    return column.addNested(state.nested, state.known, kernelType);
  return false;
}

/** The values of one field of a block. */
class BlockColumn {
  #field = 0;
  /** Kinds that occur in the field, as a bit set. */
  #kindBits = 0;
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

  /** Selects the field that the other methods read. */
  moveTo(field: number): void {
    const { address, count } = this.#block;
    this.#field = field;
    this.#kindBits = this.#kernel.calls.kindsOf(address, field, count);
  }

  /** Kinds that occur in the field but null, as a bit set. */
  get kindBits(): number {
    return this.#kindBits & ~bitOf(kinds.kindNull);
  }

  get #hasNulls(): boolean {
    return (this.#kindBits & bitOf(kinds.kindNull)) !== 0;
  }

  readEventTimes(into: Float64Array): void {
    const { kinds: kindAt, numbers, count } = this.#block;
    const start = this.#start;
    if (this.#kindBits === onlyTimes) return into.set(numbers.subarray(start, start + count), this.#firstRow);
    for (let index = 0; index < count; index++) {
      const slot = start + index;
      const kind = kindAt[slot];
      if (kind === kinds.kindTime) into[this.#firstRow + index] = numbers[slot] ?? Number.NaN;
      else if (kind === kinds.kindNumber) into[this.#firstRow + index] = eventTimeOf(numbers[slot]);
      else if (kind === kinds.kindString) into[this.#firstRow + index] = eventTimeOf(this.#block.stringAt(slot));
    }
  }

  addNumbers(to: ColumnBuilder): boolean {
    this.#noteField(to);
    const { kinds: kindAt, numbers, count } = this.#block;
    const start = this.#start;
    if (!this.#hasNulls && to.appendNumbers(this.#firstRow, numbers.subarray(start, start + count))) return true;
    for (let index = 0; index < count; index++)
      if (kindAt[start + index] !== kinds.kindNull) to.pushNumber(this.#firstRow + index, numbers[start + index] ?? 0);
    return true;
  }

  addBooleans(to: ColumnBuilder): boolean {
    this.#noteField(to);
    const { kinds: kindAt, count } = this.#block;
    const start = this.#start;
    for (let index = 0; index < count; index++) {
      const kind = kindAt[start + index];
      if (kind !== kinds.kindNull) to.pushNumber(this.#firstRow + index, kind === kinds.kindTrue ? 1 : 0);
    }
    return true;
  }

  addStrings(to: ColumnBuilder): boolean {
    this.#noteField(to);
    const { address, count } = this.#block;
    const { calls, ids: output } = this.#kernel;
    calls.dictionaryIdsOf(address, this.#field, count, to.strings.address, output);
    const ids = this.#kernel.int32.subarray(output >> 2, (output >> 2) + count);
    if (!this.#hasNulls && to.appendIds(this.#firstRow, ids)) return true;
    for (let index = 0; index < count; index++) {
      const id = ids[index] ?? -1;
      if (id >= 0) to.pushId(this.#firstRow + index, id);
    }
    return true;
  }

  /** Adds arrays or structs; answers with false, and adds nothing, when one of them does not fit the type whole. */
  addNested(to: ColumnBuilder, known: ColumnType, kernelType: KernelType | undefined): boolean {
    const { kinds: kindAt, starts, ends, rawNested, count } = this.#block;
    const { bytes } = this.#scanner;
    const start = this.#start;
    for (let slot = start; slot < start + count; slot++)
      if (kindAt[slot] === kinds.kindRawNested && !fitsWhole(rawNested[slot], known)) return false;
    this.#noteField(to);
    for (let index = 0; index < count; index++) {
      const slot = start + index;
      if (kindAt[slot] === kinds.kindNull) continue;
      const from = this.#scanner.offsetOf(starts[slot] ?? 0);
      to.pushJson(this.#firstRow + index, bytes, from, this.#scanner.offsetOf(ends[slot] ?? 0));
    }
    for (let slot = start; slot < start + count; slot++)
      if (this.#block.kindAt(slot) === kinds.kindRawNested) kernelType?.learn(rawNested[slot]);
    return true;
  }

  #noteField(to: ColumnBuilder): void {
    const { shape, count } = this.#block;
    to.noteField(shape.keys[this.#field] ?? '', this.#firstRow, this.#firstRow + count);
  }

  /** Gives the value as it is in a parsed record. */
  valueAt(field: number, index: number): unknown {
    const block = this.#block;
    const slot = field * block.capacity + index;
    switch (block.kindAt(slot)) {
      case kinds.kindFalse:
        return false;
      case kinds.kindTrue:
        return true;
      case kinds.kindNumber:
        return block.numberAt(slot);
      case kinds.kindString:
      case kinds.kindTime:
      case kinds.kindDate:
        return block.stringAt(slot);
      case kinds.kindTypedNested:
        return parsePlainJson(block.stringAt(slot));
      case kinds.kindRawNested:
        return block.rawNested[slot];
      default:
        return null;
    }
  }
}
