import type { ParquetRewriter } from '../../ports/parquet-rewriter.ts';
import type { SnapshotTools } from '../../snapshot/snapshot-tools.ts';

/** What keeps Iceberg tables in shape; one per process and topic. */
export interface UpkeepTools extends SnapshotTools {
  readonly rewriter: ParquetRewriter;
  /** Other topics are in the table too: each is kept in shape by itself. */
  readonly isShared: boolean;
  /** The field with the event time; rows of merged files are sorted by its column. */
  readonly eventTimeField: string;
}
