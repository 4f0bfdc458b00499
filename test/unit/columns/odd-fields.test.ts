import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Recipe } from '../../../src/consumer/ledger/entry/recipe.ts';
import type { ColumnarTable } from '../../../src/consumer/ports/columnar-table.ts';
import { differenceOf } from '../../support/batch-differences.ts';
import { differenceBetween, differenceIn, filesOf, readBothWays } from '../../support/both-ways.ts';
import { slicesOf, slicesOfSize } from '../../support/chunks.ts';
import { runs } from '../../support/fuzzing.ts';
import { objectOf } from '../../support/json-object.ts';
import { testRecipe } from '../../support/lake.ts';
import { anyMember } from '../../support/odd-values.ts';

const names = ['p', 'P', 'q', 'p_string', 'p_double', 'p_json', 'p_array_double', 'p_struct'];
const record = fc.dictionary(fc.constantFrom(...names), anyMember, { minKeys: 1, maxKeys: 3 }).map(objectOf);
/** Few shapes, each of which comes again and again, and one that comes late. */
const batches = fc
  .tuple(fc.array(record, { minLength: 1, maxLength: 6 }), fc.array(fc.nat(), { minLength: 20, maxLength: 60 }), record)
  .map(([records, order, late]) => [...order.map((each) => records[each % records.length] ?? '{}'), late, late]);
/** So many records are read before what they tell is known. */
const windows = fc.integer({ min: 1, max: 60 });
const recipes = fc
  .record({
    numbers: fc.constantFrom('double' as const, 'split' as const),
    depthMax: fc.constantFrom(1, 2, 3, 8),
    columnsMax: fc.constantFrom(3, 6, 500),
    widening: fc.constantFrom({}, { widensNumbers: true as const }),
    hints: fc.constantFrom(
      '',
      'p bigint',
      'p int, p_string string',
      'p double, p_array_double array<double>',
      'p string, p_struct struct<a:double,a_string:string>',
      'p array<double>, p_array_bigint array<bigint>',
      'p array<string>, p_array_double array<double>, q array<timestamp>',
      'p array<bigint>, p_array_double array<double>, p_array_struct array<struct<d:double>>',
      'p array<struct<d:double>>, p_struct struct<a:bigint>',
      'p array<array<double>>, p_array_double array<double>, p_array_string array<string>',
      'p struct<a:array<double>,b:string>, p_array_struct array<struct<a:double>>',
      'p array<int>, p_array_double array<double>',
      'p array<array<string>>, p_array_array_double array<array<double>>, q array<array<bigint>>',
      'p map<string,double>, p_array_map array<map<string,double>>',
      'p decimal(10,2), q date',
    ),
  })
  .map(({ widening, ...rules }): Recipe => ({ ...testRecipe, ...widening, ...rules }));

function batchOf(records: readonly string[], recipe: Recipe = testRecipe) {
  return { records: records.length, slices: slicesOf(records.map((value) => ({ value }))), recipe };
}

describe('fields of records whose values are of several types', () => {
  it('go where JSON.parse would put them, and give the same bytes of Parquet files', async () => {
    await fc.assert(
      fc.asyncProperty(batches, windows, recipes, async (records, window, recipe) => {
        const values = records.map((value) => ({ value }));
        const batch = { ...batchOf(records, recipe), slices: slicesOfSize(values, window) };
        expect(await differenceIn(batch)).toBeUndefined();
      }),
      runs(150),
    );
  });

  it.each([
    ['arrays by turns', '', ['{"p":[1]}', '{"p":["x"]}', '{"p":[[1]]}', '{"p":[{"a":1}]}', '{"p":[true]}'], 5],
    [
      'texts that look like times, among others',
      '',
      ['{"p":["2026-11-23","x"]}', '{"p":["x","2026-11-23T08:00:00Z"]}'],
      1,
      100,
    ],
    ['arrays of nulls beside such with a type', '', ['{"p":[[null],[1]]}', '{"p":[[1],[null,null],[]]}'], 1, 100],
    ['nothing but times, and other texts', '', ['{"p":["x"]}', '{"p":["2026-11-23"]}'], 2],
    ['such texts in arrays of arrays', '', ['{"p":[["x"],["2026-11-23"]]}', '{"p":[["2026-11-23"]]}'], 2],
    ['arrays, objects and scalars', '', ['{"p":[1]}', '{"p":{"a":1}}', '{"p":"x"}', '{"p":7}'], 2],
    ['arrays in arrays of other types', '', ['{"p":[[1]]}', '{"p":[["x"],[]]}', '{"p":[[[2]]]}'], 3],
    ['beside a known type', 'p array<double>', ['{"p":[1]}', '{"p":["x"]}', '{"p":{"a":1}}'], 3],
    ['beside a known type with no values', 'p array<double>', ['{"p":["x"]}', '{"p":{"a":1}}'], 2],
    ['beside a scalar', 'p double', ['{"p":[1]}', '{"p":["x"]}', '{"p":{"a":1}}'], 3],
  ])('are shredded as they are read, each by its type: %s', async (_, hints, records, columns, values = 50) => {
    const texts = Array.from({ length: records.length * 50 }, (__, index) => records[index % records.length] ?? '');
    const batch = batchOf(texts, { ...testRecipe, hints });
    using both = await readBothWays(batch);
    const counts = both.scanned.columns.flatMap(({ store }) => (store.kind === 'nested' ? [store.leaves?.count] : []));
    expect(counts).toEqual(Array.from({ length: columns }, () => values));
    expect(await differenceBetween(both, batch)).toBeUndefined();
  });

  it('go to the known column where it takes them, though one beside it would as well', async () => {
    const texts = Array.from({ length: 100 }, (_, index) => (index < 50 ? '{"p":[1.5]}' : '{"p":[1]}'));
    const batch = batchOf(texts, { ...testRecipe, hints: 'p array<bigint>, p_array_double array<double>' });
    using both = await readBothWays(batch);
    expect(both.scanned.columns.map(({ count }) => count)).toEqual([50, 50]);
    expect(await differenceBetween(both, batch)).toBeUndefined();
  });

  it.each([
    ['digits that no double holds', ['{"p":9007199254740993}', '{"p":-9007199254740995}']],
    ['such digits among numbers', ['{"p":1}', '{"p":9007199254740993}', '{"p":1e400}']],
    ['such digits among strings', ['{"p":"1"}', '{"p":9007199254740993}']],
  ])('have their digits as strings, which no object is made of: %s', async (_, records) => {
    const batch = batchOf(Array.from({ length: 60 }, (__, index) => records[index % records.length] ?? ''));
    using both = await readBothWays(batch);
    const stores = both.scanned.columns.map(({ observed, store }) => [observed.form, store.kind]);
    expect(stores).toContainEqual(['exact', 'strings']);
    expect(await differenceBetween(both, batch)).toBeUndefined();
  });

  it.each([
    ['objects that tell no type, then others', ['{"p":{"x":[],"y":{}}}', '{"p":{"x":[],"a":1}}']],
    ['such objects among others whose members go elsewhere', ['{"p":{"x":null}}', '{"p":{"a":1}}', '{"p":{"a":"x"}}']],
  ])('are known as JSON, from which files are made with no object: %s', async (_, records) => {
    const batch = batchOf(Array.from({ length: 60 }, (__, index) => records[index % records.length] ?? ''));
    using both = await readBothWays(batch);
    const tables: ColumnarTable[] = [];
    await filesOf(both.scanned, batch, {
      encode: async (table) => {
        tables.push(table);
        return new Uint8Array(0);
      },
    });
    const column = tables[0]?.columns.find(({ name }) => name === 'p');
    expect(column?.data.kind === 'values' && column.data.json?.valueIndexes.length).toBe(60);
    expect(await differenceBetween(both, batch)).toBeUndefined();
  });

  it('go there in the order of their keys, also behind half a million rows of a batch', async () => {
    const first = '{"1":1,"0":1}';
    // integers come first in JavaScript, by their size
    const last = '{"1":"b","0":"a"}';
    const empty = Array.from({ length: 2 ** 19 }, () => '{}');
    using both = await readBothWays(batchOf([first, ...empty, last]));
    expect(differenceOf(both.parsed, both.scanned)).toBeUndefined();
    expect(both.scanned.columns.map(({ name }) => name)).toEqual(['0', '1', '0', '1']);
  });
});
