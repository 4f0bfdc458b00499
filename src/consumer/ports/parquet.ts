import type { Column } from '../../schema/types.ts';
import type { ColumnarTable } from './columnar-table.ts';
import type { RecordChunk } from './record-chunk.ts';

// Kafka ------------------------------------------------------------------------------------------------------------

/** What the broker knows of one partition at the moment of asking. */
export interface Watermarks {
  /** First offset still held. */
  readonly low: bigint;
  /** One past the last offset. */
  readonly high: bigint;
}

export interface AssignedPartition extends Watermarks {
  readonly partition: number;
  /** The group's last commit, if any. */
  readonly committed?: { readonly offset: bigint; readonly metadata: string };
}

/** What a `RecordSource` calls. `assigned` may wait; the others return at once. */
export interface RecordHandler {
  /**
   * The member got these partitions (the whole assignment, also those it had before). Everything handed over earlier and
   * not yet written is void. Answers with the offset to continue at, for each partition. No record is handed over before that.
   */
  assigned(partitions: readonly AssignedPartition[]): Promise<ReadonlyMap<number, bigint>>;
  /** Membership is gone or changing: work in flight must not be counted on. */
  revoked(): void;
  /** `chunk.from` is the position answered or sought, or the `to` of the chunk before: never a hole, never a repeat. */
  records(chunk: RecordChunk): void;
  /** The broker no longer holds `[from, to)`; the next chunk begins at `to`. */
  gap(gap: { readonly partition: number; readonly from: bigint; readonly to: bigint }): void;
}

/** One topic, read as a member of a consumer group. */
export interface RecordSource {
  /** Joins and reads until `stop`; rejects with a `PipelineError` when the membership can't be kept up. */
  run(handler: RecordHandler): Promise<void>;
  /** Leaves the group; `run` then resolves. Idempotent. */
  stop(): Promise<void>;
  pause(partition: number): void;
  resume(partition: number): void;
  /** The next chunk of the partition begins here; chunks fetched before are dropped by the source. */
  seek(partition: number, offset: bigint): void;
  /** Rejects with MEMBERSHIP_LOST when another member owns the partition by now. */
  commit(partition: number, offset: bigint, metadata: string): Promise<void>;
}

/** Reads outside any group: replay, verify, redrive, adopted claims. */
export interface TopicReader {
  /** Watermarks of every partition. Rejects with TOPIC_MISSING, TOPIC_DENIED. */
  watermarks(): Promise<ReadonlyMap<number, Watermarks>>;
  /** First offset of each partition with a timestamp at or after `timestampMs`; the high watermark when there is none. */
  offsetsAt(timestampMs: number): Promise<ReadonlyMap<number, bigint>>;
  /** The group's commits by partition; partitions without one are left out. */
  committed(groupId: string): Promise<ReadonlyMap<number, bigint>>;
  /**
   * Chunks that account for exactly `[from, to)`, in order, also when its end holds no readable record.
   * Rejects with OFFSETS_GONE when `from` is below the low watermark or `to` above the high one.
   */
  read(range: OffsetRange, signal?: AbortSignal): AsyncIterable<RecordChunk>;
  close(): Promise<void>;
}

/** Half-open range of offsets of one Kafka partition. */
export interface OffsetRange {
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
}

// Lake -------------------------------------------------------------------------------------------------------------

export interface ObjectInfo {
  /** Relative to the lake's root, `/` between parts. */
  readonly key: string;
  readonly size: number;
}

export interface StoredObject {
  readonly bytes: Uint8Array;
  /** Changes with every write of the key (S3: the ETag). */
  readonly version: string;
}

export type PutCondition = { readonly ifAbsent: true } | { readonly ifVersion: string };

export type PutResult =
  | { readonly kind: 'stored'; readonly version: string }
  /** The condition did not hold. Can also mean that our own first try took place and its answer was lost: read and compare. */
  | { readonly kind: 'refused' };

/** Keys are relative to the lake's root. Every call rejects with a `PipelineError` STORE_*. */
export interface ObjectStore {
  /** `s3://bucket/prefix/key` or `file:///…`; for logs, catalogs and query engines. */
  uri(key: string): string;
  put(key: string, bytes: Uint8Array, condition?: PutCondition): Promise<PutResult>;
  get(key: string): Promise<StoredObject | undefined>;
  head(key: string): Promise<ObjectInfo | undefined>;
  /** Bytes `[start, end)`; rejects with STORE_MISSING. */
  getRange(key: string, start: number, end: number): Promise<Uint8Array>;
  /** In order of the keys' UTF-8 bytes. */
  list(prefix: string, options?: { readonly startAfter?: string; readonly limit?: number }): AsyncIterable<ObjectInfo>;
  /** A key that is not there is no error. */
  delete(keys: readonly string[]): Promise<void>;
}

/** A table without what only the catalog knows. */
export interface TableDefinition {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly partitionKeys: readonly Column[];
  /** URI, ends in `/`. */
  readonly location: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface CatalogTable extends TableDefinition {
  /** Changes with every change of the table. */
  readonly version: string;
}

export interface CatalogPartition {
  /** One value per partition key, in order. */
  readonly values: readonly string[];
  readonly location: string;
}

/** Tables of one database. Every call rejects with a `PipelineError` CATALOG_*. */
export interface Catalog {
  load(table: string): Promise<CatalogTable | undefined>;
  /** Creates the database too when it is missing. */
  create(definition: TableDefinition): Promise<'created' | 'exists'>;
  /** Adds columns and sets parameters if the table still has `expectedVersion`; never removes or retypes a column. */
  evolve(change: {
    readonly table: string;
    readonly expectedVersion: string;
    readonly addColumns: readonly Column[];
    /** Struct columns that got fields: replaced by name. */
    readonly replaceColumns?: readonly Column[];
    readonly parameters?: Readonly<Record<string, string>>;
  }): Promise<'evolved' | 'conflict'>;
  /** Idempotent: a partition that is there already is left as it is. */
  addPartitions(table: CatalogTable, partitions: readonly CatalogPartition[]): Promise<void>;
  removePartitions(table: string, values: readonly (readonly string[])[]): Promise<void>;
  listPartitions(table: string): AsyncIterable<CatalogPartition>;
}

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
