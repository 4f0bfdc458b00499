import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { possibleNames } from '../../../src/consumer/table/decode/possible-names.ts';
import { columnName } from '../../../src/schema/names/column-name.ts';
import { digitsName, jsonName, siblingName } from '../../../src/schema/names/sibling.ts';
import type { ColumnType } from '../../../src/schema/types/column-type.ts';
import { jsonRecords, slicesOf } from '../../support/chunks.ts';
import { runs } from '../../support/fuzzing.ts';
import { createTestTools, openTestLake, readRows, testRecipe } from '../../support/lake.ts';
import { rescuedObjects } from '../../support/rescued-objects.ts';
import { writeBatches } from '../../support/write-batches.ts';

const string: ColumnType = { kind: 'string' };
const types = fc.constantFrom<ColumnType[]>(
  string,
  { kind: 'double' },
  { kind: 'decimal', precision: 10, scale: 2 },
  { kind: 'array', element: { kind: 'array', element: string } },
  { kind: 'struct', fields: [{ name: 'a', type: string }] },
  { kind: 'map', value: string },
);
const names = fc.string({ minLength: 1, maxLength: 300, unit: 'grapheme' }).map(columnName);

describe('a table that gets no more columns', () => {
  it('may hold values of a field for which it has a column, or a sibling of any type', () => {
    fc.assert(
      fc.property(names, types, (name, type) => {
        for (const column of [name, siblingName(name, type), jsonName(name), digitsName(name)])
          expect(possibleNames([{ name: column, type: string }])(name)).toBe(true);
      }),
      runs(300),
    );
  });

  it('holds none of a field whose name only begins like one of its columns', () => {
    const may = possibleNames([{ name: 'ward_name', type: string }]);
    expect(['ward_name', 'ward', 'ward_', 'name'].map(may)).toEqual([true, false, false, false]);
  });

  it('gives a batch no columns for fields that can have none: their values are rescued as they are read', async () => {
    const lake = await openTestLake();
    const recipe = { kafkaColumns: false, columnsMax: 1 };
    const { writer } = createTestTools({ ...lake, recipe });
    await writeBatches({ ...createTestTools({ ...lake, recipe }), writer }, [jsonRecords({ a: 1 })]);
    const slices = slicesOf(Array.from({ length: 50 }, (_, n) => ({ value: `{"a":${n},"b":${n},"c":"x"}` })));
    using batch = await writer.decode(slices, { ...testRecipe, ...recipe });
    expect(batch.columns.map(({ name }) => name)).toEqual(['a']);
    expect(rescuedObjects(batch.rescued)).toHaveLength(50);
  });

  it.each([
    ['is full', { columnsMax: 3 }],
    ['is frozen', { growth: 'none' as const }],
  ])('has every value where it was before it was so: one that %s', async (_, changed) => {
    const lake = await openTestLake();
    const first = [{ a: 1, b: 'x', c: [1, 'x'] }];
    await writeBatches(createTestTools({ ...lake, recipe: { kafkaColumns: false } }), [jsonRecords(...first)]);
    const recipe = { kafkaColumns: false, ...changed };
    const records = [
      { a: 2, d: 3, c: [2, 'y'], e: { f: '1', g: [null] }, b: 5 },
      { d: 'x', a_string: 's', h: '2026-11-23T09:15:02.120Z', i: null, j: {} },
    ];
    await writeBatches(createTestTools({ ...lake, recipe }), [jsonRecords(...first), jsonRecords(...records)]);
    const rows = (await readRows(lake)).slice(1);
    expect(rows.map((row) => ({ ...row, _rescued: JSON.parse(String(row['_rescued'])) }))).toMatchObject([
      { a: 2, c_json: '[2,"y"]', _rescued: { '/d': 3, '/e': { f: '1', g: [null] }, '/b': 5 } },
      { _rescued: { '/d': 'x', '/a_string': 's', '/h': '2026-11-23T09:15:02.120Z', '/j': {} } },
    ]);
  });
});
