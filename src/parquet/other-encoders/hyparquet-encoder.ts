import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { CompressionCodec } from 'hyparquet';
import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer';
import type { TableColumn } from '../../consumer/ports/columnar-table.ts';
import type { ParquetEncoder } from '../../consumer/ports/parquet.ts';
import { messageOf, PipelineError } from '../../runtime/errors.ts';
import { holds } from '../../schema/values/fits-whole.ts';
import type { ColumnType } from '../../schema/types/column-type.ts';
import { unscaledOf } from '../../schema/values/scalar-values.ts';
import { withDefaults, type Codec, type EncoderOptions } from '../encoder-options.ts';
import { plainValues } from './plain-values.ts';
import { schemaOf, type TimestampUnit } from '../parquet-schema.ts';

const codecs: Record<Codec, CompressionCodec> = {
  zstd: 'ZSTD',
  snappy: 'SNAPPY',
  gzip: 'GZIP',
  uncompressed: 'UNCOMPRESSED',
};

const compressors = {
  ZSTD: (input: Uint8Array) => zstdCompressSync(input),
  GZIP: (input: Uint8Array) => gzipSync(input),
};

/** Writes with hyparquet-writer. Types always come from the table: the writer never guesses. */
export function createHyparquetEncoder(options: EncoderOptions): ParquetEncoder {
  const { codec, rowGroupRows, timestamps, createdBy } = withDefaults(options);
  return {
    encode: async ({ rowCount, columns, fieldIds }) => {
      try {
        const buffer = parquetWriteBuffer({
          schema: schemaOf(columns, timestamps, fieldIds),
          columnData: columns.map((column) => sourceOf(column, rowCount, timestamps)),
          codec: codecs[codec],
          compressors,
          rowGroupSize: rowGroupRows,
          createdBy,
        });
        return new Uint8Array(buffer);
      } catch (error) {
        throw new PipelineError('ENCODE_FAILED', {
          message: `hyparquet-writer could not encode ${rowCount} rows: ${messageOf(error)}`,
          retryable: false,
          details: { columns: columns.map(({ name, type }) => `${name} ${type.kind}`) },
          cause: error,
        });
      }
    },
  };
}

/** The library's dictionaries take zeros of both signs for one: a column with a negative zero does without. */
function sourceOf(column: TableColumn, rowCount: number, timestamps: TimestampUnit): ColumnSource {
  const data = dataOf(column, rowCount, timestamps);
  const source = { name: column.name, data };
  return holds(column.type, 'double') && data.some(hasNegativeZero) ? { ...source, encoding: 'PLAIN' } : source;
}

function hasNegativeZero(value: unknown): boolean {
  if (typeof value === 'number') return Object.is(value, -0);
  if (typeof value !== 'object' || value === null) return false;
  return (value instanceof Map ? [...value.values()] : Object.values(value)).some(hasNegativeZero);
}

/** Gives typed arrays as they are where every row has a value. */
function dataOf(
  column: TableColumn,
  rowCount: number,
  timestamps: TimestampUnit,
): unknown[] | Float64Array | Int32Array | BigInt64Array {
  const { data, validity, type } = column;
  if (type.kind === 'decimal')
    return plainValues(column, rowCount).map((value) =>
      typeof value === 'number' ? unscaledOf(value, type.scale) : value,
    );
  if (timestamps === 'micros' && holds(type, 'timestamp'))
    return plainValues(column, rowCount).map((value) => withMicros(value, type));
  if ((data.kind === 'timestamp' || data.kind === 'whole') && validity === undefined)
    return bigintsOf(data.values, rowCount);
  const isPlain = data.kind === 'double' || data.kind === 'int' || data.kind === 'bigint';
  return isPlain && validity === undefined ? data.values.subarray(0, rowCount) : plainValues(column, rowCount);
}

/** Gives the value with its times as microseconds: the library's own rounds those after 2255. */
function withMicros(value: unknown, type: ColumnType): unknown {
  if (value === null || value === undefined || !holds(type, 'timestamp')) return value;
  if (type.kind === 'array' && Array.isArray(value)) return value.map((each) => withMicros(each, type.element));
  if (type.kind === 'map' && value instanceof Map)
    return new Map([...value].map(([key, each]) => [key, withMicros(each, type.value)]));
  if (type.kind === 'struct')
    return Object.fromEntries(
      type.fields.map(({ name, type: of }) => [name, withMicros(Reflect.get(Object(value), name), of)]),
    );
  return value instanceof Date ? BigInt(value.getTime()) * 1000n : value;
}

/** Converts integers to what the file has, without a Date for each. */
function bigintsOf(values: Float64Array, rowCount: number): BigInt64Array {
  const bigints = new BigInt64Array(rowCount);
  for (let row = 0; row < rowCount; row++) bigints[row] = BigInt(values[row] ?? 0);
  return bigints;
}
