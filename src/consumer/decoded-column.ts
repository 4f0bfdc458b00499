import type { Observed } from '../schema/observe.ts';
import type { ColumnType } from '../schema/types.ts';
import type { StringDictionary } from './columnar-table.ts';
import { TextDictionary, textOf } from './text-dictionary.ts';

/** Values of one field with one form and type: sparse, by row. */
export interface DecodedColumn {
  /** The column name of the field. */
  readonly name: string;
  /** The field's own name, as it came. */
  readonly field: string;
  readonly observed: Observed;
  readonly count: number;
  /** Row number of each value, ascending. */
  readonly rows: Int32Array;
  readonly store: ValueStore;
}

/** `count` values each; what lies behind is undefined. */
export type ValueStore =
  /** Numbers, 0 or 1 for booleans, milliseconds and days for timestamps and dates. */
  | { readonly kind: 'numbers'; readonly values: Float64Array }
  | { readonly kind: 'texts'; readonly codes: Int32Array; readonly dictionary: StringDictionary }
  | { readonly kind: 'values'; readonly values: readonly unknown[] };

/** The column's value as it stood in the JSON (timestamps and dates in their canonical text). */
export function jsonValue({ store, observed }: DecodedColumn, index: number): unknown {
  switch (store.kind) {
    case 'texts':
      return textOf(store.dictionary, store.codes[index] ?? 0);
    case 'values':
      return store.values[index];
    case 'numbers': {
      const value = store.values[index] ?? 0;
      const kind = observed.form === 'plain' ? observed.type.kind : 'double';
      if (kind === 'boolean') return value === 1;
      if (kind === 'timestamp') return new Date(value).toISOString();
      return kind === 'date' ? new Date(value * 86_400_000).toISOString().slice(0, 10) : value;
    }
  }
}

/** Grows with its values, so that a rare field costs what it holds. */
export class ColumnBuilder {
  readonly name: string;
  readonly field: string;
  #observed: Observed;
  #count = 0;
  #rows = new Int32Array(64);
  #numbers = new Float64Array(0);
  #codes = new Int32Array(0);
  /** Texts of the column, for `pushCode`. */
  readonly texts = new TextDictionary();
  readonly #values: unknown[] = [];
  readonly #kind: ValueStore['kind'];

  constructor(name: string, field: string, observed: Observed) {
    this.name = name;
    this.field = field;
    this.#observed = observed;
    this.#kind = storeKindOf(observed);
    if (this.#kind === 'numbers') this.#numbers = new Float64Array(64);
    if (this.#kind === 'texts') this.#codes = new Int32Array(64);
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
    else this.#values.push(value);
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

  finish(): DecodedColumn {
    return {
      name: this.name,
      field: this.field,
      observed: this.#observed,
      count: this.#count,
      rows: this.#rows,
      store: this.#store(),
    };
  }

  #store(): ValueStore {
    switch (this.#kind) {
      case 'numbers':
        return { kind: 'numbers', values: this.#numbers };
      case 'texts':
        return { kind: 'texts', codes: this.#codes, dictionary: this.texts.finish() };
      case 'values':
        return { kind: 'values', values: this.#values };
    }
  }

  #addRow(row: number): boolean {
    if (this.#count > 0 && this.#rows[this.#count - 1] === row) return false;
    if (this.#count === this.#rows.length) this.#grow();
    this.#rows[this.#count++] = row;
    return true;
  }

  #grow(): void {
    const length = this.#rows.length * 2;
    this.#rows = copyInto(new Int32Array(length), this.#rows);
    if (this.#kind === 'numbers') this.#numbers = copyInto(new Float64Array(length), this.#numbers);
    if (this.#kind === 'texts') this.#codes = copyInto(new Int32Array(length), this.#codes);
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
    case 'array':
    case 'struct':
      return 'values';
    default:
      return 'numbers';
  }
}

function copyInto<Numbers extends Int32Array | Float64Array>(target: Numbers, source: Numbers): Numbers {
  target.set(source);
  return target;
}
