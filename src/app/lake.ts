import type { Catalog, CatalogTable, ObjectStore } from '../consumer/ports/lake.ts';
import type { QueryEngine } from '../report/query-engine.ts';

/** Where the data goes, and who knows and reads its tables. */
export interface Lake {
  readonly store: ObjectStore;
  readonly catalog: Catalog;
  /** An engine that can read these tables. */
  openEngine(tables: readonly CatalogTable[]): Promise<QueryEngine>;
}
