import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Recipe } from '../../../src/consumer/ledger/entry/recipe.ts';
import { jsonValue, rowOf } from '../../../src/consumer/columns/builders/decoded-column.ts';
import { createJsonCatalog } from '../../../src/lake/catalog/json-catalog.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';
import { rescuedColumn } from '../../../src/schema/names/column-name.ts';
import { readBothWays } from '../../support/both-ways.ts';
import { differenceOf } from '../../support/batch-differences.ts';
import { jsonRecords, slicesOf, slicesOfSize } from '../../support/chunks.ts';
import { runs } from '../../support/fuzzing.ts';
import { createTestTools, testRecipe } from '../../support/lake.ts';
import { spelledTimes } from '../../support/spelled-times.ts';

type Times = Readonly<Record<string, string>>;

/** A table whose columns take no times of the field `v`, or not those of all rows. */
interface Case {
  readonly by: Partial<Recipe>;
  /** The record that the table begins with. */
  readonly first: string;
  readonly fields: readonly string[];
}

const cases: Readonly<Record<string, Case>> = {
  'a frozen table': { by: { growth: 'none' }, first: '{"a":1}', fields: ['v'] },
  'a frozen table with a hint': { by: { growth: 'none', hints: 'v timestamp' }, first: '{"a":1}', fields: ['v'] },
  'a table without siblings': { by: { growth: 'new-names' }, first: '{"v":1}', fields: ['v'] },
  'a full table': { by: { columnsMax: 1 }, first: '{"a":1}', fields: ['v'] },
  'two fields with one column': { by: {}, first: '{"v":1}', fields: ['v', 'v_timestamp'] },
};

/** Writes the records, some in each batch, behind the first one; gives what is in `_rescued` for each of them. */
async function rescuedOf(records: readonly Times[], { by, first }: Case, batchRows: number): Promise<object[]> {
  const store = createMemoryObjectStore();
  const catalog = createJsonCatalog({ store, database: 'test' });
  const recipe: Recipe = { ...testRecipe, ...by };
  // a frozen table is one that was there before
  const { writer } = createTestTools({ store, catalog });
  using earlier = await writer.decode(slicesOf([{ value: first }]), testRecipe);
  await writer.grow(earlier, testRecipe);
  const found: object[] = [];
  for (const { chunk } of slicesOfSize(jsonRecords(...records), batchRows)) {
    using batch = await writer.decode([{ chunk, first: 0, end: chunk.count }], recipe);
    const routed = await writer.grow(batch, recipe);
    if (routed === 'misfit') throw new Error('the table is ours');
    const [rescued] = routed.targets.find(({ name }) => name === rescuedColumn)?.sources ?? [];
    const rows = new Map<number, object>();
    for (let at = 0; at < (rescued?.count ?? 0); at++)
      if (rescued) rows.set(rowOf(rescued, at), Object(JSON.parse(String(jsonValue(rescued, at)))));
    for (let row = 0; row < batch.rowCount; row++) found.push(rows.get(row) ?? {});
  }
  return found;
}

describe('a time that finds no column', () => {
  it.each(Object.entries(cases))('keeps its text in _rescued: %s', async (_name, of) => {
    const times = fc.record(Object.fromEntries(of.fields.map((field) => [field, spelledTimes])));
    const records = fc.array(times, { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(records, fc.integer({ min: 1, max: 12 }), async (written, batchRows) => {
        const rescued = await rescuedOf(written, of, batchRows);
        expect(rescued.length).toBe(written.length);
        for (const [row, found] of rescued.entries()) {
          const [pointer = '', ...others] = Object.keys(found);
          expect(others).toEqual([]);
          expect(found).toEqual({ [pointer]: written[row]?.[pointer.slice(1)] });
        }
      }),
      runs(40),
    );
  });

  it('has the same text by the scanner, whatever its windows are, and by JSON.parse', async () => {
    const value = fc.oneof(
      { weight: 8, arbitrary: spelledTimes },
      { weight: 1, arbitrary: fc.constantFrom('2026-11-26', 'x', null, 1) },
    );
    const records = fc.array(fc.record({ v: value, eventTime: value }), { minLength: 1, maxLength: 200 });
    const recipes = fc
      .constantFrom('', 'v timestamp', 'v string', 'v double')
      .map((hints) => ({ ...testRecipe, hints }));
    await fc.assert(
      fc.asyncProperty(records, recipes, fc.integer({ min: 1, max: 40 }), async (written, recipe, chunkRows) => {
        const slices = slicesOfSize(jsonRecords(...written), chunkRows);
        using both = await readBothWays({ records: written.length, slices, recipe });
        expect(differenceOf(both.parsed, both.scanned)).toBeUndefined();
        for (const column of both.scanned.columns)
          for (let at = 0; at < column.count; at++)
            expect(jsonValue(column, at)).toBe(Reflect.get(written[rowOf(column, at)] ?? {}, column.field));
      }),
      runs(),
    );
  });
});
