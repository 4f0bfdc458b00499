import { expect, it } from 'vitest';
import { growthTo } from '../../../src/consumer/table/catalog/growth-to.ts';
import { parseColumns } from '../../../src/schema/types/hive-ddl.ts';

it.each([
  ['a double, b string', 'a double', { addColumns: parseColumns('b string'), replaceColumns: [] }],
  ['a double', 'a double, b string', { addColumns: [], replaceColumns: [] }],
  [
    's struct<x:double,y:string>, n bigint',
    's struct<x:double,z:date>, n int',
    { addColumns: [], replaceColumns: parseColumns('s struct<x:double,z:date,y:string>, n bigint') },
  ],
  ['a array<double>', 'a array<string>', { misfit: 'a' }],
])('a table grows to hold the columns %s where it has %s', (wanted, present, growth) => {
  expect(growthTo(parseColumns(wanted), parseColumns(present))).toEqual(growth);
});
