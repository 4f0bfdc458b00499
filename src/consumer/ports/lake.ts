import type { Column } from '../../schema/types/column-type.ts';
import type { FieldIds } from './columnar-table.ts';

export interface ObjectInfo {
  /** Relative to the lake's root, `/` between parts. */
  readonly key: string;
  readonly size: number;
  /** The same as `StoredObject.version`; left out by a store that does not list it. */
  readonly version?: string;
  /** When it was written, by the store's clock; from a listing of a store that knows. */
  readonly modifiedMs?: number;
  /** CRC-32 of the bytes (as `crc32` of node:zlib), from a store that keeps it; only `head` answers it. */
  readonly crc32?: number;
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

/** A file that is whole, with its CRC-32. */
export interface LocalFile {
  readonly path: string;
  readonly size: number;
  readonly crc32: number;
}

/** Files of puts that did not end. */
export interface AbandonedUploads {
  readonly files: number;
  readonly bytes: number;
}

/** Keys are relative to the lake's root. Every call rejects with a `PipelineError` STORE_*. */
export interface ObjectStore {
  /** `s3://bucket/prefix/key` or `file:///…`; for logs, catalogs and query engines. */
  uri(key: string): string;
  /** A store that can checks the bytes that arrive by their CRC-32 and keeps it. */
  put(key: string, bytes: Uint8Array, condition?: PutCondition): Promise<PutResult>;
  /** Puts a file of this machine, if the key is free, without reading it whole. Left out by a store that can't. */
  putFile?(key: string, file: LocalFile): Promise<PutResult>;
  get(key: string): Promise<StoredObject | undefined>;
  head(key: string): Promise<ObjectInfo | undefined>;
  /** Bytes `[start, end)`, fewer where the object ends before; rejects with STORE_MISSING. */
  getRange(key: string, start: number, end: number): Promise<Uint8Array>;
  /** In order of the keys' UTF-8 bytes. */
  list(prefix: string, options?: { readonly startAfter?: string; readonly limit?: number }): AsyncIterable<ObjectInfo>;
  /**
   * Names what lies below the prefix and is no object, though other readers may take it for one: links, other versions of an object.
   * Left out by a store that holds nothing but objects.
   */
  strays?(prefix: string): AsyncIterable<string>;
  /** Deletes what puts before that time have begun and never ended, or only says what it is. Left out by a store that keeps nothing of these. */
  removeAbandoned?(options: { readonly beforeMs: number; readonly isDryRun: boolean }): Promise<AbandonedUploads>;
  /** A key that is not there is no error. */
  delete(keys: readonly string[]): Promise<void>;
}

/** How a table says which objects are its rows: by folders, or by snapshots that list them. */
export const tableFormats = ['hive', 'iceberg'] as const;

export type TableFormat = (typeof tableFormats)[number];

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
  /** Ids of the columns, where the table knows them by ids. */
  readonly fieldIds?: FieldIds;
  /** What it is, in words like `a view`, when it is no external table of Parquet files. */
  readonly otherKind?: string;
}

/** True for an Iceberg table, as a catalog of Hive tables sees it. */
export function isIceberg({ otherKind = '' }: Pick<CatalogTable, 'otherKind'>): boolean {
  return /\biceberg$/i.test(otherKind);
}

export interface CatalogPartition {
  /** One value per partition key, in order. */
  readonly values: readonly string[];
  readonly location: string;
}

export interface NewPartition extends CatalogPartition {
  /** The other location that it may have been moved to: there it is right, too, and stays. */
  readonly movedTo?: string;
}

export interface RegisteredPartition extends CatalogPartition {
  /** Types of the columns as the partition has them, by name, from a catalog that keeps them apart from the table's. */
  readonly types?: ReadonlyMap<string, string>;
  /** What the catalog takes its files for, where that is no Parquet: a partition of such a catalog has formats of its own. */
  readonly otherKind?: string;
}

/** What changes of a table's description. */
export interface TableGrowth {
  readonly addColumns: readonly Column[];
  /** Struct columns that got fields, and numbers that became wider where the recipe lets them: replaced by name. */
  readonly replaceColumns?: readonly Column[];
  readonly parameters?: Readonly<Record<string, string>>;
  readonly removeParameters?: readonly string[];
}

/** Tables of one database. Every call rejects with a `PipelineError` CATALOG_*. */
export interface Catalog {
  load(table: string): Promise<CatalogTable | undefined>;
  /** Creates the database too when it is missing. */
  create(definition: TableDefinition): Promise<'created' | 'exists'>;
  /** Adds columns and sets parameters if the table still has `expectedVersion`; never removes a column. */
  evolve(
    change: TableGrowth & { readonly table: string; readonly expectedVersion: string },
  ): Promise<'evolved' | 'conflict'>;
  /**
   * Idempotent: a partition that is there already stays, and gets the table's columns where it has fewer. Rejects with TABLE_MISMATCH
   * when it is there at another location, where nobody would see what is written.
   */
  addPartitions(table: CatalogTable, partitions: readonly NewPartition[]): Promise<void>;
  /**
   * Sets the location of a partition that is there, and gives it the table's columns; `missing` when it is not. Glue has no condition for
   * that: whoever moves a partition must say the same location as everybody else, so that a late request does no harm.
   */
  movePartition(table: CatalogTable, partition: CatalogPartition): Promise<'moved' | 'missing'>;
  removePartitions(table: string, values: readonly (readonly string[])[]): Promise<void>;
  listPartitions(table: string): AsyncIterable<RegisteredPartition>;
}
