import type { ObjectStore } from '../../src/consumer/ports/lake.ts';
import type { ParquetRewriter } from '../../src/consumer/ports/parquet-rewriter.ts';
import { createDuckdbRewriter } from '../../src/lake/rewriter/duckdb-rewriter.ts';
import { joinColumns } from '../../src/parquet/file/join-columns.ts';
import { hyparquetReader } from '../../src/parquet/read/parquet-reader.ts';

/** The real one, with row groups so small that tests have several; with few leaves at once it copies columns in batches. */
export function createTestRewriter(store: ObjectStore, leavesAtOnce?: number): ParquetRewriter {
  return createDuckdbRewriter({
    store,
    parquet: hyparquetReader,
    joinColumns,
    codec: 'zstd',
    isSmallest: false,
    rowGroupRows: 1000,
    ...(leavesAtOnce !== undefined && { leavesAtOnce }),
  });
}
