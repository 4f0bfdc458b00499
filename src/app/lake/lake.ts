import type { Catalog, CatalogTable, ObjectStore } from '../../consumer/ports/lake.ts';
import type { ParquetReader } from '../../consumer/ports/parquet.ts';
import type { ParquetRewriter } from '../../consumer/ports/parquet-rewriter.ts';
import type { IcebergCatalog } from '../../iceberg/iceberg-catalog.ts';
import type { RewriterOptions } from '../../lake/rewriter/duckdb-rewriter.ts';
import type { QueryEngine } from '../../report/query-engine.ts';

/** How rewritten files are written. */
export type RewriteForm = Pick<RewriterOptions, 'codec' | 'isSmallest' | 'rowGroupRows'>;

/** Holds the data, and knows and reads its tables. */
export interface Lake {
  readonly store: ObjectStore;
  readonly catalog: Catalog;
  /** Knows tables that are plain files in folders, whatever format the others have. */
  readonly plainCatalog: Catalog;
  /** The same tables as Iceberg tables, where they are. */
  readonly iceberg?: IcebergCatalog;
  /** Reads the objects of its tables. */
  readonly parquet: ParquetReader;
  /** Makes what rewrites its objects. */
  openRewriter(form: RewriteForm): Promise<ParquetRewriter>;
  /** Tries the rights that writing the table needs of the catalog, without changing anything; answers in words. */
  checkRights(table: CatalogTable | undefined, name: string): Promise<string>;
  /** An engine that can read these tables. */
  openEngine(tables: readonly CatalogTable[]): Promise<QueryEngine>;
}
