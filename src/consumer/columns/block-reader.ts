import { KernelType } from '../../kernel/kernel-type.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { ScannedBlock } from '../../kernel/kernel-block.ts';
import {
  anyStrings,
  BlockColumn,
  booleans,
  nested,
  onlyDates,
  onlyNulls,
  onlyNumbers,
  onlyStrings,
  onlyTimes,
} from './block-column.ts';
import type { RecordScanner } from './record-scanner.ts';
import type { FieldState, RowReader } from './row-reader.ts';

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
