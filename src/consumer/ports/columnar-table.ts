import type { JsonValues } from './json-values.ts';
import type { ColumnType } from '../../schema/types.ts';

/** Strings of a column, each different one kept once as UTF-8 bytes. */
export interface StringDictionary {
  readonly count: number;
  readonly bytes: Uint8Array;
  /** Entry `i` is `bytes[starts[i], ends[i])`. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** One value per row; what stands in a row without a value is undefined. */
export type ColumnData =
  | { readonly kind: 'double'; readonly values: Float64Array }
  | { readonly kind: 'bigint'; readonly values: BigInt64Array }
  /** Of type bigint, where all are whole numbers that a double holds. */
  | { readonly kind: 'whole'; readonly values: Float64Array }
  /** Milliseconds since the epoch, whole numbers. */
  | { readonly kind: 'timestamp'; readonly values: Float64Array }
  /** Days since the epoch. */
  | { readonly kind: 'date'; readonly values: Int32Array }
  | { readonly kind: 'int'; readonly values: Int32Array }
  /** 0 or 1. */
  | { readonly kind: 'boolean'; readonly values: Uint8Array }
  | { readonly kind: 'string'; readonly codes: Int32Array; readonly dictionary: StringDictionary }
  /**
   * Arrays, structs and the rare types of adopted tables as JavaScript values that already have the column's type: number,
   * bigint, string, boolean, Date (timestamp and date), array, object with the struct's field names, `null` for no value; made when asked for.
   */
  | {
      readonly kind: 'values';
      valueAt(row: number): unknown;
      /** Where the values stand as JSON, if all of them do. */
      readonly json?: JsonPlaces;
    };

export interface JsonPlaces {
  readonly values: JsonValues;
  /** By row: which of the values it has, -1 for none. */
  readonly indexes: Int32Array;
}

export interface TableColumn {
  /** Lower case, as in the catalog. */
  readonly name: string;
  readonly type: ColumnType;
  readonly data: ColumnData;
  /** 1 where the row has a value, 0 where it is null; left out when every row has one. */
  readonly validity?: Uint8Array;
}

/** Rows as a struct of arrays: every column has `rowCount` entries. */
export interface ColumnarTable {
  readonly rowCount: number;
  readonly columns: readonly TableColumn[];
}
