import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sourceOf } from '../../../src/consumer/ports/parquet.ts';
import { columnMetrics } from '../../../src/iceberg/manifests/column-metrics.ts';
import { wholeOf } from '../../../src/iceberg/manifests/single-value.ts';
import { loadDuckdb } from '../../../src/lake/load-duckdb.ts';
import { hyparquetReader } from '../../../src/parquet/read/parquet-reader.ts';
import { quoteText } from '../../../src/report/query-engine.ts';
import { temporaryFolder } from '../../support/lake.ts';

/** Writes a file of one column `t` with another writer. */
async function writeTimes(type: string, times: readonly string[]): Promise<Buffer> {
  const path = join(await temporaryFolder(), 'times.parquet');
  const { DuckDBInstance } = await loadDuckdb('writes a file');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const rows = times.map((time) => `(${quoteText(time)}::${type})`).join(', ');
    await connection.run(`COPY (SELECT * FROM (VALUES ${rows}) AS v(t)) TO ${quoteText(path)} (FORMAT parquet)`);
    return await readFile(path);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function boundsOf(type: string, times: readonly string[]) {
  const statistics = await hyparquetReader.statistics(sourceOf(await writeTimes(type, times)));
  const field = { id: 7, name: 't', required: false, type: 'timestamptz' };
  const { lower_bounds: lower, upper_bounds: upper } = columnMetrics(statistics, {
    type: 'struct',
    'schema-id': 0,
    fields: [field],
  });
  return [lower, upper].map((bounds) => bounds?.map(({ value }) => wholeOf(value)));
}

describe('the bounds of a file’s times', () => {
  it('have all microseconds that another engine has written: readers leave out files by them', async () => {
    const times = ['1969-12-31 23:59:59.999999+00', '2026-11-23 09:15:02.120999+00'];
    expect(await boundsOf('TIMESTAMPTZ', times)).toEqual([[-1n], [1_795_425_302_120_999n]]);
  });

  it('are the same of a file with milliseconds', async () => {
    expect(await boundsOf('TIMESTAMP_MS', ['2026-11-23 09:15:02.120'])).toEqual([
      [1_795_425_302_120_000n],
      [1_795_425_302_120_000n],
    ]);
  });

  it('are left out of a file with nanoseconds, which the table’s type does not hold', async () => {
    expect(await boundsOf('TIMESTAMP_NS', ['2026-11-23 09:15:02.120999999'])).toEqual([[], []]);
  });
});
