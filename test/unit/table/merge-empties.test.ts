import { describe, expect, it } from 'vitest';
import { decodeBatch } from '../../../src/consumer/columns/decode-batch.ts';
import { jsonValue, rowOf, type DecodedColumn } from '../../../src/consumer/columns/builders/decoded-column.ts';
import { allFields } from '../../../src/consumer/columns/parse/field-rules.ts';
import { mergeEmpties } from '../../../src/consumer/table/route/merge-empties.ts';
import type { ColumnType } from '../../../src/schema/types/column-type.ts';
import { slicesOf } from '../../support/chunks.ts';

const placement = { layout: 'none' as const, eventTimeField: 'at', pastDaysMax: 30, futureDaysMax: 1 };

/** Decodes the records, and merges their first two columns. */
async function merge(...texts: readonly string[]): Promise<DecodedColumn | undefined> {
  return mergeIn(undefined, texts);
}

/** Does so where the table has a column of the type. */
async function mergeIn(known: ColumnType | undefined, texts: readonly string[]): Promise<DecodedColumn | undefined> {
  const { columns } = await decodeBatch(slicesOf(texts.map((value) => ({ value }))), placement, {
    fields: allFields,
    numbers: 'double',
    depthMax: 4,
    recordBytesMax: 10_000,
    columnsMax: 20,
    reserved: new Set(),
    knownType: () => known,
  });
  const [one, other] = columns;
  return one && other && mergeEmpties(one, other);
}

function contentOf(column: DecodedColumn | undefined) {
  return column && Array.from({ length: column.count }, (_, at) => [rowOf(column, at), jsonValue(column, at)]);
}

describe('empty arrays and objects', () => {
  it('go among the arrays of their column, whichever came first', async () => {
    const content = [
      [0, []],
      [1, ['a']],
      [3, ['b', 'c']],
      [4, []],
    ];
    const texts = ['{"v":[]}', '{"v":["a"]}', '{}', '{"v":["b","c"]}', '{"v":[]}'];
    expect(contentOf(await merge(...texts))).toEqual(content);
    const turned = texts.toReversed();
    const rows = content.map(([row, value]) => [4 - Number(row), value]).toReversed();
    expect(contentOf(await merge(...turned))).toEqual(rows);
  });

  it('go among the structs of their column, whichever came first', async () => {
    const content = [
      [0, {}],
      [1, { a: 1, b: ['c'] }],
      [2, {}],
      [4, { b: ['d'] }],
    ];
    const texts = ['{"v":{}}', '{"v":{"a":1,"b":["c"]}}', '{"v":{}}', '{}', '{"v":{"b":["d"]}}'];
    expect(contentOf(await merge(...texts))).toEqual(content);
    const turned = texts.toReversed();
    const rows = content.map(([row, value]) => [4 - Number(row), value]).toReversed();
    expect(contentOf(await merge(...turned))).toEqual(rows);
  });

  it('stay apart from arrays and objects that tell no type, but have elements or members', async () => {
    const struct: ColumnType = { kind: 'struct', fields: [{ name: 'a', type: { kind: 'string' } }] };
    const texts = ['{"v":[]}', '{"v":[{"a":{}}]}'];
    expect(await mergeIn({ kind: 'array', element: struct }, texts)).toBeUndefined();
    expect(await mergeIn({ kind: 'array', element: struct }, texts.toReversed())).toBeUndefined();
    expect(await mergeIn(struct, ['{"v":{}}', '{"v":{"a":{}}}'])).toBeUndefined();
  });

  it('stay apart where a record has both, or the others are no arrays', async () => {
    expect(await merge('{"v":[],"V":["a"]}')).toBeUndefined();
    expect(await merge('{"v":[]}', '{"v":{"a":1}}')).toBeUndefined();
    expect(await merge('{"v":[]}', '{"v":1}')).toBeUndefined();
    expect(await merge('{"v":{}}', '{"v":["a"]}')).toBeUndefined();
    expect(await merge('{"v":{},"V":{"a":1}}')).toBeUndefined();
  });

  it('stay apart where an object has members, which may need a place of their own', async () => {
    expect(await merge('{"v":{"a":1}}', '{"v":{}}', '{"v":{"b":[]}}')).toBeUndefined();
    expect(await merge('{"v":{"a":1}}', '{"v":{}}', '{"v":{"a":null}}')).toBeUndefined();
  });
});
