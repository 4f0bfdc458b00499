import { expect, it } from 'vitest';
import { KernelType } from '../../../src/kernel/kernel-type.ts';
import { createKernel } from '../../../src/kernel/kernel.ts';
import { kindRawNested, kindTypedFirst, leftOutShare } from '../../../src/kernel/kinds.ts';
import type { ColumnType } from '../../../src/schema/types/column-type.ts';
import { scanField } from '../../support/scan-field.ts';

const rules = { numbers: 'double', depthMax: 8 } as const;
const structOf = (...names: string[]): ColumnType => ({
  kind: 'struct',
  fields: names.map((name) => ({ name, type: { kind: 'double' } })),
});

/** Scans values of one field, whose type has `x` alone; answers with its entries and the type. */
function scanned(...values: string[]) {
  const kernel = createKernel();
  const type = KernelType.of(kernel, structOf('x'), { isStrict: true, rules });
  if (type === undefined) throw new Error('the kernel reads structs');
  type.learn({ x: 1 });
  return { ...scanField(values, kernel, [type]), type };
}

it('gives a value that fitted no type the kind of the one that has grown, or was added, and leaves others as they are', () => {
  const { entries, type } = scanned('{"x":1}', '{"x":1,"y":2}', '{"y":true}', '[1]', '7');
  const before = [...entries.kinds];
  expect(before.slice(0, 4)).toEqual([kindTypedFirst, kindRawNested, kindRawNested, kindRawNested]);
  for (const entry of before.keys()) entries.readAgain(entry);
  expect([...entries.kinds]).toEqual(before);
  type.grow(structOf('x', 'y'));
  type.learn({ y: 2 });
  for (const entry of before.keys()) entries.readAgain(entry);
  expect([...entries.kinds]).toEqual([kindTypedFirst, kindTypedFirst, ...before.slice(2)]);
});

it('tells which members were left out', () => {
  const { entries, type } = scanned('{"y":[],"x":1}', '{"x":1,"y":{}}');
  expect([...entries.kinds]).toEqual([kindRawNested, kindRawNested]);
  type.learn({ y: [] });
  for (const entry of [0, 1]) entries.readAgain(entry);
  expect([...entries.kinds]).toEqual([kindTypedFirst, kindTypedFirst]);
  expect([...entries.numbers]).toEqual([1, leftOutShare + 1]);
  const { indexes, ranges } = entries.partialsOf(kindTypedFirst, { first: 0, end: 2, index: 5 });
  expect([...indexes]).toEqual([5, 6]);
  expect([...ranges]).toEqual([0, 1, 1, 2]);
});
