import type { Clock } from '../../../runtime/clock.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Catalog, CatalogTable, ObjectStore } from '../../ports/lake.ts';
import type { ParquetReader } from '../../ports/parquet.ts';
import type { ParquetRewriter } from '../../ports/parquet-rewriter.ts';
import type { ReplacedEntries } from './replaced-entries.ts';
import type { Upkeep, UpkeepObserver } from '../upkeep.ts';

/** What merges files of one Hive table. */
export interface MergeTools {
  readonly store: ObjectStore;
  readonly catalog: Catalog;
  readonly ledger: Ledger;
  readonly parquet: ParquetReader;
  /** Loaded when rows have to be written again. Rejects with PREREQUISITE_MISSING. */
  readonly openRewriter: () => Promise<ParquetRewriter>;
  readonly clock: Clock;
  readonly newId: () => string;
  /** The field with the event time; rows of merged files are sorted by its column. */
  readonly eventTimeField: string;
  readonly upkeep: Pick<Upkeep, 'targetBytes' | 'isDryRun' | 'signal'>;
  readonly observe: UpkeepObserver;
}

/** A Hive partition of the table that is being merged. */
export interface HivePartition {
  readonly table: CatalogTable;
  readonly values: readonly string[];
  readonly hivePath: string;
  /** Entries that were replaced, as far as they are known. */
  readonly replaced: ReplacedEntries;
}
