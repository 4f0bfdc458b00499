import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Recipe } from '../../../src/consumer/ledger/entry/recipe.ts';
import { differenceIn } from '../../support/both-ways.ts';
import { slicesOfSize } from '../../support/chunks.ts';
import { runs } from '../../support/fuzzing.ts';
import { testRecipe } from '../../support/lake.ts';

const empties = fc.constantFrom('null', '{}', '[]', '{"a":null}', '{"a":{}}', '{"b":[]}');
const typed = fc.constantFrom('1', '2.5', '"x"', '"2026-11-23"', '9007199254740993', 'true', '{"a":1}', '{"b":[1]}');
const element = fc.oneof(typed, empties, empties);
const arrayOf = (elements: fc.Arbitrary<string>) =>
  fc.array(elements, { maxLength: 3 }).map((each) => `[${each.join()}]`);

/** Arrays in arrays, on the same level or not, some of which tell no type. */
const arrays = fc.oneof(
  arrayOf(element),
  arrayOf(arrayOf(element)),
  arrayOf(arrayOf(arrayOf(element))),
  arrayOf(arrayOf(arrayOf(empties))),
  arrayOf(fc.oneof(element, arrayOf(fc.oneof(element, arrayOf(element))))),
  arrayOf(element).map((inner) => `[{"s":[${inner}]}]`),
);

/** Gives a batch of records that have each value as a field, and some as a member too. */
function batchOf(values: readonly string[], recipe: Partial<Recipe>, window: number) {
  const records = values.map((value, index) => ({
    value: index % 2 === 0 ? `{"x":${value},"p":{"s":${value}}}` : `{"x":${value}}`,
  }));
  return {
    records: records.length,
    slices: slicesOfSize(records, window),
    recipe: { ...testRecipe, hints: '', ...recipe },
  };
}

describe('arrays some of which tell no type', () => {
  it('lose no member where their field gets a type later, which holds them in part', async () => {
    const batch = batchOf(['[{"a":{}}]', 'null', '[{"a":{}}]', 'null', '[{"s":1}]'], {}, 1);
    expect(await differenceIn(batch)).toBeUndefined();
  });

  it('are read as parsed ones are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(arrays, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(), { minLength: 5, maxLength: 40 }),
        fc.record({
          numbers: fc.constantFrom('double' as const, 'split' as const),
          depthMax: fc.constantFrom(3, 4, 5, 8),
          hints: fc.constantFrom(
            '',
            '',
            'x array<bigint>',
            'x array<array<bigint>>',
            'p struct<s:array<array<bigint>>>',
          ),
        }),
        fc.integer({ min: 1, max: 30 }),
        async (some, order, recipe, window) => {
          const batch = batchOf(
            order.map((each) => some[each % some.length] ?? 'null'),
            recipe,
            window,
          );
          expect(await differenceIn(batch)).toBeUndefined();
        },
      ),
      runs(200),
    );
  });
});
