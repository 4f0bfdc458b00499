import { parquetMetadata } from 'hyparquet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnData, TableColumn } from '../../../src/consumer/ports/columnar-table.ts';
import { DictionaryBuilder, stringAt } from '../../../src/consumer/ports/dictionary-builder.ts';
import { createColumnEncoder } from '../../../src/parquet/column-encoder.ts';
import { hyparquetReader } from '../../../src/parquet/read/parquet-reader.ts';
import { runs } from '../../support/fuzzing.ts';

const rowCount = 20_000;
const encoder = createColumnEncoder({ codec: 'zstd', rowGroupRows: rowCount });

function column(type: TableColumn['type'], data: ColumnData): TableColumn {
  return { name: 'v', type, data };
}

/** Strings of the rows; `isRepeated`: as an encoder gets them when the dictionary was given up, each with an entry of its own. */
function strings(valueAt: (row: number) => string, isRepeated = false): TableColumn {
  const values = Array.from({ length: rowCount }, (_, row) => valueAt(row));
  if (!isRepeated) {
    const dictionary = new DictionaryBuilder();
    const ids = Int32Array.from(values, (value) => dictionary.idOf(value));
    return column({ kind: 'string' }, { kind: 'string', ids, dictionary: dictionary.finish() });
  }
  const pieces = values.map((value) => Buffer.from(value));
  const offsets = new Int32Array(rowCount + 1);
  for (const [row, piece] of pieces.entries()) offsets[row + 1] = (offsets[row] ?? 0) + piece.length;
  return column(
    { kind: 'string' },
    {
      kind: 'string',
      ids: Int32Array.from({ length: rowCount }, (_, row) => row),
      dictionary: {
        count: rowCount,
        bytes: Buffer.concat(pieces),
        starts: offsets.subarray(0, rowCount),
        ends: offsets.subarray(1),
      },
    },
  );
}

function doubles(valueAt: (row: number) => number): TableColumn {
  return column(
    { kind: 'double' },
    { kind: 'double', values: Float64Array.from({ length: rowCount }, (_, row) => valueAt(row)) },
  );
}

function longs(valueAt: (row: number) => bigint): TableColumn {
  return column(
    { kind: 'bigint' },
    { kind: 'bigint', values: BigInt64Array.from({ length: rowCount }, (_, row) => valueAt(row)) },
  );
}

/** Numbers that look random and are the same in every run. */
const scattered = (row: number): number => ((row * 2_654_435_761) % 4_294_967_296) / 4_294_967_296;
const hex = (row: number): string =>
  Math.floor(scattered(row) * 2 ** 32)
    .toString(16)
    .padStart(8, '0')
    .repeat(4);

function readerOf(data: ColumnData): (row: number) => unknown {
  if (data.kind === 'string') return (row) => stringAt(data.dictionary, data.ids[row] ?? 0);
  if (data.kind === 'double' || data.kind === 'bigint') return (row) => data.values[row];
  throw new TypeError(`no column of ${data.kind} is tried`);
}

async function encode(table: TableColumn) {
  const file = await encoder.encode({ rowCount, columns: [table] });
  const [chunk] = parquetMetadata(Uint8Array.from(file).buffer).row_groups[0]?.columns ?? [];
  const rows = await hyparquetReader.rows(file);
  const { encodings, statistics, total_compressed_size: bytes } = chunk?.meta_data ?? {};
  return { encodings, statistics, bytes: Number(bytes), rows };
}

describe('the encoding of a column', () => {
  it.each([
    ['strings that repeat', strings((row) => `ward ${row % 50}`), 'RLE_DICTIONARY'],
    ['strings that never come again', strings(hex), 'DELTA_LENGTH_BYTE_ARRAY'],
    ['strings whose dictionary was given up', strings((row) => `${hex(row)} é`, true), 'DELTA_LENGTH_BYTE_ARRAY'],
    [
      'few strings whose dictionary was given up',
      strings((row) => `ward ${row % 50}`, true),
      'DELTA_LENGTH_BYTE_ARRAY',
    ],
    ['few numbers', doubles((row) => 36 + (row % 40) / 10), 'RLE_DICTIONARY'],
    ['numbers that come in no order', doubles((row) => Math.floor(scattered(row) * 3000) / 7), 'RLE_DICTIONARY'],
    ['counters of which each comes four times', doubles((row) => 500_000 + Math.floor(row / 4)), 'PLAIN'],
    ['few ids of 64 bits', longs((row) => 2n ** 62n + BigInt((row * 7919) % 500)), 'RLE_DICTIONARY'],
    [
      'ids of 64 bits that grow',
      longs((row) => 2n ** 62n + BigInt(row * 4_000_000 + (row % 97))),
      'DELTA_BINARY_PACKED',
    ],
    [
      'ids of 64 bits that grow beyond the largest',
      longs((row) => BigInt.asIntN(64, 2n ** 63n - 9999n + BigInt(row * 3))),
      'DELTA_BINARY_PACKED',
    ],
    ['hashes of 64 bits', longs((row) => BigInt.asIntN(64, BigInt(row) ** 3n * 0x9e3779b97f4a7c15n)), 'PLAIN'],
    ['numbers of many digits', doubles((row) => scattered(row) * 180 - 90), 'PLAIN'],
  ])('suits %s, and the values are read back', async (_, table, expected) => {
    const { encodings, rows } = await encode(table);
    expect(encodings?.at(-1)).toBe(expected);
    const valueAt = readerOf(table.data);
    expect(rows.map(({ v }) => v)).toEqual(Array.from({ length: rowCount }, (__, row) => valueAt(row)));
  });

  it('takes less than two bytes a string for a dictionary of strings that are alike and come in no order', async () => {
    const count = 4096;
    const bitsPerId = 12;
    const { bytes } = await encode(strings((row) => `patient-${Math.floor(scattered(row) * count)}`));
    expect(bytes).toBeLessThan((rowCount * bitsPerId) / 8 + count * 2);
  });

  it('gives back strings and numbers that come in no order, whatever they are', async () => {
    const anyString = fc.string({ unit: 'binary', maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(anyString, { minLength: 80, maxLength: 300 }),
        fc.uniqueArray(fc.double({ noNaN: true }), { minLength: 80, maxLength: 300, comparator: 'SameValue' }),
        anyString,
        async (words, numbers, prefix) => {
          const picked = <T>(values: readonly T[], row: number): T =>
            values[Math.floor(scattered(row) * values.length)]!;
          const both = [strings((row) => prefix + picked(words, row)), doubles((row) => picked(numbers, row))];
          for (const table of both) {
            const { encodings, rows } = await encode(table);
            expect(encodings?.at(-1)).toBe('RLE_DICTIONARY');
            const valueAt = readerOf(table.data);
            expect(rows.every(({ v }, row) => Object.is(v, valueAt(row)))).toBe(true);
          }
        },
      ),
      runs(6),
    );
  });

  it('has the bounds of strings by their bytes, whatever order they come in', async () => {
    const { statistics } = await encode(
      strings((row) => ['b', 'é', '', 'ba', '😀', '！'][row % 6]! + (row > 9 ? 'x' : '')),
    );
    expect(statistics).toMatchObject({ min_value: '', max_value: '😀x', null_count: 0n });
  });
});
