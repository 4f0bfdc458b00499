import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Recipe } from '../../../src/consumer/ledger/entry/recipe.ts';
import { parseTimestamp } from '../../../src/schema/values/scalar-values.ts';
import { createJsonCatalog } from '../../../src/lake/catalog/json-catalog.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';
import { createTestTools, readRows } from '../../support/lake.ts';
import { writeBatches } from '../../support/write-batches.ts';
import { runs } from '../../support/fuzzing.ts';
import { randomRecords } from '../../support/random-records.ts';

/** All values of a JSON tree but nulls, each as text with its type: what must be found again. */
function leavesOf(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  if (value instanceof Date) return [`time ${value.getTime()}`];
  if (typeof value === 'object') return Object.values(value).flatMap(leavesOf);
  if (typeof value === 'bigint') return [Number.isSafeInteger(Number(value)) ? `number ${value}` : `text ${value}`];
  if (typeof value === 'number') return [isExact(value) ? `number ${value}` : `text ${JSON.stringify(value)}`];
  if (typeof value === 'string') {
    const time = parseTimestamp(value) ?? (/^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(value) : undefined);
    return time === undefined ? [`text ${value}`] : [`time ${time}`];
  }
  return [`other ${JSON.stringify(value)}`];
}

/** False for digits that may stand for another integer than the double nearest to them: those are kept as text. */
function isExact(value: number): boolean {
  const digits = JSON.stringify(value);
  return !/^-?\d+$/.test(digits) || Number.isSafeInteger(value);
}

/** The same of a row of the table: JSON columns are opened. */
function leavesOfRow(row: Record<string, unknown>): string[] {
  return Object.entries(row).flatMap(([name, value]) => {
    if (['kafka_partition', 'kafka_offset', 'kafka_timestamp'].includes(name)) return [];
    const isJson = (holdsJson(name) || name === '_rescued') && typeof value === 'string';
    return isJson ? leavesOf(parsed(value)) : leavesOf(openJson(value));
  });
}

/** Tells whether a field of the name may hold JSON text: of a name that is taken by another field, beside that. */
function holdsJson(name: string): boolean {
  return /_json(?:_string)*$|^[kl]{200}_[0-9a-f]{8}$/.test(name);
}

/** Gives what the JSON text of an array or object says; a text of the record itself may have a field called so, too. */
function parsed(text: string): unknown {
  return /^[[{]/.test(text) ? JSON.parse(text) : text;
}

/** Fields of structs that hold JSON text. */
function openJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(openJson);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      holdsJson(name) && typeof member === 'string' ? parsed(member) : openJson(member),
    ]),
  );
}

const numberRule = fc.constantFrom('double' as const, 'split' as const);

/** Objects whose keys are data, in each other and in arrays: the more of them, the sooner a type is full. */
const { value: dataValues, object: objects } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(1, 2.5, -0, true, 'x', '2026-11-23T09:15:02.120Z', '2026-11-23', null, [], {}),
    fc.constantFrom<unknown>([1, 'x'], [null], [[]], [2, 3], ['y'], [{}, { a: 1 }]),
    tie('object'),
    tie('object'),
    fc.array(tie('object'), { maxLength: 4 }),
  ),
  object: fc.dictionary(
    fc.oneof(
      fc.constantFrom(
        'a',
        'A',
        'b',
        'a_string',
        'a_json',
        'a_struct',
        'a b',
        'ä',
        '7',
        '',
        'k'.repeat(243),
        'l'.repeat(247),
      ),
      fc.stringMatching(/^[a-zA-Z .]{1,3}$/),
    ),
    tie('value'),
    { maxKeys: 8 },
  ),
}));
/** An object of so many members nearly fills a type by itself. */
const filler = (count: number): unknown =>
  Object.fromEntries(Array.from({ length: count }, (_, key) => [`k${key}`, key]));
const fillers = fc.constantFrom<unknown>({ s: filler(497) }, { s: { a: filler(499) } }, [filler(199)], {
  s: [[filler(198)]],
});
/** Few values that come again and again, behind one that nearly fills their type. */
const dataBatches = fc
  .tuple(
    fillers,
    fc.array(fc.oneof(dataValues, fc.record({ s: dataValues }), fc.array(objects, { maxLength: 3 })), {
      minLength: 1,
      maxLength: 8,
    }),
    fc.array(fc.nat(), { minLength: 40, maxLength: 80 }),
  )
  .map(([first, some, order]) => [first, ...order.map((each) => some[each % some.length])].map((p) => ({ p })));

/** Objects of few of many keys with values of one type, among which others may be, in a column, a struct, or an array. */
const mapBatches = fc
  .record({
    keys: fc.constantFrom(25, 60, 700),
    values: fc.constantFrom(
      fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
      fc.constantFrom('x', 'y z', '2026-11-23', '2026-11-23T09:15:02.120Z'),
      fc.record({ a: fc.integer(), b: fc.constantFrom('x', 'y') }, { requiredKeys: ['a'] }),
      fc.array(fc.boolean(), { maxLength: 3 }),
      fc.constantFrom(2 ** 60, 2 ** 55 + 8, -(2 ** 62), 7),
      fc.dictionary(
        fc.nat({ max: 30 }).map((number) => `m${number}`),
        fc.oneof(fc.integer(), fc.constantFrom(2 ** 60, null)),
        { maxKeys: 3 },
      ),
    ),
    place: fc.constantFrom<(value: unknown) => object>(
      (p) => ({ p }),
      (s) => ({ p: { s } }),
      (s) => ({ p: [{ s }, { n: 1 }] }),
      (s) => ({ p: [s, s] }),
    ),
    isOdd: fc.boolean(),
  })
  .chain(({ keys, values, place, isOdd }) => {
    const key = fc.nat({ max: keys }).map((number) => (number % 7 === 3 ? `K.${number}` : `k${number}`));
    const value = isOdd ? fc.oneof({ weight: 50, arbitrary: values }, { weight: 1, arbitrary: dataValues }) : values;
    const record = fc.dictionary(key, value, { maxKeys: 4 }).map(place);
    return fc.array(record, { minLength: 30, maxLength: 120 });
  });

/** Writes the batches and reads their rows back. */
async function expectAll(batches: readonly (readonly object[])[], recipe: Partial<Recipe>): Promise<void> {
  const store = createMemoryObjectStore();
  const lake = { store, catalog: createJsonCatalog({ store, database: 'test' }) };
  const tools = createTestTools({ ...lake, recipe });
  await writeBatches(
    tools,
    batches.map((batch) => batch.map((each) => ({ value: JSON.stringify(each) }))),
  );
  const found = (await readRows(lake)).map((row) => leavesOfRow(row).toSorted());
  expect(found).toEqual(batches.flat().map((each) => leavesOf(each).toSorted()));
}

describe('no value is lost', () => {
  it('on the way through decode, the catalog, Parquet and an independent reader, whatever the records hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(randomRecords, { minLength: 1, maxLength: 3 }), numberRule, async (batches, numbers) =>
        expectAll(batches, { numbers }),
      ),
      runs(150),
    );
  });

  it('where types are full, since keys are data', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(dataBatches, { minLength: 1, maxLength: 3 }), numberRule, async (batches, numbers) =>
        expectAll(batches, { numbers }),
      ),
      runs(20),
    );
  });

  it('where objects whose keys are data become maps, and integers beyond 2^53 bigints', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(mapBatches, { minLength: 1, maxLength: 3 }), numberRule, async (batches, numbers) =>
        expectAll(batches, { numbers, infersTogether: true }),
      ),
      runs(60),
    );
  });

  it('where the last field that a type has room for is one for JSON text, whose name is cut', async () => {
    const [long, other] = ['l', 'k'].map((letter) => letter.repeat(247));
    await expectAll(
      [[filler(199), { [`${long}`]: [1, 'x'] }, { [`${other}`]: [2, 'y'] }].map((element) => ({ p: [element] }))],
      { numbers: 'double' },
    );
  });
});
