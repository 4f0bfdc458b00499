/** A column's type as the catalog names it (Hive), without syntax. */
export type ColumnType =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'array'; readonly element: ColumnType }
  /** Keys are strings. */
  | { readonly kind: 'map'; readonly value: ColumnType }
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

/** A type that holds other types. */
export type NestedType = Extract<ColumnType, { kind: 'array' | 'map' | 'struct' }>;

/** A type that holds no other type. */
export type LeafType = Exclude<ColumnType, NestedType>;

export function isNested(type: ColumnType): type is NestedType {
  return type.kind === 'array' || type.kind === 'map' || type.kind === 'struct';
}

export interface Field {
  readonly name: string;
  readonly type: ColumnType;
}

/** A column of a table: a lower-case name and a type that never changes once it is in the catalog. */
export interface Column extends Field {
  readonly comment?: string;
}

/** Gives the type of what lies within all arrays around it. */
export function innermostElement(type: ColumnType): ColumnType {
  return type.kind === 'array' ? innermostElement(type.element) : type;
}
