import { msPerDay } from '../../runtime/duration.ts';
import type { Observed } from '../../schema/observe.ts';
import type { ColumnType } from '../../schema/types.ts';
import type { BatchMemory } from './batch-memory.ts';
import type { StringDictionary } from '../ports/columnar-table.ts';
import { JsonValues } from '../ports/json-values.ts';
import { KernelTexts } from '../../kernel/kernel-texts.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { textOf } from '../ports/text-dictionary.ts';

/** Values of one field with one form and type: sparse, by row. */
export interface DecodedColumn {
  /** The column name of the field. */
  readonly name: string;
  /** The field's own name, as it came. */
  readonly field: string;
  readonly observed: Observed;
  readonly count: number;
  /** Row number of each value, ascending; left out when the values are those of the first `count` rows. */
  readonly rows?: Int32Array;
  readonly store: ValueStore;
}

/** `count` values each; what lies behind is undefined. */
export type ValueStore =
  /** Numbers, 0 or 1 for booleans, milliseconds and days for timestamps and dates. */
  | { readonly kind: 'numbers'; readonly values: Float64Array }
  | { readonly kind: 'texts'; readonly codes: Int32Array; readonly dictionary: StringDictionary }
  /** Arrays and structs. `areWhole`: each fits the type that the column was known to have, with all its parts. */
  | { readonly kind: 'parts'; readonly values: JsonValues; readonly areWhole: boolean }
  | { readonly kind: 'values'; readonly values: readonly unknown[] };

/** The row that the value belongs to. */
export function rowOf({ rows }: DecodedColumn, index: number): number {
  return rows === undefined ? index : (rows[index] ?? 0);
}

/** The column's value as it stood in the JSON (timestamps and dates in their canonical text). */
export function jsonValue({ store, observed }: DecodedColumn, index: number): unknown {
  switch (store.kind) {
    case 'texts':
      return textOf(store.dictionary, store.codes[index] ?? 0);
    case 'parts':
      return store.values.valueAt(index);
    case 'values':
      return store.values[index];
    case 'numbers': {
      const value = store.values[index] ?? 0;
      const kind = observed.form === 'plain' ? observed.type.kind : 'double';
      if (kind === 'boolean') return value === 1;
      if (kind === 'timestamp') return new Date(value).toISOString();
      return kind === 'date' ? new Date(value * msPerDay).toISOString().slice(0, 10) : value;
    }
  }
}

/** A column that begins later than this is taken for a rare one, which grows with its values. */
const commonRows = 64;
const rareCapacity = 64;

/** How many rows a batch has at most, and where their arrays are. */
export interface BatchSpace {
  readonly rowsMax: number;
  readonly memory: BatchMemory;
  /** Where texts are while the batch is read. */
  readonly kernel: Kernel;
}

/** Collects the values of a column, row by row. */
export class ColumnBuilder {
  readonly name: string;
  readonly field: string;
  #observed: Observed;
  readonly #memory: BatchMemory;
  #count = 0;
  #capacity: number;
  /** Row numbers, once one of the rows before had no value. */
  #rows: Int32Array | undefined;
  #numbers: Float64Array = new Float64Array(0);
  #codes: Int32Array = new Int32Array(0);
  /** Texts of the column, for `pushCode`. */
  readonly texts: KernelTexts;
  readonly #values: unknown[] = [];
  readonly #parts = new JsonValues();
  #areWhole = true;
  readonly #kind: ValueStore['kind'];

  /** `firstRow`: of its values. */
  constructor(
    { name, field, observed }: Pick<DecodedColumn, 'name' | 'field' | 'observed'>,
    { firstRow, rowsMax, memory, kernel }: BatchSpace & { readonly firstRow: number },
  ) {
    this.texts = new KernelTexts(kernel);
    this.#memory = memory;
    this.name = name;
    this.field = field;
    this.#observed = observed;
    this.#kind = storeKindOf(observed);
    this.#capacity = firstRow < commonRows ? Math.max(1, rowsMax) : rareCapacity;
    if (this.#kind === 'numbers') this.#numbers = memory.float64(this.#capacity);
    if (this.#kind === 'texts') this.#codes = memory.int32(this.#capacity);
  }

  get observed(): Observed {
    return this.#observed;
  }

  /** The type has grown: a struct's fields. */
  widen(type: ColumnType): void {
    this.#observed = { form: 'plain', type };
  }

  /** False when the row has a value already: two fields of one record share a column name. */
  push(row: number, value: unknown): boolean {
    if (this.#kind === 'numbers') return this.pushNumber(row, Number(value));
    if (!this.#addRow(row)) return false;
    if (this.#kind === 'texts') this.#codes[this.#count - 1] = this.texts.addText(String(value));
    else if (this.#kind === 'parts') this.#parts.addValue(value);
    else this.#values.push(value);
    return true;
  }

  /** What was pushed does not fit the known type with all its parts. */
  markPartial(): void {
    this.#areWhole = false;
  }

  /** `push` into a column of arrays or structs, by the value's place in a record: it fits the known type whole. */
  pushJson(row: number, source: Buffer, start: number, end: number): boolean {
    if (!this.#addRow(row)) return false;
    this.#parts.add(source, start, end);
    return true;
  }

  /** `push` into a column of numbers. */
  pushNumber(row: number, value: number): boolean {
    if (!this.#addRow(row)) return false;
    this.#numbers[this.#count - 1] = value;
    return true;
  }

  /** `push` into a column of texts, by a number of `texts`. */
  pushCode(row: number, code: number): boolean {
    if (!this.#addRow(row)) return false;
    this.#codes[this.#count - 1] = code;
    return true;
  }

  /** `pushNumber` for rows that follow each other; false, and nothing added, when that takes a look at each. */
  appendNumbers(firstRow: number, values: Float64Array): boolean {
    if (!this.#follows(firstRow, values.length)) return false;
    this.#numbers.set(values, firstRow);
    this.#count += values.length;
    return true;
  }

  /** `appendNumbers` for `pushCode`. */
  appendCodes(firstRow: number, codes: Int32Array): boolean {
    if (!this.#follows(firstRow, codes.length)) return false;
    this.#codes.set(codes, firstRow);
    this.#count += codes.length;
    return true;
  }

  finish(): DecodedColumn {
    return {
      name: this.name,
      field: this.field,
      observed: this.#observed,
      count: this.#count,
      ...(this.#rows && { rows: this.#rows }),
      store: this.#store(),
    };
  }

  #store(): ValueStore {
    switch (this.#kind) {
      case 'numbers':
        return { kind: 'numbers', values: this.#numbers };
      case 'texts':
        return { kind: 'texts', codes: this.#codes, dictionary: this.texts.finish() };
      case 'parts':
        return { kind: 'parts', values: this.#parts, areWhole: this.#areWhole };
      case 'values':
        return { kind: 'values', values: this.#values };
    }
  }

  /** Every row before has a value, and there is room for the next ones. */
  #follows(firstRow: number, count: number): boolean {
    return this.#rows === undefined && this.#count === firstRow && firstRow + count <= this.#capacity;
  }

  #addRow(row: number): boolean {
    const at = this.#count;
    if (at === this.#capacity) this.#grow();
    if (this.#rows === undefined && row !== at) {
      // the value before may be this row's too
      if (row < at) return false;
      this.#rows = this.#memory.int32(this.#capacity);
      for (let before = 0; before < at; before++) this.#rows[before] = before;
    }
    if (this.#rows !== undefined) {
      if (at > 0 && this.#rows[at - 1] === row) return false;
      this.#rows[at] = row;
    }
    this.#count = at + 1;
    return true;
  }

  #grow(): void {
    this.#capacity *= 2;
    if (this.#rows !== undefined) this.#rows = copyInto(this.#memory.int32(this.#capacity), this.#rows);
    if (this.#kind === 'numbers') this.#numbers = copyInto(this.#memory.float64(this.#capacity), this.#numbers);
    if (this.#kind === 'texts') this.#codes = copyInto(this.#memory.int32(this.#capacity), this.#codes);
  }
}

function storeKindOf(observed: Observed): ValueStore['kind'] {
  if (observed.form !== 'plain') return 'values';
  switch (observed.type.kind) {
    case 'string':
      return 'texts';
    case 'bigint':
    case 'decimal':
    case 'binary':
      return 'values';
    case 'array':
    case 'struct':
      return 'parts';
    default:
      return 'numbers';
  }
}

function copyInto<Numbers extends Int32Array | Float64Array>(target: Numbers, source: Numbers): Numbers {
  target.set(source);
  return target;
}
