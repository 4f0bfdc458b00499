import type { IcebergCatalog } from '../../iceberg/iceberg-catalog.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ObjectStore } from '../ports/lake.ts';
import type { ParquetReader } from '../ports/parquet.ts';
import type { ParquetRewriter } from '../ports/parquet-rewriter.ts';

/** What takes written entries into Iceberg tables; one per process and table. */
export interface SnapshotTools {
  readonly iceberg: IcebergCatalog;
  readonly store: ObjectStore;
  /** Reads bounds and counts from the footers of files. */
  readonly parquet: ParquetReader;
  /** Writes files of others again without replaced rows. */
  readonly openRewriter?: () => Promise<ParquetRewriter>;
  readonly ledger: Ledger;
  readonly table: string;
  readonly topic: string;
  readonly clock: Clock;
  /** Gives a new unique id for each try. */
  readonly newTryId: () => string;
  /** Gives a new id for each snapshot, below 2^53. */
  readonly newSnapshotId: () => bigint;
}
