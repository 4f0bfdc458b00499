import { createRequire } from 'node:module';
import parquetjs, { type FieldDefinition } from 'parquetjs-lite';
import type { ParquetEncoder } from '../../consumer/ports/parquet.ts';
import { messageOf, PipelineError, unreachable } from '../../runtime/errors.ts';
import type { ColumnType, Field } from '../../schema/types/column-type.ts';
import { withDefaults, type Codec, type EncoderOptions } from '../encoder-options.ts';
import type { TimestampUnit } from '../parquet-schema.ts';
import type { LeafType } from '../../schema/types/column-type.ts';
import { plainValues } from './plain-values.ts';

interface LibraryTypes {
  readonly PARQUET_LOGICAL_TYPES: { readonly INT64: { toPrimitive(value: unknown): unknown } };
}

/** Keeps the digits of 64-bit integers, which the library would read as doubles. */
function keepIntegers(): void {
  const types: LibraryTypes = createRequire(import.meta.url)('parquetjs-lite/lib/types.js');
  types.PARQUET_LOGICAL_TYPES.INT64.toPrimitive = (value) =>
    typeof value === 'bigint' ? value : BigInt(Number(value));
}

const compressions: Partial<Record<Codec, string>> = { snappy: 'SNAPPY', gzip: 'GZIP', uncompressed: 'UNCOMPRESSED' };

/**
 * Writes with parquetjs-lite: row by row, without dictionaries. Its page index and its data pages V2 are malformed for
 * Trino and Athena, so both are off. It has no zstd: files get snappy instead. Bounds of strings are left out, since it orders them by UTF-16,
 * and those of fractions, since it knows one zero only: readers would skip rows.
 */
export function createParquetjsEncoder(options: EncoderOptions): ParquetEncoder {
  const { codec, rowGroupRows, timestamps } = withDefaults(options);
  const compression = compressions[codec] ?? 'SNAPPY';
  keepIntegers();
  return {
    encode: async ({ rowCount, columns }) => {
      try {
        const fields = columns.map(({ name, type }) => [name, fieldOf(type, { compression, timestamps })] as const);
        const pieces: Uint8Array[] = [];
        const library = { rowGroupSize: rowGroupRows, pageIndex: false, useDataPageV2: false };
        const writer = await parquetjs.ParquetWriter.openStream(
          new parquetjs.ParquetSchema(Object.fromEntries(fields)),
          collect(pieces),
          library,
        );
        const values = columns.map((column) => ({ column, values: plainValues(column, rowCount) }));
        for (let row = 0; row < rowCount; row++) {
          const cells = values.map(({ column, values: of }) => [column.name, cellOf(of[row], column.type)] as const);
          await writer.appendRow(recordOf(cells));
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

const withoutBounds: ReadonlySet<ColumnType['kind']> = new Set(['string', 'binary', 'double', 'float']);

interface FileForm {
  readonly compression: string;
  readonly timestamps: TimestampUnit;
}

function fieldOf(type: ColumnType, form: FileForm): FieldDefinition {
  switch (type.kind) {
    case 'array':
      return {
        type: 'LIST',
        optional: true,
        fields: { list: { repeated: true, fields: { element: fieldOf(type.element, form) } } },
      };
    case 'map':
      throw new TypeError('parquetjs-lite has no maps that others read: choose another PARQUET_ENCODER for this table');
    case 'struct':
      return {
        optional: true,
        fields: Object.fromEntries(writable(type.fields).map((field) => [field.name, fieldOf(field.type, form)])),
      };
    default:
      return {
        type: primitiveOf(type, form.timestamps),
        optional: true,
        compression: form.compression,
        ...(withoutBounds.has(type.kind) && { statistics: false }),
      };
  }
}

function primitiveOf(type: LeafType, timestamps: TimestampUnit): string {
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
      return timestamps === 'micros' ? 'TIMESTAMP_MICROS' : 'TIMESTAMP_MILLIS';
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
    const struct = Object(value);
    return recordOf(writable(type.fields).map((field) => [field.name, cellOf(struct[field.name], field.type)]));
  }
  // the library reads numbers from their text, and the text of -0 is 0
  return Object.is(value, -0) ? '-0' : value;
}

/** Makes an object without a prototype: the library asks for members with `in`. */
function recordOf(cells: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const record: Record<string, unknown> = Object.create(null);
  for (const [name, cell] of cells) if (cell !== undefined) record[name] = cell;
  return record;
}

/** The library can't have a field `__proto__`; fields of records never get that name, those of a table made elsewhere may. */
function writable(fields: readonly Field[]): readonly Field[] {
  return fields.filter(({ name }) => name !== '__proto__');
}
