import type { ColumnarTable } from './columnar-table.ts';

/** A Parquet file of all rows, in order. Rejects or throws with ENCODE_FAILED. */
export interface ParquetEncoder {
  encode(table: ColumnarTable): Promise<Uint8Array>;
}

/** Reads back what an encoder wrote. Rejects with STORE_* and ENCODE_FAILED for bytes that are no Parquet file. */
export interface ParquetReader {
  /** Rows by the file's footer, without reading its columns. */
  rowCount(source: ParquetSource): Promise<number>;
  /** All values of integer columns, in the rows' order; rejects when a column is missing. */
  integers(bytes: Uint8Array, columns: readonly string[]): Promise<bigint[][]>;
  /** All rows as objects, for small files. */
  rows(bytes: Uint8Array): Promise<Record<string, unknown>[]>;
}

export interface ParquetSource {
  readonly size: number;
  /** Bytes `[start, end)`. */
  read(start: number, end: number): Promise<Uint8Array>;
}
