import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Recipe } from '../../../src/consumer/ledger/entry/recipe.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { runs } from '../../support/fuzzing.ts';
import { createTestTools, openTestLake, readRows } from '../../support/lake.ts';
import { run } from '../../support/run-service.ts';

/** Numbers as they stand in the JSON of a column that is hinted bigint, or whose type is inferred otherwise. */
async function write(
  texts: readonly string[],
  recipe: Partial<Recipe> = { hints: 'id bigint' },
): Promise<Record<string, unknown>[]> {
  const topic = new FakeTopic(1);
  topic.append(0, ...texts.map((text) => ({ value: Buffer.from(`{"id":${text}}`) })));
  const lake = await openTestLake();
  await run(topic, lake, { tools: createTestTools({ ...lake, recipe }) });
  return readRows(lake);
}

const integer = fc.oneof(
  fc.integer(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(2n ** 53n, -(2n ** 53n), 2n ** 53n - 1n, 0),
);

it('keeps all digits of whole numbers in a bigint column, in whatever order large and small ones come', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(integer, { minLength: 1, maxLength: 40 }), async (values) => {
      const rows = await write(values.map(String));
      expect(rows.map(({ id }) => id)).toEqual(values.map(BigInt));
    }),
    runs(15),
  );
});

it('puts what is no whole number beside a bigint column, also where the others are', async () => {
  const many = Array.from({ length: 300 }, (_, index) => String(index));
  const rows = await write([...many, '1.5', '-0', 'null', '9223372036854775808', '7']);
  expect(rows.slice(0, 300).map(({ id }) => Number(id))).toEqual(many.map(Number));
  expect(rows.slice(300).map((row) => [row['id'], row['id_double'], row['id_string']])).toEqual([
    [null, 1.5, null],
    [null, -0, null],
    [null, null, null],
    [null, null, '9223372036854775808'],
    [7n, null, null],
  ]);
});

it('keeps whole numbers apart until there is another: then all are doubles, each in its row', async () => {
  const whole = fc.constantFrom<string[]>('7', '0', '-3', '1.0', '2e3', '9007199254740991');
  const other = fc.constantFrom<string[]>('1.5', '-0', '0.1', '-2.25', '1e300');
  await fc.assert(
    fc.asyncProperty(
      fc.array(whole, { minLength: 1, maxLength: 100 }),
      fc.array(other, { maxLength: 3 }),
      fc.nat(),
      async (wholes, others, at) => {
        const texts = wholes.toSpliced(at % wholes.length, 0, ...others);
        const ids = (await write(texts, { numbers: 'split' })).map(({ id }) => id);
        expect(ids).toEqual(texts.map((text) => (others.length > 0 ? Number(text) : BigInt(Number(text)))));
      },
    ),
    runs(30),
  );
});
