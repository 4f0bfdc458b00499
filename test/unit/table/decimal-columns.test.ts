import { expect, it } from 'vitest';
import { createTestTools, openTestLake, readRows } from '../../support/lake.ts';
import { writeBatches } from '../../support/write-batches.ts';

it.each([
  ['v decimal(5,1)', (digits: string) => `{"v":${digits}}`, ({ v, v_double: beside }: Row) => [v, beside]],
  [
    's struct<a:decimal(5,1)>',
    (digits: string) => `{"s":{"a":${digits}}}`,
    ({ s }: Row) => [valueIn(s, 'a'), valueIn(s, 'a_double')],
  ],
])('puts -0 beside a decimal column, which has no such number: %s', async (hints, recordOf, read) => {
  const lake = await openTestLake();
  const tools = createTestTools({ ...lake, recipe: { hints } });
  await writeBatches(tools, [['1.5', '-0', '-0.0', '0', '-0.5'].map((digits) => ({ value: recordOf(digits) }))]);
  expect((await readRows(lake)).map(read)).toEqual([
    [1.5, null],
    [null, -0],
    [null, -0],
    [0, null],
    [-0.5, null],
  ]);
});

type Row = Record<string, unknown>;

function valueIn(struct: unknown, name: string): unknown {
  return typeof struct === 'object' && struct !== null ? Reflect.get(struct, name) : undefined;
}
