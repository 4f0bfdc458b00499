import type { ColumnMetaData, FileMetaData, Statistics } from 'hyparquet';
import { expect, it } from 'vitest';
import { statisticsOf } from '../../../src/parquet/read/file-statistics.ts';

type Bounds = readonly [min: number, max: number];

/** The footer of a file with one column of doubles, whose row groups have these bounds. */
function footerWith(bounds: readonly Bounds[]): FileMetaData {
  return {
    version: 2,
    schema: [
      { name: 'schema', num_children: 1 },
      { name: 'v', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
    ],
    num_rows: 3n * BigInt(bounds.length),
    row_groups: bounds.map(([min_value, max_value]) => ({
      columns: [{ file_offset: 0n, meta_data: columnWith({ min_value, max_value, null_count: 0n }) }],
      total_byte_size: 10n,
      num_rows: 3n,
    })),
    metadata_length: 0,
  };
}

function columnWith(statistics: Statistics): ColumnMetaData {
  return {
    type: 'DOUBLE',
    encodings: ['PLAIN'],
    path_in_schema: ['v'],
    codec: 'UNCOMPRESSED',
    num_values: 3n,
    total_uncompressed_size: 10n,
    total_compressed_size: 10n,
    data_page_offset: 4n,
    statistics,
  };
}

it('a column has no bounds where a row group gives NaN for one, which may stand for any number', () => {
  const boundsOf = (...bounds: readonly Bounds[]) => statisticsOf(footerWith(bounds)).leaves[0]?.bounds;
  expect(boundsOf([1, 2], [-1, 0])).toEqual({ min: -1, max: 2 });
  expect(boundsOf([1, 2], [Number.NaN, 9])).toBeUndefined();
  expect(boundsOf([1, 2], [-9, Number.NaN])).toBeUndefined();
});
