import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sourceOf } from '../../../src/consumer/ports/parquet.ts';
import { loadDuckdb } from '../../../src/lake/load-duckdb.ts';
import { hyparquetReader } from '../../../src/parquet/read/parquet-reader.ts';
import { quoteText } from '../../../src/report/query-engine.ts';
import { temporaryFolder } from '../../support/lake.ts';

const rows = 3000;

/** Writes a file of a column of integers and one of text as another engine does. */
async function writeFileBy(codec: string): Promise<Buffer> {
  const path = join(await temporaryFolder(), `${codec}.parquet`);
  const { DuckDBInstance } = await loadDuckdb('writes a file');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const records = `SELECT i::BIGINT AS n, 'patient ' || (i % 7) AS text FROM range(${rows}) AS t(i) ORDER BY i`;
    await connection.run(`COPY (${records}) TO ${quoteText(path)} (FORMAT parquet, COMPRESSION ${codec})`);
    return await readFile(path);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

it.each(['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4', 'lz4_raw'])(
  'a file that another engine has compressed by %s is read',
  async (codec) => {
    const bytes = await writeFileBy(codec);
    const expected = Array.from({ length: rows }, (_, n) => ({ n: BigInt(n), text: `patient ${n % 7}` }));
    expect(await hyparquetReader.rows(bytes)).toEqual(expected);
    const chunks = await Array.fromAsync(hyparquetReader.integerChunks(sourceOf(bytes), ['n']));
    expect(chunks.flatMap(([numbers = []]) => numbers)).toEqual(expected.map(({ n }) => n));
  },
);
