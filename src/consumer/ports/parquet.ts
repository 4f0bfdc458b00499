import type { Column } from '../../schema/types/column-type.ts';
import type { ColumnarTable } from './columnar-table.ts';
import type { ObjectInfo, ObjectStore } from './lake.ts';

export interface ParquetEncoder {
  /** Writes a Parquet file of all rows, in order. Rejects with ENCODE_FAILED. */
  encode(table: ColumnarTable): Promise<Uint8Array>;
}

/** Reads back what an encoder wrote. Rejects with STORE_* and OBJECT_UNREADABLE for bytes that are no Parquet file. */
export interface ParquetReader {
  /** Reads the number of rows from the file's footer, without its columns. */
  rowCount(source: ParquetSource): Promise<number>;
  /** Reads the columns with their Hive types from the file's footer; a type that no table of ours has is left out with its column. */
  columns(source: ParquetSource): Promise<Column[]>;
  /** Reads from the file's footer what is known of its columns. */
  statistics(source: ParquetSource): Promise<FileStatistics>;
  /** Reads the footer once, for both. */
  footer(source: ParquetSource): Promise<{ readonly columns: Column[]; readonly statistics: FileStatistics }>;
  /** Reads all values of integer columns, in the rows' order, one row group after the other; rejects when a column is missing. */
  integerChunks(source: ParquetSource, columns: readonly string[]): AsyncIterable<bigint[][]>;
  /** The same of a file that may be another engine's: `undefined` for a row without a value, and for all rows where the file lacks the column. */
  optionalIntegerChunks(
    source: ParquetSource,
    columns: readonly string[],
  ): AsyncIterable<(readonly (bigint | undefined)[])[]>;
  /** Reads all rows as objects, for small files. */
  rows(bytes: Uint8Array): Promise<Record<string, unknown>[]>;
}

/** What a file's footer says of its rows. */
export interface FileStatistics {
  readonly rowCount: number;
  /** Where each row group begins, in bytes from the file's start. */
  readonly rowGroupOffsets: readonly number[];
  /** One per leaf of the schema, of all row groups together. */
  readonly leaves: readonly LeafStatistics[];
}

export interface LeafStatistics {
  readonly path: readonly string[];
  readonly fieldId?: number | undefined;
  readonly packedBytes: number;
  /** Times in milliseconds. */
  readonly isMillis?: true;
  /** Values with nulls. */
  readonly values: number;
  readonly nulls?: number | undefined;
  /** Smallest and largest value, with times as microseconds and dates as `Date`; left out when a row group has none. */
  readonly bounds?: { readonly min: unknown; readonly max: unknown } | undefined;
}

/** Makes one file of files that each hold some of the columns of the same rows, one row group after the other. */
export interface ColumnJoiner {
  /** Adds a row group: the files have one each, of the same rows, and the same columns every time. Throws a RangeError when they don't. */
  addRows(parts: readonly ParquetSource[]): Promise<void>;
  /** Ends the file. */
  finish(): Promise<void>;
}

/** Begins a file whose bytes are handed over in their order. */
export type JoinColumns = (append: (bytes: Uint8Array) => Promise<void>) => ColumnJoiner;

export interface ParquetSource {
  readonly size: number;
  /** Reads bytes `[start, end)`. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** A file that is in memory. */
export function sourceOf(bytes: Uint8Array): ParquetSource {
  return { size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
}

/** An object of the lake, which is read by ranges. */
export function objectSource(
  store: Pick<ObjectStore, 'getRange'>,
  { key, size }: Pick<ObjectInfo, 'key' | 'size'>,
): ParquetSource {
  return { size, read: (start, end) => store.getRange(key, start, end) };
}
