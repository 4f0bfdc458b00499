import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceBetween, differenceIn, readBothWays } from '../../support/both-ways.ts';
import { windowRecords } from '../../../src/kernel/kernel.ts';
import { slicesOf, slicesOfSize } from '../../support/chunks.ts';
import { runs } from '../../support/fuzzing.ts';
import { testRecipe } from '../../support/lake.ts';
import { nestedValue } from '../../support/odd-values.ts';

/** Few shapes, each of which comes again and again. */
const batches = fc
  .tuple(fc.array(nestedValue, { minLength: 1, maxLength: 5 }), fc.array(fc.nat(), { minLength: 20, maxLength: 60 }))
  .map(([values, order]) => order.map((each) => `{"p":${values[each % values.length] ?? 'null'}}`));
/** So many records are read before what they tell is known. */
const windows = fc.integer({ min: 1, max: 60 });
const recipes = fc
  .record({
    numbers: fc.constantFrom('double' as const, 'split' as const),
    depthMax: fc.constantFrom(1, 2, 3, 8),
    hints: fc.constantFrom(
      '',
      'p struct<a:double,a_string:string,a_boolean:boolean>',
      'p struct<a:string,a_double:double,a_bigint:bigint>',
      'p struct<a:bigint,a_string:string,a_double:double,a_timestamp:timestamp>',
      'p struct<a_string:string,b:boolean,b_date:date>',
      'p struct<a:array<double>,b:struct<c:double>,c_json:string>',
      'p array<struct<a:double,a_string:string,b:timestamp,b_double:double>>',
      'p struct<a:array<bigint>,a_json:string,b:array<string>,b_json:string>',
      'p struct<a:array<double>,a_array_array_double:array<array<double>>,a_array_string:array<string>>',
      'p struct<a:double,a_array_double:array<double>,a_array_bigint:array<bigint>,b:array<timestamp>>',
      'p struct<a:double,a_struct:struct<d:double,a_x:string>,a_array_struct:array<struct<d:double>>>',
      'p struct<a:struct<d:double>,a_struct:struct<d:double>,a_double:double,b_struct:struct<d:array<double>>>',
      'p map<string,double>',
      'p map<string,struct<a:double,b:array<string>,c_json:string>>',
      'p struct<a:map<string,string>,b:map<string,double>,b_string:string>',
      'p struct<a:map<string,map<string,double>>,a_struct:struct<d:double>,a_array_double:array<double>>',
      'p struct<a:array<map<string,double>>,a_array_struct:array<struct<d:double>>,b:map<string,array<double>>>',
      'p array<map<string,struct<a:double>>>',
      'p array<int>',
      'p array<bigint>',
      'p array<array<double>>',
      'p struct<a:array<array<string>>,a_json:string,b:array<array<bigint>>,b_array_array_double:array<array<double>>>',
    ),
  })
  .map((rules) => ({ ...testRecipe, ...rules }));

describe('members of structs that the field of their name does not take', () => {
  it.each([
    ['arrays of text, then of times', ['{"p":{"v":["8"]}}', '{"p":{"v":["2026-11-04T10:33:58Z"]}}']],
    [
      'an element of another type before one of the first',
      ['{"p":[{"u":false}]}', '{"p":[{"u":"8"}]}', '{"p":[{"u":"0"},{"u":true}]}'],
    ],
    ['a key that comes twice in two spellings', ['{"p":{"é":1}}', String.raw`{"p":{"é":1,"\u00e9":2}}`]],
    [
      'objects behind text of their key, with other members',
      ['{"p":[{"u":{"a":1,"b":2}}]}', '{"p":[{"u":"x"},{"u":{"a":1}}]}', '{"p":[{"u":"x"},{"u":{"b":1}}]}'],
    ],
    ['arrays of other depths in one', ['{"p":[{"c":[1]},{"c":[[1]]}]}', '{"p":[{"c":[[1]]},{"c":[1]}]}']],
  ])('have one place, however they are read: %s', async (_, records) => {
    // what comes in a block is read by what the blocks before it have told
    const many = records.flatMap((text) => Array.from({ length: windowRecords }, () => text));
    const batch = { records: many.length, slices: slicesOf(many.map((text) => ({ value: text }))), recipe: testRecipe };
    expect(await differenceIn(batch)).toBeUndefined();
  });

  it('go beside their field only if they tell the type of that place by themselves', async () => {
    const records = ['{"m":{"q":1}}', '{"m":{"q":[[{"a":2.5,"b":1}]]}}', '{"m":{"q":[[{"a":{}}],[{"b":1}]]}}'];
    const batch = { records: 3, slices: slicesOf(records.map((text) => ({ value: text }))), recipe: testRecipe };
    expect(await differenceIn(batch)).toBeUndefined();
  });

  it('go where JSON.parse would put them, and give the same bytes of Parquet files', async () => {
    await fc.assert(
      fc.asyncProperty(batches, windows, recipes, async (records, window, recipe) => {
        const slices = slicesOfSize(
          records.map((each) => ({ value: each })),
          window,
        );
        const batch = { records: records.length, slices, recipe };
        expect(await differenceIn(batch)).toBeUndefined();
      }),
      runs(150),
    );
  });

  it.each([
    ['digits that no double holds', '{"id":9007199254740993,"n":1}', '{"id":9007199254740995,"n":2}'],
    ['text among numbers', '{"id":"x","n":1}', '{"id":7,"n":2}'],
    ['booleans among times', '{"id":"2026-11-23T09:15:02Z"}', '{"id":true}'],
    ['digits and numbers of elements', '[{"id":9007199254740993},{"id":1}]', '[{"id":"x"}]'],
    ['two keys of one name', '{"+1":1,"-1":2}', '{"-1":5,"+1":null,"n":1}'],
    [
      'keys that JSON writes with escapes',
      '{"\\u00e9t\\u00e9":1,"a\\"b":2,"\\ud83d\\ude00":3}',
      '{"été":4,"a\\"b":5,"n":[]}',
    ],
    ['objects among scalars', '{"v":1,"n":1}', '{"v":{"a":1,"b":[]},"n":2}'],
    ['what is empty on several levels', '{"n":1,"e":{"d":{"u":[]}}}', '{"n":2,"e":{"d":{"u":[]},"x":null}}'],
    ['arrays of other depths', '{"at":[1,2],"n":1}', '{"at":[[[1,2]],[]],"n":2}'],
    ['arrays of several types', '{"n":1,"args":[1,"x",null]}', '{"n":2,"args":[ 1.5, true ]}'],
    [
      'arrays whose arrays have several types',
      '{"n":1,"rows":[[1,"x"],[2,"y"]]}',
      '{"n":2,"rows":[[ 1.5], ["z"], []]}',
    ],
    ['digits in arrays in arrays', '{"n":1,"ids":[[9007199254740993]]}', '{"n":2,"ids":[[1],[9007199254740995,null]]}'],
    [
      'arrays of structs on the last level that has types',
      '{"a":[{"a":[{"a":[{"n":1}]}]}]}',
      '{"a":[{"a":[{"n":1,"a":[{"n":2},{"m":[]}]}]}]}',
    ],
    ['arrays of nulls', '{"n":1,"l":[null]}', '{"n":2,"l":[ null , {}, [], {"a":null} ]}'],
    [
      'arrays of nulls where types end',
      '{"a":{"a":{"a":{"a":[{"l":[null]}]}}}}',
      '{"a":{"a":{"a":{"a":[{"l":[ ]},{"l":[1]}]}}},"l":1}',
    ],
    ['arrays of nulls and others', '{"n":1,"l":[null]}', '{"n":2,"l":[1,null]}'],
    ['arrays with digits that no double holds', '{"ids":[9007199254740993,1]}', '{"ids":[1,9007199254740995]}'],
    ['what is empty and tells no type', '{"n":1,"labels":[],"extra":{}}', '{"n":2,"extra":{ },"labels":[ ]}'],
  ])('are shredded as they are read: %s', async (_, one, other) => {
    const records = Array.from({ length: 100 }, (__, index) => ({ value: `{"p":${index % 2 === 0 ? one : other}}` }));
    const batch = { records: records.length, slices: slicesOf(records), recipe: testRecipe };
    using both = await readBothWays(batch);
    const stores = both.scanned.columns.map(({ store }) => store);
    expect(stores.map((store) => store.kind === 'nested' && !store.areWhole && store.leaves?.count)).toEqual([100]);
    expect(await differenceBetween(both, batch)).toBeUndefined();
  });
});
