import parquetjs, { type FieldDefinition } from 'parquetjs-lite';
import type { ParquetEncoder } from '../consumer/ports/parquet.ts';
import { messageOf, PipelineError, unreachable } from '../runtime/errors.ts';
import type { ColumnType } from '../schema/types.ts';
import type { Codec, EncoderOptions } from './encoder-options.ts';
import { plainValues } from './plain-values.ts';

const compressions: Partial<Record<Codec, string>> = { snappy: 'SNAPPY', gzip: 'GZIP', uncompressed: 'UNCOMPRESSED' };

/**
 * Writes with parquetjs-lite: row by row, without dictionaries. Its page index and its data pages V2 are malformed for
 * Trino and Athena, so both are off. It has no zstd: files get snappy instead.
 */
export function createParquetjsEncoder({ codec, rowGroupRows }: EncoderOptions): ParquetEncoder {
  const compression = compressions[codec] ?? 'SNAPPY';
  return {
    encode: async ({ rowCount, columns }) => {
      try {
        const fields = columns.map(({ name, type }) => [name, fieldOf(type, compression)] as const);
        const pieces: Uint8Array[] = [];
        const options = { rowGroupSize: rowGroupRows, pageIndex: false, useDataPageV2: false };
        const writer = await parquetjs.ParquetWriter.openStream(
          new parquetjs.ParquetSchema(Object.fromEntries(fields)),
          collect(pieces),
          options,
        );
        const values = columns.map((column) => ({ column, values: plainValues(column, rowCount) }));
        for (let row = 0; row < rowCount; row++) {
          const cells = values.map(({ column, values: of }) => [column.name, cellOf(of[row], column.type)]);
          await writer.appendRow(Object.fromEntries(cells.filter(([, cell]) => cell !== undefined)));
        }
        await writer.close();
        return Buffer.concat(pieces);
      } catch (error) {
        throw new PipelineError('ENCODE_FAILED', {
          message: `parquetjs-lite could not encode ${rowCount} rows: ${messageOf(error)}`,
          retryable: false,
          cause: error,
        });
      }
    },
  };
}

function collect(pieces: Uint8Array[]) {
  return {
    write: (bytes: Uint8Array, done: (error?: Error) => void) => {
      // the writer may use its buffer again
      pieces.push(Uint8Array.from(bytes));
      done();
    },
    end: (done: (error?: Error) => void) => done(),
  };
}

function fieldOf(type: ColumnType, compression: string): FieldDefinition {
  switch (type.kind) {
    case 'array':
      return {
        type: 'LIST',
        optional: true,
        fields: { list: { repeated: true, fields: { element: fieldOf(type.element, compression) } } },
      };
    case 'struct':
      return {
        optional: true,
        fields: Object.fromEntries(type.fields.map((field) => [field.name, fieldOf(field.type, compression)])),
      };
    default:
      return { type: primitiveOf(type), optional: true, compression };
  }
}

function primitiveOf(type: Exclude<ColumnType, { kind: 'array' | 'struct' }>): string {
  switch (type.kind) {
    case 'boolean':
      return 'BOOLEAN';
    case 'double':
      return 'DOUBLE';
    case 'float':
      return 'FLOAT';
    case 'bigint':
      return 'INT64';
    case 'int':
    case 'smallint':
    case 'tinyint':
      return 'INT32';
    case 'string':
      return 'UTF8';
    case 'binary':
      return 'BYTE_ARRAY';
    case 'timestamp':
      return 'TIMESTAMP_MILLIS';
    case 'date':
      return 'DATE';
    case 'decimal':
      throw new TypeError('parquetjs-lite has no decimals: choose another PARQUET_ENCODER for this table');
    default:
      return unreachable(type);
  }
}

/** Converts a value to what parquetjs-lite takes: `undefined` for null, lists spelled out. */
function cellOf(value: unknown, type: ColumnType): unknown {
  if (value === null || value === undefined) return undefined;
  if (type.kind === 'array' && Array.isArray(value)) {
    return { list: value.map((element: unknown) => ({ element: cellOf(element, type.element) })) };
  }
  if (type.kind === 'struct') {
    const cells = type.fields.map((field) => [field.name, cellOf(Reflect.get(Object(value), field.name), field.type)]);
    return Object.fromEntries(cells.filter(([, cell]) => cell !== undefined));
  }
  return value;
}
