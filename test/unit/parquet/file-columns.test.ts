import { describe, expect, it } from 'vitest';
import { createColumnEncoder } from '../../../src/parquet/column-encoder.ts';
import { createHyparquetEncoder } from '../../../src/parquet/other-encoders/hyparquet-encoder.ts';
import { createParquetjsEncoder } from '../../../src/parquet/other-encoders/parquetjs-encoder.ts';
import { hyparquetReader } from '../../../src/parquet/read/parquet-reader.ts';
import { formatType, parseColumns } from '../../../src/schema/types/hive-ddl.ts';

const base =
  'a boolean, b double, c bigint, d string, e timestamp, f date, g array<double>, h struct<x:double,y:array<struct<z:string>>>';

describe('a file’s columns', () => {
  it.each([
    ['ours', createColumnEncoder],
    ['hyparquet-writer', createHyparquetEncoder],
    ['parquetjs-lite', createParquetjsEncoder],
  ])('read from a file of %s have the Hive types that were written', async (encoder, create) => {
    const every = encoder === 'parquetjs-lite' ? base : `${base}, i map<string,struct<v:double>>`;
    const columns = parseColumns(every).map((column) => ({
      ...column,
      data: { kind: 'values' as const, valueAt: () => null },
      validity: Uint8Array.of(0),
    }));
    const bytes = await create({ codec: 'snappy', rowGroupRows: 10 }).encode({ rowCount: 1, columns });
    const read = async (start: number, end: number) => bytes.subarray(start, end);
    const found = await hyparquetReader.columns({ size: bytes.length, read });
    expect(found.map(({ name, type }) => `${name} ${formatType(type)}`).join(', ')).toBe(every);
  });
});
