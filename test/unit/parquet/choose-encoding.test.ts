import { parquetMetadata } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import type { ColumnData, TableColumn } from '../../../src/consumer/ports/columnar-table.ts';
import { DictionaryBuilder, stringAt } from '../../../src/consumer/ports/dictionary-builder.ts';
import { createColumnEncoder } from '../../../src/parquet/column-encoder.ts';
import { hyparquetReader } from '../../../src/parquet/parquet-reader.ts';

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

/** Numbers that look random and are the same in every run. */
const scattered = (row: number): number => ((row * 2_654_435_761) % 4_294_967_296) / 4_294_967_296;
const hex = (row: number): string =>
  Math.floor(scattered(row) * 2 ** 32)
    .toString(16)
    .padStart(8, '0')
    .repeat(4);

function readerOf(data: ColumnData): (row: number) => unknown {
  if (data.kind === 'string') return (row) => stringAt(data.dictionary, data.ids[row] ?? 0);
  if (data.kind === 'double') return (row) => data.values[row];
  throw new TypeError(`no column of ${data.kind} is tried`);
}

async function encode(table: TableColumn) {
  const file = await encoder.encode({ rowCount, columns: [table] });
  const [chunk] = parquetMetadata(Uint8Array.from(file).buffer).row_groups[0]?.columns ?? [];
  const rows = await hyparquetReader.rows(file);
  return { encodings: chunk?.meta_data?.encodings, statistics: chunk?.meta_data?.statistics, rows };
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
    ['numbers of many digits', doubles((row) => scattered(row) * 180 - 90), 'PLAIN'],
  ])('suits %s, and the values are read back', async (_, table, expected) => {
    const { encodings, rows } = await encode(table);
    expect(encodings?.at(-1)).toBe(expected);
    const valueAt = readerOf(table.data);
    expect(rows.map(({ v }) => v)).toEqual(Array.from({ length: rowCount }, (__, row) => valueAt(row)));
  });

  it('has the bounds of strings by their bytes, whatever order they come in', async () => {
    const { statistics } = await encode(
      strings((row) => ['b', 'é', '', 'ba', '😀', '！'][row % 6]! + (row > 9 ? 'x' : '')),
    );
    expect(statistics).toMatchObject({ min_value: '', max_value: '😀x', null_count: 0n });
  });
});
