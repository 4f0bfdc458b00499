import fc from 'fast-check';
import { parquetMetadata } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import type { ColumnarTable, TableColumn } from '../../../src/consumer/ports/columnar-table.ts';
import { DictionaryBuilder } from '../../../src/consumer/ports/dictionary-builder.ts';
import { createColumnEncoder } from '../../../src/parquet/column-encoder.ts';
import type { ColumnType } from '../../../src/schema/types/column-type.ts';
import { hyparquetReader } from '../../../src/parquet/read/parquet-reader.ts';
import { plainValues } from '../../../src/parquet/other-encoders/plain-values.ts';
import { runs } from '../../support/fuzzing.ts';
import { tablesOf } from '../../support/tables.ts';

const codecs = ['zstd', 'snappy', 'gzip', 'uncompressed'] as const;

/** `length` values of one of a few distributions: constant, few different, ascending, anything. */
const valuesOf = <Value>(any: fc.Arbitrary<Value>, length: number): fc.Arbitrary<Value[]> =>
  fc.oneof(
    any.map((value) => Array.from({ length }, () => value)),
    fc
      .array(any, { minLength: 1, maxLength: 5 })
      .map((few) => Array.from({ length }, (_, index) => few[(index * 7) % few.length]!)),
    fc.array(any, { minLength: length, maxLength: length }),
  );

/** Integers of 64 bits each of which is so much more than the one before it: behind the largest comes the smallest. */
function growing(from: bigint, steps: readonly number[]): bigint[] {
  let value = from;
  return steps.map((step) => (value = BigInt.asIntN(64, value + BigInt(step))));
}

const stringData = (values: readonly string[]) => {
  const dictionary = new DictionaryBuilder();
  const ids = Int32Array.from(values, (value) => dictionary.idOf(value));
  return { kind: 'string' as const, ids, dictionary: dictionary.finish() };
};

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const safe = fc.maxSafeInteger();
const doubles = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0, 36.8, 5e-324));
const times = fc.integer({ min: -5e13, max: 2.5e14 });
const strings = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom('', 'x'.repeat(300)));

const columnsOf = (length: number): fc.Arbitrary<TableColumn>[] => {
  const column = (name: string, kind: TableColumn['type']['kind'], data: fc.Arbitrary<TableColumn['data']>) =>
    fc
      .record({ data, validity: fc.option(valuesOf(fc.nat(1), length)) })
      .map(({ data: of, validity }): TableColumn => ({
        name,
        type: Object.assign({ kind }),
        data: of,
        ...(validity !== null && { validity: Uint8Array.from(validity) }),
      }));
  return [
    column(
      'd',
      'double',
      valuesOf(doubles, length).map((values) => ({ kind: 'double', values: Float64Array.from(values) })),
    ),
    column(
      'f',
      'float',
      valuesOf(doubles.map(Math.fround), length).map((values) => ({
        kind: 'double',
        values: Float64Array.from(values),
      })),
    ),
    column(
      'l',
      'bigint',
      fc
        .oneof(
          valuesOf(int64, length),
          fc
            .tuple(int64, valuesOf(fc.integer({ min: -9, max: 1e9 }), length))
            .map(([from, steps]) => growing(from, steps)),
        )
        .map((values) => ({ kind: 'bigint', values: BigInt64Array.from(values) })),
    ),
    column(
      'w',
      'bigint',
      valuesOf(safe, length).map((values) => ({ kind: 'whole', values: Float64Array.from(values) })),
    ),
    column(
      't',
      'timestamp',
      valuesOf(times, length).map((values) => ({ kind: 'timestamp', values: Float64Array.from(values) })),
    ),
    column(
      'y',
      'date',
      valuesOf(fc.integer({ min: -700_000, max: 2_900_000 }), length).map((values) => ({
        kind: 'date',
        values: Int32Array.from(values),
      })),
    ),
    column(
      'i',
      'int',
      valuesOf(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), length).map((values) => ({
        kind: 'int',
        values: Int32Array.from(values),
      })),
    ),
    column(
      'b',
      'boolean',
      valuesOf(fc.nat(1), length).map((values) => ({ kind: 'boolean', values: Uint8Array.from(values) })),
    ),
    column('s', 'string', valuesOf(strings, length).map(stringData)),
  ];
};

/** Values with parts, any of which may be missing, and their type. */
const nestedColumn = (length: number): fc.Arbitrary<TableColumn> =>
  nestedType(3).chain((type) =>
    fc.array(valueOfType(type), { minLength: length, maxLength: length }).map((values) => ({
      name: 'n',
      type,
      data: { kind: 'values', valueAt: (row) => values[row] },
      validity: Uint8Array.from(values, (value) => (value === null ? 0 : 1)),
    })),
  );

const leafTypes: readonly ColumnType[] = [
  { kind: 'double' },
  { kind: 'bigint' },
  { kind: 'string' },
  { kind: 'boolean' },
  { kind: 'timestamp' },
  { kind: 'int' },
];

function nestedType(depth: number): fc.Arbitrary<ColumnType> {
  const inner =
    depth === 0 ? fc.constantFrom(...leafTypes) : fc.oneof(fc.constantFrom(...leafTypes), nestedType(depth - 1));
  return fc.oneof(
    inner.map((element): ColumnType => ({ kind: 'array', element })),
    fc.array(inner, { minLength: 1, maxLength: 3 }).map((types): ColumnType => ({
      kind: 'struct',
      fields: types.map((type, index) => ({ name: `f${index}`, type })),
    })),
  );
}

function valueOfType(type: ColumnType): fc.Arbitrary<unknown> {
  return fc.option(
    type.kind === 'array'
      ? fc.array(valueOfType(type.element), { maxLength: 3 })
      : type.kind === 'struct'
        ? fc.record(Object.fromEntries(type.fields.map((field) => [field.name, valueOfType(field.type)])))
        : leafValue(type.kind),
    { freq: 4 },
  );
}

function leafValue(kind: ColumnType['kind']): fc.Arbitrary<unknown> {
  if (kind === 'double') return doubles;
  if (kind === 'bigint') return int64;
  if (kind === 'string') return strings;
  if (kind === 'boolean') return fc.boolean();
  return kind === 'int' ? fc.integer() : times.map((ms) => new Date(ms));
}

const tables: fc.Arbitrary<ColumnarTable> = fc
  .oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 100, max: 400 }))
  .chain((rowCount) => fc.tuple(...columnsOf(rowCount)).map((columns) => ({ rowCount, columns })));

/** What a reader answers: rows as objects. */
function rowsOf({ rowCount, columns }: ColumnarTable): Record<string, unknown>[] {
  const read = columns.map((column) => ({ name: column.name, values: plainValues(column, rowCount) }));
  return Array.from({ length: rowCount }, (_, row) =>
    Object.fromEntries(read.map(({ name, values }) => [name, values[row]])),
  );
}

/** The reader has `undefined` for a missing struct. */
function withNulls(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map(withNulls);
  if (typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withNulls(part)]));
}

describe('the encoder of columns', () => {
  it('writes files that hyparquet reads back equal, whatever the columns hold', async () => {
    await fc.assert(
      fc.asyncProperty(
        tables,
        fc.constantFrom(...codecs),
        fc.constantFrom(1, 7, 128, 100_000),
        fc.constantFrom('compact' as const, 'compatible' as const, 'smallest' as const),
        async (table, codec, rowGroupRows, profile) => {
          const bytes = await createColumnEncoder({ codec, rowGroupRows, profile }).encode(table);
          expect(await hyparquetReader.rows(bytes)).toEqual(rowsOf(table));
        },
      ),
      runs(150),
    );
  });

  it('takes values with parts to pieces that hyparquet puts together equal, whatever is missing of them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .integer({ min: 1, max: 30 })
          .chain((rowCount) => nestedColumn(rowCount).map((column) => ({ rowCount, columns: [column] }))),
        fc.constantFrom(1, 7, 100_000),
        async (table, rowGroupRows) => {
          const bytes = await createColumnEncoder({ codec: 'snappy', rowGroupRows }).encode(table);
          expect(withNulls(await hyparquetReader.rows(bytes))).toEqual(rowsOf(table));
        },
      ),
      runs(300),
    );
  });

  it.each([
    ['compact', ['DELTA_BINARY_PACKED', 'DELTA_LENGTH_BYTE_ARRAY', 'PLAIN', 'RLE', 'RLE_DICTIONARY'], 'ZSTD'],
    ['compatible', ['PLAIN', 'RLE', 'RLE_DICTIONARY'], 'SNAPPY'],
    [
      'smallest',
      ['BYTE_STREAM_SPLIT', 'DELTA_BINARY_PACKED', 'DELTA_LENGTH_BYTE_ARRAY', 'PLAIN', 'RLE', 'RLE_DICTIONARY'],
      'ZSTD',
    ],
  ] as const)('writes %s files with these encodings, and says who wrote them', async (profile, encodings, codec) => {
    const records = Array.from({ length: 1000 }, (_, index) => ({
      often: index % 3,
      once: `${index} ${Math.sin(index)}`,
      fraction: Math.sin(index),
      at: new Date(Date.UTC(2026, 10, 23) + index * index).toISOString(),
    }));
    const createdBy = 'glueless version 0.1.0 (build abc)';
    const encoder = createColumnEncoder({ codec: 'zstd', rowGroupRows: 1000, profile, createdBy });
    const files = await Promise.all((await tablesOf(records)).map((table) => encoder.encode(table)));
    const metadata = files.map((bytes) => parquetMetadata(Uint8Array.from(bytes).buffer));
    const chunks = metadata.flatMap(({ row_groups: groups }) => groups.flatMap(({ columns }) => columns));
    const used = chunks.flatMap(({ meta_data: of }) => of?.encodings ?? []);
    expect([...new Set(used)].toSorted()).toEqual(encodings);
    expect(new Set(chunks.map(({ meta_data: of }) => of?.codec))).toEqual(new Set([codec]));
    expect(metadata.map(({ created_by: by }) => by)).toEqual(files.map(() => createdBy));
  });

  it('splits what is long into pages, and reads back equal', async () => {
    const length = 30_000;
    const values = Array.from({ length }, (_, row) => `${row} ${'x'.repeat(200)}`);
    const numbers = Float64Array.from({ length: length * 10 }, (_, row) => Math.sin(row));
    const validity = Uint8Array.from({ length: length * 10 }, (_, row) => (row % 3 === 0 ? 0 : 1));
    const tablesOfPages: ColumnarTable[] = [
      { rowCount: length, columns: [{ name: 's', type: { kind: 'string' }, data: stringData(values) }] },
      {
        rowCount: length * 10,
        columns: [{ name: 'd', type: { kind: 'double' }, data: { kind: 'double', values: numbers }, validity }],
      },
    ];
    for (const table of tablesOfPages) {
      const bytes = await createColumnEncoder({ codec: 'zstd', rowGroupRows: 1_000_000 }).encode(table);
      expect(await hyparquetReader.rows(bytes)).toEqual(rowsOf(table));
    }
  });
});
