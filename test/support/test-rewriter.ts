import type { ObjectStore } from '../../src/consumer/ports/lake.ts';
import type { ParquetRewriter } from '../../src/consumer/ports/parquet-rewriter.ts';
import { createDuckdbRewriter } from '../../src/lake/duckdb-rewriter.ts';
import { hyparquetReader } from '../../src/parquet/parquet-reader.ts';

/** The real one, with row groups so small that tests have several. */
export function createTestRewriter(store: ObjectStore): ParquetRewriter {
  return createDuckdbRewriter({
    store,
    parquet: hyparquetReader,
    codec: 'zstd',
    isSmallest: false,
    rowGroupRows: 1000,
  });
}
