import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import type { ParquetEncoder } from '../../src/consumer/ports/parquet.ts';
import { createColumnEncoder } from '../../src/parquet/column-encoder.ts';
import { createHyparquetEncoder } from '../../src/parquet/other-encoders/hyparquet-encoder.ts';
import { createParquetjsEncoder } from '../../src/parquet/other-encoders/parquetjs-encoder.ts';
import { hyparquetReader } from '../../src/parquet/read/parquet-reader.ts';
import { temporaryFolder } from '../support/lake.ts';
import { readIntegers } from '../support/read-integers.ts';
import { sampleRecords, tablesOf } from '../support/tables.ts';

/** The sample as DuckDB's own parser reads it from the same JSON. */
const expectedRows = [
  {
    text: 'a',
    number: 36.8,
    flag: true,
    at: Date.parse('2026-11-23T09:15:02.12Z'),
    day: '2026-11-23',
    tags: '[x, y]',
    ward: 'B',
    floor: 2,
  },
  {
    text: 'ü€😀',
    number: -0.5,
    flag: false,
    at: Date.parse('1969-12-31T23:59:59.999Z'),
    day: '1969-12-31',
    tags: '[]',
    ward: null,
    floor: null,
  },
  { text: null, number: null, flag: null, at: null, day: null, tags: null, ward: null, floor: null },
  { text: '', number: 1e300, flag: null, at: null, day: null, tags: '[z]', ward: null, floor: -1 },
  {
    text: 'a',
    number: 0,
    flag: true,
    at: Date.parse('2026-11-23T09:15:02Z'),
    day: '2024-02-29',
    tags: null,
    ward: 'C',
    floor: null,
  },
];

const query = `SELECT text, number, flag, epoch_ms("at")::DOUBLE AS "at", day::VARCHAR AS day, tags::VARCHAR AS tags,
  place.ward AS ward, place.bed.floor AS floor FROM read_parquet(getvariable('files')) ORDER BY kafka_offset`;

async function readWithDuckdb(files: readonly Uint8Array[]): Promise<Record<string, unknown>[]> {
  const folder = await temporaryFolder();
  const paths = await Promise.all(
    files.map(async (bytes, index) => {
      const path = join(folder, `${index}.parquet`);
      await writeFile(path, bytes);
      return path;
    }),
  );
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`SET VARIABLE files = [${paths.map((path) => `'${path}'`).join(', ')}]`);
  const rows = (await connection.runAndReadAll(query)).getRowObjectsJS();
  connection.closeSync();
  return rows;
}

const encoders: [string, ParquetEncoder][] = [
  ['glueless', createColumnEncoder({ codec: 'zstd', rowGroupRows: 2 })],
  ['glueless, snappy', createColumnEncoder({ codec: 'snappy', rowGroupRows: 1000 })],
  ['glueless, gzip', createColumnEncoder({ codec: 'gzip', rowGroupRows: 1000 })],
  ['glueless, compatible', createColumnEncoder({ codec: 'zstd', rowGroupRows: 1000, profile: 'compatible' })],
  ['glueless, smallest', createColumnEncoder({ codec: 'zstd', rowGroupRows: 1000, profile: 'smallest' })],
  ['glueless, uncompressed', createColumnEncoder({ codec: 'uncompressed', rowGroupRows: 1000 })],
  ['hyparquet', createHyparquetEncoder({ codec: 'zstd', rowGroupRows: 2 })],
  ['hyparquet, snappy', createHyparquetEncoder({ codec: 'snappy', rowGroupRows: 1000 })],
  ['hyparquet, gzip', createHyparquetEncoder({ codec: 'gzip', rowGroupRows: 1000 })],
  ['parquetjs-lite', createParquetjsEncoder({ codec: 'snappy', rowGroupRows: 2 })],
];

describe.each(encoders)('Parquet encoder: %s', (_name, encoder) => {
  it('writes files that DuckDB reads back equal', async () => {
    const files = await Promise.all((await tablesOf(sampleRecords)).map((table) => encoder.encode(table)));
    expect(files.length).toBeGreaterThan(1);
    expect(await readWithDuckdb(files)).toEqual(expectedRows);
  });

  it('writes as many rows as its table has, with the Kafka coordinates in each', async () => {
    for (const table of await tablesOf(sampleRecords)) {
      const bytes = await encoder.encode(table);
      const read = async (start: number, end: number) => bytes.subarray(start, end);
      expect(await hyparquetReader.rowCount({ size: bytes.length, read })).toBe(table.rowCount);
      const [partitions] = await readIntegers(bytes, ['kafka_partition']);
      const offsets = (await hyparquetReader.rows(bytes)).map((row) => row['kafka_offset']);
      expect(partitions).toEqual(Array.from({ length: table.rowCount }, () => 0n));
      expect(offsets).toHaveLength(table.rowCount);
      const chunks = await Array.fromAsync(
        hyparquetReader.integerChunks({ size: bytes.length, read }, ['kafka_offset']),
        ([some]) => some ?? [],
      );
      expect(chunks.flat()).toEqual(offsets);
    }
  });

  it('writes the same bytes for the same table', async () => {
    const [table] = await tablesOf(sampleRecords);
    const [first, second] = [await encoder.encode(table!), await encoder.encode(table!)];
    expect(Buffer.compare(first, second)).toBe(0);
  });
});
