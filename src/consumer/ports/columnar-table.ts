import type { JsonValues } from './json-values.ts';
import type { StringDictionary } from './string-dictionary.ts';
import type { ValueLeaves } from './value-leaves.ts';
import type { ObserveRules } from '../../schema/infer/observe.ts';
import type { ColumnType } from '../../schema/types/column-type.ts';

/** One value per row; in a row without a value, anything. */
export type ColumnData =
  | { readonly kind: 'double'; readonly values: Float64Array }
  | { readonly kind: 'bigint'; readonly values: BigInt64Array }
  /** Values of type bigint, all of them integers that a double holds. */
  | { readonly kind: 'whole'; readonly values: Float64Array }
  /** Milliseconds since the epoch, integers. */
  | { readonly kind: 'timestamp'; readonly values: Float64Array }
  /** Days since the epoch. */
  | { readonly kind: 'date'; readonly values: Int32Array }
  | { readonly kind: 'int'; readonly values: Int32Array }
  /** 0 or 1. */
  | { readonly kind: 'boolean'; readonly values: Uint8Array }
  | { readonly kind: 'string'; readonly ids: Int32Array; readonly dictionary: StringDictionary }
  /**
   * Arrays, structs and the rare types of adopted tables as JavaScript values that already have the column's type: number,
   * bigint, string, boolean, Date (timestamp and date), array, object without a prototype by the struct's field names (`null` or left out for no
   * value); made when asked for.
   */
  | {
      readonly kind: 'values';
      valueAt(row: number): unknown;
      /** The same values as JSON; set when all of them are known so. */
      readonly json?: JsonRows;
    };

/** Values of rows as JSON. */
export interface JsonRows {
  readonly values: JsonValues;
  /** The index of each row's value, -1 for none. */
  readonly valueIndexes: Int32Array;
  /** The same values shredded, where that was done when they were read. */
  readonly leaves?: ValueLeaves | undefined;
  /** Set where values have members without a place in the type, which are left out, or whose place these rules tell. */
  readonly rules?: ObserveRules | undefined;
}

export interface TableColumn {
  /** The column's name in the catalog, in lower case. */
  readonly name: string;
  readonly type: ColumnType;
  readonly data: ColumnData;
  /** The values of the rows that have one, in their order; set where they are at hand like that: `data` must be made of them. */
  readonly compact?: ColumnData | undefined;
  /** 1 where the row has a value, 0 where it is null; left out when every row has one. */
  readonly validity?: Uint8Array | undefined;
}

/** The id of a field by its name, and those of the fields in it: `element` in a list, `key` and `value` in a map. */
export type FieldIds = ReadonlyMap<string, FieldId>;

export interface FieldId {
  readonly id: number;
  readonly fields?: FieldIds;
}

/** Rows as a struct of arrays: every column has `rowCount` entries. */
export interface ColumnarTable {
  readonly rowCount: number;
  readonly columns: readonly TableColumn[];
  /** Ids that stand in the file's schema, for tables that know their columns by ids. */
  readonly fieldIds?: FieldIds | undefined;
}
