/** A column's type as the catalog names it (Hive), without syntax. */
export type ColumnType =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'array'; readonly element: ColumnType }
  | { readonly kind: 'struct'; readonly fields: readonly Field[] };

/** `timestamp` is milliseconds since the epoch (UTC), `date` days since the epoch. */
export type ScalarKind =
  | 'boolean'
  | 'double'
  | 'bigint'
  | 'string'
  | 'timestamp'
  | 'date'
  // only in tables that another program created
  | 'float'
  | 'int'
  | 'smallint'
  | 'tinyint'
  | 'binary';

export interface Field {
  readonly name: string;
  readonly type: ColumnType;
}

/** A column of a table: a lower-case name and a type that never changes once it is in the catalog. */
export interface Column extends Field {
  readonly comment?: string;
}
