import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonValue } from '../../../src/consumer/columns/builders/decoded-column.ts';
import { createJsonCatalog } from '../../../src/lake/catalog/json-catalog.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';
import { rescuedColumn } from '../../../src/schema/names/column-name.ts';
import type { Recipe } from '../../../src/consumer/ledger/entry/recipe.ts';
import { slicesOf } from '../../support/chunks.ts';
import { runs } from '../../support/fuzzing.ts';
import { objectOf } from '../../support/json-object.ts';
import { createTestTools, testRecipe } from '../../support/lake.ts';

const scalars = fc.oneof(
  fc.constantFrom('0', '1', '-0', '37', '1.5', '1e300', '1e400', '2147483648'),
  fc.constantFrom(
    '9007199254740991',
    '9007199254740992',
    '-9007199254740993',
    '9223372036854775807',
    '9223372036854775808',
  ),
  fc.constantFrom('"x"', '"2026-11-23"', '"2026-11-23T09:15:02.120Z"', '"\\ud800"', 'true', 'null'),
);
/** JSON texts of values of which one field has many kinds, in structs and arrays as well. */
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    scalars,
    fc.array(tie('value'), { maxLength: 3 }).map((elements) => `[${elements.join(',')}]`),
    fc.dictionary(fc.constantFrom('a', 'b'), tie('value'), { maxKeys: 2 }).map(objectOf),
  ),
}));
const batch = fc.array(fc.dictionary(fc.constantFrom('v', 'w'), value, { minKeys: 1 }).map(objectOf), {
  minLength: 1,
  maxLength: 4,
});
const recipes = fc
  .record({
    numbers: fc.constantFrom('double' as const, 'split' as const),
    depthMax: fc.constantFrom(1, 2, 3, 8),
    hints: fc.constantFrom(
      '',
      'v int',
      'v array<int>',
      'v struct<a:array<float>,b:decimal(10,2)>',
      'v array<struct<a:array<int>>>',
    ),
    widensNumbers: fc.boolean(),
  })
  .map(({ widensNumbers, ...rules }): Recipe => ({ ...testRecipe, ...rules, ...(widensNumbers && { widensNumbers }) }));

/** Settles each list of records as a batch of its own; gives what no column had a place for. */
async function rescuedOf(batches: readonly (readonly string[])[], by: Recipe): Promise<string[]> {
  const store = createMemoryObjectStore();
  const { writer } = createTestTools({ store, catalog: createJsonCatalog({ store, database: 'test' }), recipe: by });
  const found: string[] = [];
  for (const records of batches) {
    using decoded = await writer.decode(slicesOf(records.map((each) => ({ value: each }))), by);
    const routed = await writer.grow(decoded, by);
    if (routed === 'misfit') throw new Error('the table is ours');
    const [rescued] = routed.targets.find(({ name }) => name === rescuedColumn)?.sources ?? [];
    for (let at = 0; at < (rescued?.count ?? 0); at++) if (rescued) found.push(String(jsonValue(rescued, at)));
  }
  return found;
}

/** Tells whether all that a value holds is nulls and empty arrays and objects, which tell no type. */
function tellsNoType(json: string): boolean {
  return !/[^[\]{},:]/.test(json.replaceAll(/"(?:[^"\\]|\\.)*":|null/g, ''));
}

describe('a value that the column of its field can’t hold', () => {
  it('goes to a sibling, in its batch and in all that follow, on any level', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 4 }), recipes, async (batches, by) => {
        const rescued = await rescuedOf([...batches, ...batches], by);
        expect(
          rescued.filter((json) => !Object.values(JSON.parse(json)).every((each) => tellsNoType(JSON.stringify(each)))),
        ).toEqual([]);
      }),
      runs(300),
    );
  });
});
