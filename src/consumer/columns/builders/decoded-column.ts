import type { PartialValues } from '../members/partial-values.ts';
import { msPerDay } from '../../../runtime/duration.ts';
import type { Observed, ObserveRules } from '../../../schema/infer/observe.ts';
import { writeTime } from '../../../schema/values/time-spelling.ts';
import type { StringDictionary } from '../../ports/string-dictionary.ts';
import type { JsonValues } from '../../ports/json-values.ts';
import type { ValueLeaves } from '../../ports/value-leaves.ts';
import { stringAt } from '../../ports/dictionary-builder.ts';
import { ExactNumber } from '../../../schema/values/scalar-values.ts';

/** Values of one field with one form and type: sparse, by row. */
export interface DecodedColumn {
  /** The column name of the field. */
  readonly name: string;
  /** The field's own name, as it came with the first value. */
  readonly field: string;
  /** Rows whose value came from another field of the same column name, ascending. */
  readonly otherFields?: readonly FieldRun[];
  readonly observed: Observed;
  readonly count: number;
  /** Row number of each value, ascending; left out when the values are those of the first `count` rows. */
  readonly rows?: Int32Array;
  readonly store: ValueStore;
}

/** Rows `[first, end)` whose value came from the field. */
export interface FieldRun {
  readonly first: number;
  readonly end: number;
  readonly field: string;
}

/** Gives the name of the field that the row's value came from. */
export function fieldOfRow({ field, otherFields = [] }: DecodedColumn, row: number): string {
  let low = 0;
  let high = otherFields.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((otherFields[middle]?.end ?? 0) <= row) low = middle + 1;
    else high = middle;
  }
  const run = otherFields[low];
  return run !== undefined && run.first <= row ? run.field : field;
}

/** The column's values: `count` each; those behind them are undefined. */
export type ValueStore =
  /**
   * Numbers as they are, also integers of a bigint column as long as doubles tell them; 0 or 1 for booleans, milliseconds and days for timestamps
   * and dates. `spellings`: how each timestamp is written, where one is not as `toISOString` writes it.
   */
  | { readonly kind: 'numbers'; readonly values: Float64Array; readonly spellings?: Int32Array | undefined }
  /** Integers of a bigint column, some of which no double holds. */
  | { readonly kind: 'longs'; readonly values: BigInt64Array }
  /** Strings; of a column that is observed as `exact` the digits of its numbers. */
  | { readonly kind: 'strings'; readonly ids: Int32Array; readonly dictionary: StringDictionary }
  /**
   * Arrays and structs. `areWhole`: each fits the observed type with all its members, under their own names. `partial`: those that may
   * have members without a place. `leaves` have all other members of all of them. `rules` are set where members have been rescued: what else the
   * values have goes where these say.
   */
  | {
      readonly kind: 'nested';
      readonly values: JsonValues;
      readonly areWhole: boolean;
      readonly partial?: PartialValues;
      readonly leaves?: ValueLeaves | undefined;
      readonly rules?: ObserveRules;
    }
  | { readonly kind: 'values'; readonly values: readonly unknown[] };

/** Gives the store of values with a form and type; numbers become longs when the first comes that no double holds. */
export function storeKindOf(observed: Observed): ValueStore['kind'] {
  if (observed.form === 'exact') return 'strings';
  // arrays and structs without a type of their own are many as well
  if (observed.form !== 'plain') return 'nested';
  switch (observed.type.kind) {
    case 'string':
      return 'strings';
    case 'decimal':
    case 'binary':
      return 'values';
    case 'array':
    case 'map':
    case 'struct':
      return 'nested';
    default:
      return 'numbers';
  }
}

/** Gives the row that the value belongs to. */
export function rowOf({ rows }: DecodedColumn, index: number): number {
  return rows === undefined ? index : (rows[index] ?? 0);
}

/** Gives the column's value as it stood in the JSON. */
export function jsonValue({ store, observed }: DecodedColumn, index: number): unknown {
  switch (store.kind) {
    case 'strings': {
      const text = stringAt(store.dictionary, store.ids[index] ?? 0);
      return observed.form === 'exact' ? new ExactNumber(text) : text;
    }
    case 'nested':
      return store.values.valueAt(index);
    case 'longs':
    case 'values':
      return store.values[index];
    case 'numbers': {
      const value = store.values[index] ?? 0;
      const kind = observed.form === 'plain' ? observed.type.kind : 'double';
      if (kind === 'boolean') return value === 1;
      if (kind === 'bigint') return BigInt(value);
      if (kind === 'timestamp') return writeTime(value, store.spellings?.[index] ?? 0);
      return kind === 'date' ? new Date(value * msPerDay).toISOString().slice(0, 10) : value;
    }
  }
}
