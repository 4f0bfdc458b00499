import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonValues } from '../../../src/consumer/ports/json-values.ts';
import { Turns } from '../../../src/runtime/turns.ts';
import { useKernel } from '../../../src/kernel/kernel.ts';
import { shredJson } from '../../../src/parquet/leaves/shred-json.ts';
import { shred } from '../../../src/parquet/leaves/shred.ts';
import { wholeCell } from '../../../src/schema/values/fits-whole.ts';
import type { ColumnType } from '../../../src/schema/types/column-type.ts';
import { fitScalar, unfit, unscaledOf } from '../../../src/schema/values/scalar-values.ts';
import { runs } from '../../support/fuzzing.ts';
import { jsonOf, leafContent, nestedTypes } from '../../support/nested-values.ts';

/** The texts as values of rows, one behind the other in memory, or with a copy of some elsewhere; `undefined` for rows without. */
function columnOf(type: ColumnType, texts: readonly (string | undefined)[], moved: readonly boolean[] = []) {
  const values = new JsonValues();
  // a space that is copied along, or one that is not
  const before = texts.length % 2 === 0 ? '"before":' : `"before":${' '.repeat(100)}`;
  const source = Buffer.from(texts.map((text) => `${before}${text ?? ''},`).join(''));
  let at = 0;
  const valueIndexes = Int32Array.from(texts, () => -1);
  let count = 0;
  for (const [row, text] of texts.entries()) {
    const start = at + before.length;
    const bytes = Buffer.byteLength(text ?? '');
    at = start + bytes + 1;
    if (text === undefined) continue;
    if (moved[row] === true) values.add(Buffer.from(text), 0, bytes);
    else values.add(source, start, start + bytes);
    valueIndexes[row] = count++;
  }
  return { name: 'n', type, json: { values, valueIndexes } };
}

function shredded(column: ReturnType<typeof columnOf>, first = 0, end = column.json.valueIndexes.length) {
  const { type, json } = column;
  const valueAt = (row: number) => wholeCell(json.values.plainValueAt(json.valueIndexes[row]!), type);
  const validity = Uint8Array.from(json.valueIndexes, (index) => (index < 0 ? 0 : 1));
  return shred({ name: 'n', type, valueAt, validity }, { first, end }, new Turns());
}

describe('shredding JSON in the kernel', () => {
  it('gives what shredding its values gives, whatever they are and wherever they stand', async () => {
    const columns = nestedTypes.chain((type) =>
      fc.record({
        type: fc.constant(type),
        texts: fc.array(fc.option(jsonOf(type), { nil: undefined, freq: 4 }), { minLength: 1, maxLength: 20 }),
        moved: fc.array(fc.boolean(), { maxLength: 20 }),
        first: fc.nat(5),
      }),
    );
    await fc.assert(
      fc.asyncProperty(columns, async ({ type, texts, moved, first }) => {
        const column = columnOf(type, texts, moved);
        const leaves = await useKernel((kernel) =>
          shredJson(
            column,
            { first: Math.min(first, texts.length), end: texts.length },
            { kernel, turns: new Turns() },
          ),
        );
        expect(leafContent([...leaves!])).toEqual(leafContent(await shredded(column, Math.min(first, texts.length))));
      }),
      runs(1000),
    );
  });

  it('takes more values than its window and its first arrays hold', async () => {
    const type: ColumnType = {
      kind: 'array',
      element: { kind: 'struct', fields: [{ name: 'f0', type: { kind: 'double' } }] },
    };
    const texts = Array.from({ length: 10_000 }, (_, row) =>
      row % 10 === 0 ? undefined : JSON.stringify(Array.from({ length: row % 50 }, (_each, at) => ({ f0: row + at }))),
    );
    const column = columnOf(type, texts);
    const leaves = await useKernel((kernel) =>
      shredJson(column, { first: 0, end: texts.length }, { kernel, turns: new Turns() }),
    );
    expect(leafContent([...leaves!])).toEqual(leafContent(await shredded(column)));
  });

  it('places members by the rules that they were rescued by, and leaves out those that have no place', async () => {
    const double = { kind: 'double' } as const;
    const type: ColumnType = {
      kind: 'struct',
      fields: [
        { name: 'a', type: double },
        { name: 'a_string', type: { kind: 'string' } },
        { name: 'b', type: { kind: 'array', element: double } },
      ],
    };
    const rules = { numbers: 'double', depthMax: 8 } as const;
    const given = columnOf(type, ['{"a":1,"b":[2]}', '{"a":"x","none":[]}', '{"a":9007199254740993,"b":[]}']);
    const column = { ...given, json: { ...given.json, rules } };
    const leaves = await useKernel((kernel) => shredJson(column, { first: 0, end: 3 }, { kernel, turns: new Turns() }));
    const placed = columnOf(type, ['{"a":1,"b":[2]}', '{"a_string":"x"}', '{"a_string":"9007199254740993","b":[]}']);
    expect(leafContent([...leaves!])).toEqual(leafContent(await shredded(placed)));
  });

  it('gives up where parsing is needed: a type it has no values of, many digits, half a surrogate pair, a value larger than its window', async () => {
    const texts: ColumnType = { kind: 'array', element: { kind: 'string' } };
    const given = (type: ColumnType, json: string) =>
      useKernel((kernel) => shredJson(columnOf(type, [json]), { first: 0, end: 1 }, { kernel, turns: new Turns() }));
    expect([...(await given(texts, '["a"]'))!]).toHaveLength(1);
    const integers: ColumnType = { kind: 'array', element: { kind: 'bigint' } };
    expect([...(await given(integers, '[1,9223372036854775807,1e2]'))!]).toHaveLength(1);
    expect(await given(integers, '[9223372036854775808]')).toBeUndefined();
    expect([...(await given({ kind: 'array', element: { kind: 'int' } }, '[-2147483648,2147483647]'))!]).toHaveLength(
      1,
    );
    expect(await given({ kind: 'array', element: { kind: 'int' } }, '[2147483648]')).toBeUndefined();
    expect(await given({ kind: 'array', element: { kind: 'float' } }, '[0.1]')).toBeUndefined();
    expect(await given({ kind: 'array', element: { kind: 'binary' } }, '[1]')).toBeUndefined();
    expect(await given({ kind: 'array', element: { kind: 'double' } }, '[12345678901234567]')).toBeUndefined();
    expect(await given(texts, String.raw`["a","\ud83d"]`)).toBeUndefined();
    expect(await given(texts, JSON.stringify(['x'.repeat(600_000)]))).toBeUndefined();
  });

  it('reads decimals as integers of their scale, up to 15 digits, and no number that the type does not hold', async () => {
    const numbers = fc.oneof(
      fc.integer({ min: -1_000_000, max: 1_000_000 }).map((cents) => cents / 100),
      fc.tuple(fc.maxSafeInteger(), fc.nat(18)).map(([digits, places]) => Number(`${digits}e-${places}`)),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    const types = fc
      .tuple(fc.integer({ min: 1, max: 18 }), fc.nat(18))
      .filter(([precision, scale]) => scale <= precision);
    await fc.assert(
      fc.asyncProperty(numbers, types, async (value, [precision, scale]) => {
        const type: ColumnType = { kind: 'array', element: { kind: 'decimal', precision, scale } };
        const leaves = await useKernel((kernel) =>
          shredJson(columnOf(type, [JSON.stringify([value])]), { first: 0, end: 1 }, { kernel, turns: new Turns() }),
        );
        const found =
          leaves && [...leaves].map(({ values }) => ('values' in values ? Number(values.values[0]) : undefined));
        const unscaled = fitScalar(value, type.element) === unfit ? undefined : unscaledOf(value, scale);
        const isTold = unscaled !== undefined && unscaled > -(10n ** 15n) && unscaled < 10n ** 15n;
        expect(found?.map((each) => BigInt(each ?? 0))).toEqual(isTold ? [unscaled] : undefined);
      }),
      runs(1000),
    );
  });
});
