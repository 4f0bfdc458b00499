import type { TableMetadata } from './metadata/table-metadata.ts';
import type { TableRequirement } from './metadata/table-requirements.ts';
import type { TableUpdate } from './metadata/table-updates.ts';

/** A table as its catalog had it at one moment. */
export interface LoadedTable {
  readonly name: string;
  readonly metadata: TableMetadata;
  /** URI of the metadata file that the catalog points to: another one with every change of the table. */
  readonly metadataLocation: string;
}

export interface TableChange {
  readonly requirements: readonly TableRequirement[];
  readonly updates: readonly TableUpdate[];
}

export type CreateOutcome = { readonly kind: 'created'; readonly table: LoadedTable } | { readonly kind: 'exists' };

export type CommitOutcome =
  | { readonly kind: 'committed'; readonly table: LoadedTable }
  /** The table is not `base` any more, or a requirement does not hold: load it and see what it holds now. */
  | { readonly kind: 'conflict' };

/**
 * The Iceberg tables of one database. Every call rejects with a `PipelineError` CATALOG_*, STORE_* or TABLE_*. A rejection that is
 * retryable leaves the outcome open: the change may be in the table, or come into it later. The caller loads the table and looks; nothing
 * that such a change names is ever deleted.
 */
export interface IcebergCatalog {
  /** Rejects with TABLE_MISMATCH for a table of another format, and with CATALOG_CORRUPT where its metadata can't be read. */
  load(table: string): Promise<LoadedTable | undefined>;
  /**
   * Creates the table by updates that make one of nothing, the database too when it is missing. A catalog may give schema and fields
   * other ids than the updates do, and the table another location: the outcome says which.
   */
  create(table: string, updates: readonly TableUpdate[]): Promise<CreateOutcome>;
  /** Changes the table if it is still `base`. A lost answer is settled by reading where that is possible. */
  commit(base: LoadedTable, change: TableChange): Promise<CommitOutcome>;
}
