import type { KernelType } from '../../kernel/kernel-type.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { ScannedBlock } from '../../kernel/kernel-block.ts';
import * as kinds from '../../kernel/kinds.ts';
import { parsePlainJson } from '../../schema/exact-json.ts';
import { fitsWhole } from '../../schema/fits-whole.ts';
import type { ColumnType } from '../../schema/types.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { eventTimeOf } from './event-time.ts';
import type { RecordScanner } from './record-scanner.ts';

const bitOf = (kind: number): number => 1 << kind;
export const onlyNulls = 0;
export const onlyNumbers = bitOf(kinds.kindNumber);
export const onlyStrings = bitOf(kinds.kindString);
export const onlyTimes = bitOf(kinds.kindTime);
export const onlyDates = bitOf(kinds.kindDate);
export const anyStrings = onlyStrings | onlyTimes | onlyDates;
export const booleans = bitOf(kinds.kindTrue) | bitOf(kinds.kindFalse);
export const nested = bitOf(kinds.kindTypedNested) | bitOf(kinds.kindRawNested);

/** The values of one field of a block. */
export class BlockColumn {
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
