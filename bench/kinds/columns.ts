/** Type of a column, for peers that are given the schema. `json`: values of several types, or objects whose keys are data. */
export type ColumnType =
  | 'string'
  | 'double'
  | 'bigint'
  | 'boolean'
  | 'timestamp'
  | 'json'
  | { readonly fields: Columns }
  | { readonly elements: ColumnType };

/** Columns, or fields of a struct, by name. */
export type Columns = Readonly<Record<string, ColumnType>>;
