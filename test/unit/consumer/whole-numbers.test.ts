import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { createTestTools, openTestLake, readRows } from '../../support/lake.ts';
import { run } from '../../support/run-service.ts';

/** Numbers as they stand in the JSON of a column that is hinted bigint. */
async function write(texts: readonly string[]): Promise<Record<string, unknown>[]> {
  const topic = new FakeTopic(1);
  topic.append(0, ...texts.map((text) => ({ value: Buffer.from(`{"id":${text}}`) })));
  const lake = await openTestLake();
  await run(topic, lake, { tools: createTestTools({ ...lake, recipe: { hints: 'id bigint' } }) });
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
    { numRuns: 15 },
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
