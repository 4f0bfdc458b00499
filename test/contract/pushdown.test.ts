import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import type { ParquetEncoder } from '../../src/consumer/ports/parquet.ts';
import { createColumnEncoder } from '../../src/parquet/column-encoder.ts';
import { createHyparquetEncoder } from '../../src/parquet/other-encoders/hyparquet-encoder.ts';
import { createParquetjsEncoder } from '../../src/parquet/other-encoders/parquetjs-encoder.ts';
import { predicatesOf, pushdownColumns, rowGroupRows, writePushdownFile } from '../support/pushdown.ts';

const predicates = 200;
/** Predicates in one statement: each has a scan of its own. */
const atOnce = 25;

const encoders: [string, ParquetEncoder][] = [
  ['glueless', createColumnEncoder({ codec: 'zstd', rowGroupRows })],
  ['hyparquet', createHyparquetEncoder({ codec: 'zstd', rowGroupRows })],
  ['parquetjs-lite', createParquetjsEncoder({ codec: 'snappy', rowGroupRows })],
];

describe.each(encoders)('row groups written by %s', (_name, encoder) => {
  it('are skipped only when no row of them is asked for', async () => {
    const file = await writePushdownFile(encoder);
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(`CREATE TABLE rows AS SELECT * FROM read_parquet('${file}')`);
    const countsOf = async (source: string, wanted: readonly string[]): Promise<unknown[]> => {
      const selects = wanted.map(
        (predicate, index) => `SELECT ${index} AS n, count(*)::INTEGER AS found FROM ${source} WHERE ${predicate}`,
      );
      const query = `SELECT found FROM (${selects.join(' UNION ALL ')}) ORDER BY n`;
      return (await connection.runAndReadAll(query)).getRows().flat();
    };
    for (const [column, literals] of Object.entries(pushdownColumns)) {
      const all = predicatesOf(column, literals, predicates);
      for (let first = 0; first < all.length; first += atOnce) {
        const some = all.slice(first, first + atOnce);
        const found = await countsOf(`read_parquet('${file}')`, some);
        const expected = await countsOf('rows', some);
        expect(some.map((predicate, index) => [predicate, found[index]])).toEqual(
          some.map((predicate, index) => [predicate, expected[index]]),
        );
      }
    }
    const groups = (
      await connection.runAndReadAll(`SELECT count(DISTINCT row_group_id)::INTEGER FROM parquet_metadata('${file}')`)
    ).getRows();
    expect(groups.flat()[0]).toBeGreaterThan(10);
    connection.closeSync();
  });
});
