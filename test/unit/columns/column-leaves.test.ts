import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchMemory } from '../../../src/consumer/columns/builders/batch-memory.ts';
import { decodeBatch } from '../../../src/consumer/columns/decode-batch.ts';
import type { DecodedColumn } from '../../../src/consumer/columns/builders/decoded-column.ts';
import { allFields } from '../../../src/consumer/columns/parse/field-rules.ts';
import { mergeEmpties } from '../../../src/consumer/table/route/merge-empties.ts';
import { closeKernel, useKernel } from '../../../src/kernel/kernel.ts';
import { gatherLeaves } from '../../../src/parquet/leaves/gather-leaves.ts';
import type { LeafColumn } from '../../../src/parquet/leaves/leaf-column.ts';
import { shred } from '../../../src/parquet/leaves/shred.ts';
import { Turns } from '../../../src/runtime/turns.ts';
import { conform } from '../../../src/schema/infer/conform.ts';
import { parsePlainJson } from '../../../src/schema/json/exact-json.ts';
import { wholeCell } from '../../../src/schema/values/fits-whole.ts';
import type { ColumnType } from '../../../src/schema/types/column-type.ts';
import { jsonRecords, slicesOf } from '../../support/chunks.ts';
import { countRecords, runs } from '../../support/fuzzing.ts';
import { jsonOf, leafContent, mappedTypes } from '../../support/nested-values.ts';

const placement = { layout: 'none' as const, eventTimeField: 'at', pastDaysMax: 30, futureDaysMax: 1 };

const rules = { numbers: 'double' as const, depthMax: 20 };

/** Counts the bytes that levels have been given, and the room for numbers. */
class CountingMemory extends BatchMemory {
  levelBytes = 0;
  numbers = 0;

  override float64(length: number): Float64Array {
    this.numbers += length;
    return super.float64(length);
  }

  override bytes(length: number): Uint8Array {
    this.levelBytes += length;
    return super.bytes(length);
  }
}

async function decode(
  texts: readonly string[],
  known?: ColumnType,
  memory = new BatchMemory(),
): Promise<readonly DecodedColumn[]> {
  const { columns } = await decodeBatch(slicesOf(jsonRecords(...texts)), placement, {
    fields: allFields,
    ...rules,
    recordBytesMax: 1_000_000,
    columnsMax: 100,
    reserved: new Set(),
    knownType: () => known,
    memory,
  });
  countRecords(texts.length);
  return columns;
}

/** The leaves that reading has made, of some of the column's values; `undefined` when it has made none. */
async function leavesOf(column: DecodedColumn, valueIndexes: Int32Array): Promise<LeafColumn[] | undefined> {
  const { name, observed, store } = column;
  if (store.kind !== 'nested' || store.leaves === undefined || observed.form !== 'plain') return undefined;
  const { leaves: values } = store;
  return useKernel((kernel) => {
    const leaves = gatherLeaves({ name, type: observed.type, values, valueIndexes }, kernel);
    return leaves && [...leaves];
  });
}

/** The leaves of what the type holds of the same values, by their objects. */
async function reference(column: DecodedColumn, valueIndexes: Int32Array): Promise<LeafColumn[]> {
  const { name, observed, store } = column;
  if (store.kind !== 'nested' || observed.form !== 'plain') throw new Error(`${name} has no arrays or structs`);
  const { type } = observed;
  const options = { rules, path: '', depth: 1, rescue: () => {} };
  const valueAt = (row: number) =>
    wholeCell(parsePlainJson(conform(store.values.valueAt(valueIndexes[row]!), type, options) ?? 'null'), type);
  const validity = Uint8Array.from(valueIndexes, (index) => (index < 0 ? 0 : 1));
  return shred({ name, type, valueAt, validity }, { first: 0, end: valueIndexes.length }, new Turns());
}

function allOf({ count }: DecodedColumn): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => index);
}

async function expectLeaves(column: DecodedColumn | undefined, valueIndexes?: Int32Array): Promise<void> {
  if (column === undefined) throw new Error('there is no such column');
  const indexes = valueIndexes ?? allOf(column);
  const leaves = await leavesOf(column, indexes);
  expect(leaves && leafContent(leaves)).toEqual(leafContent(await reference(column, indexes)));
}

describe('arrays and structs that are shredded while they are read', () => {
  it('say what shredding them says, whatever values, types and rows come', async () => {
    let seen = 0;
    const batches = mappedTypes.chain((type) =>
      fc.record({
        known: fc.option(fc.constant(type)),
        values: fc.array(
          fc.oneof(
            { weight: 9, arbitrary: jsonOf(type) },
            fc.constantFrom('null', '7', '"x"', '[]', '[1]', '{"f9":1}'),
          ),
          { minLength: 1, maxLength: 40 },
        ),
        chosen: fc.array(fc.constantFrom('this', 'this', 'none', 'skipped'), { minLength: 40, maxLength: 40 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(batches, async ({ known, values, chosen }) => {
        const records = values.map((value, row) => (row % 11 === 10 ? `{"v":${value},"v":1}` : `{"v":${value}}`));
        for (const column of await decode(records, known ?? undefined)) {
          const indexes = [...allOf(column)].flatMap((index) =>
            chosen[index] === 'skipped' ? [] : [chosen[index] === 'none' ? -1 : index],
          );
          const leaves = await leavesOf(column, Int32Array.from(indexes));
          if (leaves === undefined) continue;
          seen++;
          expect(leafContent(leaves)).toEqual(leafContent(await reference(column, Int32Array.from(indexes))));
        }
      }),
      runs(1000),
    );
    // the generators must not miss what this is for
    expect(seen).toBeGreaterThan(100);
  });

  it('have the fields that come late: what was before has none of them', async () => {
    const texts = Array.from({ length: 3000 }, (_, row) => {
      const late = row > 100 ? `,"late":{"x":${row},"y":["a${row % 7}"]}` : '';
      const list = row > 2000 ? `{"at":1,"text":"t${row}"}` : '{"at":1}';
      return `{"v":{"list":[${row % 3 === 1 ? '' : `${list},null,{}`}],"n":${row}${late}}}`;
    });
    const [column] = await decode(texts);
    expect(column?.count).toBe(3000);
    await expectLeaves(column);
    await expectLeaves(
      column,
      Int32Array.from({ length: 1000 }, (_, row) => (row % 5 === 0 ? -1 : row * 3)),
    );
  });

  it('have strings that hardly repeat at first, and repeat later, as they are', async () => {
    const texts = Array.from({ length: 9000 }, (_, row) => {
      const id = row < 7000 ? (row * 7919) % 8009 : row % 11;
      return `{"v":{"id":"${id}","list":[{"by":"${id * 7}","emoji":"e${row % 9}"},{"by":"a ${row}"}]}}`;
    });
    const [column] = await decode(texts);
    await expectLeaves(column);
    const leaves = column && (await leavesOf(column, allOf(column)));
    const distinct = new Map(
      leaves?.map(({ path, values }) => [path.at(-1), values.kind === 'strings' ? values.dictionary.count : 0]),
    );
    expect(distinct.get('emoji')).toBe(9);
    expect(distinct.get('by')).toBe(18_000);
  });

  it('have none of a record that is parsed in the end, or becomes no row', async () => {
    const texts = Array.from(
      { length: 3000 },
      (_, row) => `{"v":{"n":${row},"s":"s${row % 9}"}${row % 700 === 650 ? ',' : ''}}`,
    );
    const [column] = await decode(texts);
    expect(column?.count).toBe(2996);
    await expectLeaves(column);
  });

  it('have all values of a block that is shredded again, however much memory that takes', async () => {
    const text = (row: number): string => `${row}`.padStart(150, 'ward ');
    for (const odd of [30, 100, 350, 1400]) {
      // arrays without a type have a column before one of them begins as the others do
      const texts = Array.from({ length: 4000 }, (_, row) =>
        row === 5 ? '{"v":[1,"a"]}' : `{"v":["${text(row)}",${row === odd ? '1' : 'null'}]}`,
      );
      // the memory of a new one grows
      closeKernel();
      const columns = await decode(texts);
      const column = columns.find(({ observed }) => observed.form === 'plain');
      expect(column?.count).toBe(3998);
      await expectLeaves(column);
    }
  });

  it('are those of a column of another name, where it stands beside one of another type', async () => {
    const [first] = await decode(['{"v":{"a":1,"b":["x"]}}', '{"v":{"a":2}}']);
    if (first === undefined) throw new Error('there is no column');
    const leaves = await leavesOf({ ...first, name: 'v_struct' }, allOf(first));
    expect(leaves?.map(({ path }) => path)).toEqual([
      ['v_struct', 'a'],
      ['v_struct', 'b', 'list', 'element'],
    ]);
    const ofValues = leaves?.map(({ path: [, ...path], ...leaf }) => ({ ...leaf, path: ['v', ...path] }));
    expect(ofValues && leafContent(ofValues)).toEqual(leafContent(await reference(first, allOf(first))));
  });

  it('share the pages of repetition levels with those of the same array, also when they come late', async () => {
    const texts = Array.from({ length: 3000 }, (_, row) => {
      const late = row > 100 ? `,"late":${row}` : '';
      return `{"v":{"n":1,"list":[{"a":1,"b":{"c":[2,3]}${late}},{"a":4}]}}`;
    });
    const [column] = await decode(texts);
    const leaves = column && (await leavesOf(column, allOf(column)));
    const pagesOf = new Map(
      leaves?.map(({ path, repetitionPages }) => [path.at(-1) === 'element' ? 'c' : path.at(-1), repetitionPages]),
    );
    expect(pagesOf.get('n')).toBeUndefined();
    expect(pagesOf.get('a')).toBeDefined();
    expect(pagesOf.get('late')).toBe(pagesOf.get('a'));
    expect(pagesOf.get('c')).not.toBe(pagesOf.get('a'));
    await expectLeaves(column);
  });

  it('count empty arrays among arrays of a type that was not known before', async () => {
    const texts = Array.from({ length: 3000 }, (_, row) => `{"v":[${row % 4 === 0 ? '' : `"a${row % 9}","b"`}]}`);
    const columns = await decode(texts);
    const [one, other] = columns;
    expect(columns).toHaveLength(2);
    const merged = one && other && mergeEmpties(one, other);
    expect(merged?.count).toBe(3000);
    await expectLeaves(merged);
    await expectLeaves(
      merged,
      Int32Array.from({ length: 500 }, (_, row) => (row % 3 === 0 ? -1 : row * 5)),
    );
  });

  it('are given up where a value does not fit, and with more leaves than are worth it', async () => {
    const misfits = ['{"v":{"a":1}}', String.raw`{"v":{"a":"\ud800"}}`, '{"v":{"a":2}}'];
    const wide = Array.from({ length: 600 }, (_, at) => ({ name: `f${at}`, type: { kind: 'double' as const } }));
    const [misfit] = await decode(misfits);
    const [known] = await decode(['{"v":{"f7":1}}'], { kind: 'struct', fields: wide });
    for (const column of [misfit, known]) expect(column?.store).toMatchObject({ kind: 'nested', leaves: undefined });
  });

  it('take memory for the values that there are, not for each element of each leaf', async () => {
    const bytesFor = async (records: number): Promise<number> => {
      const memory = new CountingMemory();
      const texts = Array.from({ length: records }, (_, row) =>
        JSON.stringify({ v: Array.from({ length: 300 }, (__, at) => ({ [`k${(row * 7 + at * 13) % 190}`]: at })) }),
      );
      const [column] = await decode(texts, undefined, memory);
      const leaves = column?.store.kind === 'nested' ? (column.store.leaves?.leaves ?? []) : [];
      const values = leaves.map(({ values: of }) => (of.kind === 'numbers' ? of.numbers.length : 0));
      expect(values.reduce((sum, count) => sum + count, 0)).toBe(records * 300);
      for (const leaf of leaves) expect(leaf.levels().definitions.length).toBe(records * 300);
      return memory.levelBytes;
    };
    expect(await bytesFor(1200)).toBeLessThan(1.2 * (await bytesFor(600)));
  });

  it('are not given room for all rows where an object has many fields', async () => {
    const memory = new CountingMemory();
    const [rows, fields] = [40_000, 400];
    const texts = Array.from({ length: rows }, (_, row) => `{"v":{"k${row % fields}":1}}`);
    const [column] = await decode(texts, undefined, memory);
    expect(column?.store.kind === 'nested' && column.store.leaves?.leaves.length).toBe(fields);
    expect(memory.numbers).toBeLessThan(0.3 * rows * fields);
  });
});
