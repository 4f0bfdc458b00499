import { describe, expect, it } from 'vitest';
import { columnMetrics } from '../../../src/iceberg/manifests/column-metrics.ts';
import {
  columnsOfFields,
  fieldIdsOf,
  grownField,
  IdSource,
  newField,
} from '../../../src/iceberg/metadata/iceberg-columns.ts';
import { createColumnEncoder } from '../../../src/parquet/column-encoder.ts';
import { createHyparquetEncoder } from '../../../src/parquet/other-encoders/hyparquet-encoder.ts';
import { hyparquetReader } from '../../../src/parquet/read/parquet-reader.ts';
import { sourceOf } from '../../../src/consumer/ports/parquet.ts';
import { parseColumns } from '../../../src/schema/types/hive-ddl.ts';

const everything = parseColumns(
  'a boolean, b double, c float, d bigint, e int, f string, g binary, h timestamp, i date, j decimal(9,2), k array<struct<x:bigint>>, l map<string,array<date>>, m struct<n:struct<o:string>>',
);

const field = (type: string) => ({ id: 1, name: 'n', required: false, type });

describe('columns as fields of an Iceberg schema', () => {
  it('come back as they were, for every type', () => {
    const fields = everything.map((column) => newField({ ...column, comment: 'why' }, new IdSource(0)));
    expect(columnsOfFields(fields, 't')).toEqual(everything.map((column) => ({ ...column, comment: 'why' })));
  });

  it.each([
    ['int', 'bigint', 'long'],
    ['float', 'double', 'double'],
    // its files have no zone, and go on so
    ['timestamp', 'timestamp', 'timestamp'],
    ['long', 'bigint', 'long'],
  ])('are promoted from %s to %s where Iceberg allows it', (before, type, after) => {
    const [column] = parseColumns(`n ${type}`);
    if (column === undefined) throw new Error('no column');
    expect(grownField(field(before), column.type, new IdSource(1))).toEqual(field(after));
  });

  it.each([
    ['long', 'double'],
    ['double', 'string'],
    ['string', 'struct<a:string>'],
  ])('never become something else: %s no %s', (before, type) => {
    const [column] = parseColumns(`n ${type}`);
    if (column === undefined) throw new Error('no column');
    expect(() => grownField(field(before), column.type, new IdSource(1))).toThrow(RangeError);
  });
});

describe.each([
  ['glueless', createColumnEncoder({ codec: 'zstd', rowGroupRows: 10 })],
  ['hyparquet', createHyparquetEncoder({ codec: 'zstd', rowGroupRows: 10 })],
])('ids of fields in files of the encoder %s', (_, encoder) => {
  it('stand in the schema, by which bounds find their column whatever its name is by then', async () => {
    const ids = new IdSource(100);
    const fields = parseColumns('s string, place struct<lat:double>, tags array<bigint>').map((each) =>
      newField(each, ids),
    );
    const nested = (valueAt: (row: number) => unknown) => ({ kind: 'values' as const, valueAt });
    const columns = columnsOfFields(fields, 't').map((column) => ({
      ...column,
      data: nested((row) => ({ s: `s${row}`, place: { lat: row }, tags: [BigInt(row)] })[column.name]),
    }));
    const bytes = await encoder.encode({ rowCount: 3, columns, fieldIds: fieldIdsOf(fields) });
    const statistics = await hyparquetReader.statistics(sourceOf(bytes));
    expect(statistics.leaves.map(({ path, fieldId }) => [path.join('.'), fieldId])).toEqual([
      ['s', 101],
      ['place.lat', 103],
      ['tags.list.element', 105],
    ]);
    const renamed = fields.map((each) => ({ ...each, name: `${each.name}_new` }));
    const { upper_bounds: bounds } = columnMetrics(statistics, { type: 'struct', 'schema-id': 0, fields: renamed });
    expect(bounds?.map(({ key, value }) => [key, Buffer.from(value).toString('hex')])).toEqual([
      [101, Buffer.from('s2').toString('hex')],
      [103, '0000000000000040'],
    ]);
  });

  it('find bounds that keep a byte order mark', async () => {
    const data = { kind: 'values' as const, valueAt: (row: number) => ['a', '\uFEFF'][row] };
    const columns = [{ name: 's', type: { kind: 'string' as const }, data }];
    const statistics = await hyparquetReader.statistics(sourceOf(await encoder.encode({ rowCount: 2, columns })));
    expect(statistics.leaves).toMatchObject([{ bounds: { min: 'a', max: '\uFEFF' } }]);
  });

  it('are left out where the table knows none', async () => {
    const columns = [
      { name: 'n', type: { kind: 'double' as const }, data: { kind: 'double' as const, values: Float64Array.of(1) } },
    ];
    const { leaves } = await hyparquetReader.statistics(sourceOf(await encoder.encode({ rowCount: 1, columns })));
    expect(leaves[0]).not.toHaveProperty('fieldId');
    const known = { type: 'struct' as const, 'schema-id': 0, fields: [{ ...field('double'), id: 7 }] };
    expect(columnMetrics({ rowCount: 1, rowGroupOffsets: [], leaves }, known).lower_bounds).toMatchObject([{ key: 7 }]);
  });
});
