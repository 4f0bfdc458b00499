import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { decodeBatch, type DecodedBatch, type DecodeRules } from '../../../src/consumer/columns/decode-batch.ts';
import { jsonValue, rowOf } from '../../../src/consumer/columns/builders/decoded-column.ts';
import { allFields } from '../../../src/consumer/columns/parse/field-rules.ts';
import { closeKernel } from '../../../src/kernel/kernel.ts';
import type { ColumnType } from '../../../src/schema/types/column-type.ts';
import { slicesOf, slicesOfSize } from '../../support/chunks.ts';
import { oddRecords } from '../../../scripts/docs/odd-records.ts';
import { countRecords, runs } from '../../support/fuzzing.ts';
import { rescuedObjects } from '../../support/rescued-objects.ts';

const placement = { layout: 'hour' as const, eventTimeField: 'at', pastDaysMax: 30, futureDaysMax: 1 };

/** Everything a batch says, in a form that can be compared. */
function contentOf({
  columns,
  rejects,
  rescued,
  reading: _reading,
  [Symbol.dispose]: _dispose,
  ...rest
}: DecodedBatch) {
  return {
    ...rest,
    columns: columns.map((column) => ({
      name: column.name,
      field: column.field,
      observed: column.observed,
      rows: Array.from({ length: column.count }, (_, index) => rowOf(column, index)),
      values: Array.from({ length: column.count }, (_, index) => jsonValue(column, index)),
    })),
    rejects: rejects.map(({ chunk, index, reason, detail }) => ({
      offset: Number(chunk.from) + index,
      reason,
      detail,
    })),
    rescued: rescuedObjects(rescued),
  };
}

function rulesWith(changed: Partial<DecodeRules>): DecodeRules {
  return {
    fields: allFields,
    numbers: 'double',
    depthMax: 4,
    recordBytesMax: 10_000,
    columnsMax: 20,
    reserved: new Set(['kafka_offset']),
    knownType: () => undefined,
    ...changed,
  };
}

/** Expects the same of records that are scanned, those of one chunk and those of several, as of records that are parsed. */
async function expectSame(values: readonly (string | Buffer)[], changed: Partial<DecodeRules> = {}): Promise<void> {
  const rules = rulesWith(changed);
  const all = values.map((value) => ({ value }));
  const parsed = contentOf(await decodeBatch(slicesOf(all), placement, { ...rules, scans: false }));
  for (const slices of [slicesOf(all), slicesOfSize(all, 1 + (values.length % 4))]) {
    const scanned = await decodeBatch(slices, placement, { ...rules, scans: true });
    countRecords(values.length);
    expect(contentOf(scanned)).toEqual(parsed);
  }
}

const keys = fc.constantFrom('a', 'A', 'at', 'b', 'ü', '"', '1', '', 'x y', '__proto__', 'kafka_offset');
const scalarTexts = fc.oneof(
  fc.constantFrom(...oddRecords.map(({ value }) => value).filter((value) => typeof value === 'string')),
  fc.constantFrom(
    '36.8',
    '"2026-11-23T09:15:02.123456Z"',
    '"2026-11-23T09:15+0100"',
    '-0',
    '0.1',
    '1e3',
    '12345678901234567890',
    '0.1234567890123456789',
    '01',
    '1.',
    '-',
    '5e-324',
  ),
  fc.constantFrom(
    '"2026-11-23T09:15:02.120Z"',
    '"2026-11-23"',
    '"2026-11-23T09:15:02+25:00"',
    '"x',
    '"\\u00e9"',
    '"ü"',
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
  fc.string().map((text) => JSON.stringify(text)),
  fc.json({ maxDepth: 2 }),
);
const spaces = fc.constantFrom('', ' ', '\n', '\t ');

/** Records that mostly share their keys and their spacing, as those of one sender do. */
const records = fc
  .record({
    names: fc.array(keys, { maxLength: 5 }),
    before: spaces,
    after: spaces,
    count: fc.integer({ min: 1, max: 6 }),
  })
  .chain(({ names, before, after, count }) =>
    fc.array(
      fc.array(scalarTexts, { minLength: names.length, maxLength: names.length }).map((values) => {
        const members = names.map((name, index) => `${JSON.stringify(name)}:${after}${values[index] ?? 'null'}`);
        return `${before}{${members.join(`,${after}`)}}${before}`;
      }),
      { minLength: count, maxLength: count },
    ),
  );

const knownTypes: readonly ColumnType[] = [
  { kind: 'string' },
  { kind: 'double' },
  { kind: 'bigint' },
  { kind: 'int' },
  { kind: 'timestamp' },
  { kind: 'date' },
  { kind: 'boolean' },
  { kind: 'float' },
  { kind: 'decimal', precision: 5, scale: 1 },
  { kind: 'array', element: { kind: 'double' } },
];

/** A type with parts, and JSON that mostly fits it: keys of two spellings, in any order, some missing, some unknown, some twice. */
const partType: ColumnType = {
  kind: 'struct',
  fields: [
    { name: 'x', type: { kind: 'double' } },
    { name: 'day', type: { kind: 'date' } },
    {
      name: 'list',
      type: {
        kind: 'array',
        element: {
          kind: 'struct',
          fields: [
            { name: 'at', type: { kind: 'timestamp' } },
            { name: 'text', type: { kind: 'string' } },
            { name: 'is', type: { kind: 'boolean' } },
          ],
        },
      },
    },
  ],
};

const partTexts = fc
  .record({
    x: fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.constantFrom('1e400', '01', 'null'),
    ),
    day: fc.constantFrom('"2026-11-23"', '"2026-02-30"', 'null'),
    list: fc.array(
      fc.record({
        at: fc.constantFrom('"2026-11-23T09:15:02.120Z"', '"2026-11-23T09:15:02+01:00"', '"soon"', 'null'),
        text: fc.oneof(
          fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
          fc.constantFrom(String.raw`"\u00e9\ud83d\ude00\n"`, String.raw`"\ud83d"`, String.raw`"\x"`, '"\t"', '7'),
        ),
        is: fc.constantFrom('true', 'false', 'null', 'truE'),
      }),
      { maxLength: 3 },
    ),
    spelling: fc.constantFrom('x', 'X', 'x":1,"x'),
    space: spaces,
    isWhole: fc.boolean(),
    isFine: fc.constantFrom(true, true, true, false),
  })
  .map(({ x, day, list, spelling, space, isWhole, isFine }) => {
    const number = isFine ? '36.6' : x;
    const elements = list.map(({ at, text, is }) =>
      isFine
        ? `{"at":"2026-11-23T09:15:02.120Z",${space}"is":true,"text":"ward 1"}`
        : `{"text":${text},"at":${at},${space}"is":${is}}`,
    );
    const rest = isWhole
      ? `,"day":${isFine ? '"2026-11-23"' : day},"list":[${space}${elements.join(',')}${space}]`
      : '';
    return `{"${isFine ? 'x' : spelling}":${space}${number}${rest}}`;
  });

/** Members of records whose keys come in any order, or not at all, as different senders and versions of them write. */
const members = fc.oneof(
  { arbitrary: scalarTexts.map((text) => `"a":${text}`), weight: 1 },
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => `"a":${String(number)}`),
  fc.constantFrom(
    '"b":1',
    '"b" : "x"',
    '"b":"2026-11-23"',
    '"b":true',
    '"b":null',
    '"b":12345678901234567890',
    '"B":2',
  ),
  fc.constantFrom('"at":"2026-11-23T09:15:02.120Z"', '"at":1795425300000', '"at":"2026-11-23"', '"at":"soon"'),
  fc.constantFrom('"\\u0061":3', '"ü":1', '"\\u00fc":2', '"7":1', '"3":"x"', '"__proto__":[1]'),
  fc.string({ unit: 'grapheme' }).map((text) => `"text":${JSON.stringify(text)}`),
);
const nestedMembers = fc.constantFrom(
  '"x":1',
  '"x":3000000000',
  '"x":"a"',
  '"X":2',
  '"y":"a"',
  '"y":"2026-11-23"',
  '"y":null',
  '"at":"2026-11-23T09:15:02.120Z"',
  '"on":false',
  '"tags":["a","b"]',
  '"tags":["a",null]',
  '"tags":[]',
  '"tags":[null]',
  '"in":{"z":1}',
  '"in":{"z":null}',
  '"in":{}',
  '"in":{"w":"x","z":2}',
  '"list":[{"z":1},{}]',
  '"list":[{"z":1,"w":[1]},{"w":[]}]',
  '"list":[{}]',
  '"id":12345678901234567890',
  '"only":null',
);
const structTexts = fc.uniqueArray(nestedMembers, { maxLength: 5 }).map((texts) => `{${texts.join(',')}}`);
const nestedTexts = fc.oneof(
  { arbitrary: structTexts, weight: 3 },
  fc.array(structTexts, { maxLength: 3 }).map((texts) => `[${texts.join(',')}]`),
  fc.constantFrom('null', '[]', '{}', '[1,2]', '[[1],[]]', '["a"]', '[null]', '7', '{"x":1,"x":"y"}'),
);
const looseRecords = fc.array(
  fc
    .tuple(fc.uniqueArray(members, { maxLength: 4 }), nestedTexts, fc.boolean(), spaces)
    .map(([texts, nested, isFirst, space]) => {
      const all = isFirst ? [`"part":${nested}`, ...texts] : [...texts, `"part":${space}${nested}`];
      return `{${all.join(`${space},`)}${space}}`;
    }),
  { minLength: 1, maxLength: 60, size: 'max' },
);
const looseTypes: readonly (ColumnType | undefined)[] = [
  undefined,
  { kind: 'struct', fields: [{ name: 'x', type: { kind: 'double' } }] },
  {
    kind: 'struct',
    fields: [
      { name: 'y', type: { kind: 'string' } },
      { name: 'tags', type: { kind: 'array', element: { kind: 'string' } } },
      {
        name: 'list',
        type: { kind: 'array', element: { kind: 'struct', fields: [{ name: 'z', type: { kind: 'double' } }] } },
      },
    ],
  },
  { kind: 'array', element: { kind: 'struct', fields: [{ name: 'y', type: { kind: 'string' } }] } },
  { kind: 'struct', fields: [{ name: 'x', type: { kind: 'int' } }] },
];

/** A value of a field whose kind changes only now and then. */
function valueOf(row: number, field: number): string {
  if ((row + field * 31) % 503 === 502)
    return ['"2026-11-23"', 'true', 'null', '[1,2]', '"2026-11-23T09:15:02.120Z"'][field % 5] ?? '';
  if (field % 4 === 0) return String(row / 8 + field);
  if (field % 4 === 1) return `"${(row * field) % 50}"`;
  return field % 4 === 2 ? `"${row} ${field}"` : String.raw`"\u00e9 ${row % 40}"`;
}

describe('scanning records', () => {
  it('gives what parsing gives for records whose keys come in any order, or not at all', async () => {
    await fc.assert(
      fc.asyncProperty(
        looseRecords,
        fc.constantFrom(...looseTypes),
        fc.constantFrom<'double' | 'split'>('double', 'double', 'split'),
        fc.constantFrom(3, 20),
        fc.constantFrom({}, { mayHaveColumn: (name: string) => name === 'part' || name === 'n' }),
        (texts, type, numbers, columnsMax, possible) =>
          expectSame(texts, {
            numbers,
            widensNumbers: true,
            columnsMax,
            ...possible,
            knownType: (name) => (name === 'part' ? type : undefined),
          }),
      ),
      runs(200),
    );
  });

  it('gives what parsing gives for values with parts, whether they fit the type of their column or not', async () => {
    const group = fc.array(partTexts, { minLength: 2, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(group, (texts) =>
        expectSame(
          texts.map((text, index) => `{"n":${index},"part":${text}}`),
          { knownType: (name) => (name === 'part' ? partType : undefined) },
        ),
      ),
      runs(800),
    );
  });

  it('gives what parsing gives for a shape that needs more memory than the kernel has', async () => {
    const fields = Array.from({ length: 100 }, (_, index) => `"${String(index).repeat(500)}":${index}`);
    const record = `{${fields.join(',')}}`;
    closeKernel();
    await expectSame([record, record, record], { recordBytesMax: 1_000_000, columnsMax: 200 });
  });

  it('gives what parsing gives for more strings than a dictionary pays for, whatever is among them', async () => {
    const rare = ['"2026-11-23"', '7', String.raw`"\u00e9\n"`, 'null', '"text 1"'];
    const texts = Array.from({ length: 20_000 }, (_, index) => {
      const value = index % 17 === 0 ? rare[index % rare.length] : `"text ${index % 18_000}"`;
      return `{"a":${value}${index % 501 === 500 ? String.raw`,"b":"\ud800"` : ''}}`;
    });
    await expectSame(texts);
    const { columns } = await decodeBatch(slicesOf(texts.map((value) => ({ value }))), placement, rulesWith({}));
    // the last ones are there twice, which costs less than to look for them
    const counts = columns.map(({ store }) => (store.kind === 'strings' ? store.dictionary.count : 0));
    expect(Math.max(...counts)).toBeGreaterThan(18_000);
  });

  it('gives what parsing gives for records of many fields, which come in small chunks', async () => {
    const texts = Array.from({ length: 1500 }, (_, row) => {
      const all = Array.from({ length: 60 }, (__, field) => `"f${field}":${valueOf(row, field)}`);
      if (row === 700) all.push('"F7":"another field of the same column"');
      if (row % 301 === 300) all.push(String.raw`"odd":"\ud800"`);
      return `{${all.join(',')}}`;
    });
    await expectSame(texts, { columnsMax: 200 });
    const chunks = slicesOfSize(
      texts.map((value) => ({ value })),
      7,
    );
    const { columns } = await decodeBatch(chunks, placement, rulesWith({ columnsMax: 200 }));
    const parsed = await decodeBatch(chunks, placement, rulesWith({ columnsMax: 200, scans: false }));
    expect(columns).toHaveLength(parsed.columns.length);
    expect(columns.map(({ otherFields }) => otherFields)).toEqual(parsed.columns.map(({ otherFields }) => otherFields));
  });

  it('gives what parsing gives for objects whose keys are data, and looks at no more of them than a struct has fields', async () => {
    const odd = [
      '{"k 1": 1.50}',
      '{"7":1,"3":2}',
      '{"k1":9007199254740993}',
      '{}',
      '[1]',
      '"x"',
      'null',
      '{"m":{"m":[]}}',
    ];
    const textsWith = (few: readonly string[]): string[] =>
      Array.from({ length: 3000 }, (_, row) => {
        const value = row % 11 === 10 ? few[row % few.length] : `{"k${row}":1.5,"k${row + 1}":"é"}`;
        return `{"m":${value}${row === 2900 && few.length === odd.length ? ',"M":{"other":1}' : ''}}`;
      });
    const texts = textsWith(odd);
    await expectSame(texts);
    // blocks of objects alone, and of what has columns of its own
    await expectSame(textsWith(['{"k 1": 1.50}', '{}', '{ }']));
    await expectSame(textsWith(['{}', '"x"', 'null', '7', '[]', '{"k1":1.5,"k2":"é"}']));
    const slices = slicesOf(texts.map((value) => ({ value })));
    const parse = vi.spyOn(JSON, 'parse');
    await decodeBatch(slices, placement, rulesWith({}));
    const parsed = parse.mock.calls.filter(([text]) => text.includes('"k'));
    parse.mockRestore();
    expect(parsed.length).toBeLessThan(600);
  });

  it('gives what parsing gives for what is empty among arrays and structs, and parses no block of them', async () => {
    const values = [
      '{"a":1,"b":"x"}',
      '[]',
      '{}',
      'null',
      '{"a":2}',
      '{"a":null}',
      '{"b":[]}',
      '["x"]',
      '{ }',
      '[ ]',
      '{"c":{}}',
    ];
    const texts = Array.from({ length: 3000 }, (_, row) => {
      const value = values[row % (row > 1000 && row < 2000 ? values.length : 5)] ?? '';
      return `{"v":${value},"w":${row % 3 === 0 ? '[]' : '["y"]'}}`;
    });
    await expectSame(texts);
    const struct: ColumnType = { kind: 'struct', fields: [{ name: 'a', type: { kind: 'double' } }] };
    const array: ColumnType = { kind: 'array', element: { kind: 'string' } };
    for (const known of [struct, array]) await expectSame(texts, { knownType: () => known });
    const slices = slicesOf(texts.slice(0, 1000).map((value) => ({ value })));
    const parse = vi.spyOn(JSON, 'parse');
    await decodeBatch(slices, placement, rulesWith({}));
    expect(parse.mock.calls.length).toBeLessThan(50);
    parse.mockRestore();
  });

  it('gives what parsing gives for a date and a string, or two numbers, whose keys are one name', async () => {
    await expectSame([
      '{"m":{"_":"x"}}',
      '{"m":{" ":-7,"a":[5]}}',
      '{"m":{".":"2024-02-29"}}',
      '{"m":{"_":1}}',
      '{"m":{"_":"1979-07-13"," ":"y"}}',
      '{"m":{"_":"z"," ":"1979-07-13"}}',
      '{"m":{"_":"z"," ":"y"}}',
    ]);
    const numbers = ['1.5', '2', '2.5', '3', '3.5'].map(
      (value, at) => `{"m":{"${at % 2 === 0 ? '_' : ' '}":${value}}}`,
    );
    await expectSame([...numbers, '{"m":{"_":4," ":4.5}}', '{"m":{"_":5.5," ":5}}'], { numbers: 'split' });
  });

  it('gives what parsing gives for any number of fields, and parses few records that have them', async () => {
    const odd = [
      '{"a": 1, }',
      '{"f1":1,"f1":2}',
      '{"7":1,"a":{},"5":2}',
      '{"at":"x","F3":1}',
      String.raw`{"new\u0020":1}`,
    ];
    const texts = Array.from({ length: 3000 }, (_, row) => {
      if (row % 97 === 96) return odd[row % odd.length] ?? '';
      const fields = Array.from({ length: 5 }, (__, field) => `"f${row + field * 7}": ${valueOf(row, field)}`);
      return `{${[...fields, `"a":${row}`, `"deep":{"n":[${row}]}`].toSorted().join(row % 3 === 0 ? ' , ' : ',')}}`;
    });
    await expectSame(texts);
    await expectSame(texts, { fields: { ...allFields, allow: new Set(['a', 'deep', 'f3']) } });
    const slices = slicesOf(texts.map((value) => ({ value })));
    const { reading, rowCount } = await decodeBatch(slices, placement, rulesWith({}));
    expect(rowCount).toBeGreaterThan(2900);
    expect(rowCount - reading.scanned).toBeLessThan(60);
  });

  it('gives what parsing gives for fields beyond the columns, whatever stands among them, and takes no record apart for them', async () => {
    const values = [
      '1',
      '"x"',
      'null',
      '1.50',
      '1e5',
      '[1,{"a":2}]',
      '{"a":1,"a":2}',
      String.raw`"\u00e9"`,
      '0.30000000000000004',
      '{ }',
    ];
    const odd = [
      '"7":1',
      '"k1":2,"k1":3',
      '"at":"x"',
      '"a":{"n":1}',
      '"k3":tru',
      String.raw`"\u006b4":5`,
      '"k~/5":6',
      '"K6":"other"',
    ];
    const texts = (oddEvery: number): string[] =>
      Array.from({ length: 2000 }, (_, row) => {
        const own = Array.from(
          { length: row % 6 },
          (__, at) => `"k${(row * 7 + at) % 90}" : ${values[(row + at) % values.length]}`,
        );
        const mixed =
          row % 3 === 0
            ? [...own.slice(0, 2), '"a":"y"', ...own.slice(2)]
            : [...own, `"a":${row}`, `"k~/${row % 5}":{}`];
        return `{${(row % oddEvery === oddEvery - 1 ? [...mixed.slice(0, 2), odd[row % odd.length], ...mixed.slice(2)] : mixed).join(',')}}`;
      });
    for (const oddEvery of [37, 1000, 2001]) {
      await expectSame(texts(oddEvery));
      await expectSame(texts(oddEvery), { numbers: 'split', columnsMax: 5 });
    }
    const slices = slicesOf(texts(2001).map((value) => ({ value })));
    const { reading, rowCount } = await decodeBatch(slices, placement, rulesWith({}));
    expect(rowCount - reading.scanned).toBeLessThan(5);
  });

  it('makes no object of a value that fits the type of its column', async () => {
    const parts = Array.from({ length: 50 }, (_, index) => `{"part":{"list":[{"text":"a","is":true}],"x":${index}}}`);
    const slices = slicesOf(parts.map((value) => ({ value })));
    const parse = vi.spyOn(JSON, 'parse');
    const batch = await decodeBatch(slices, placement, rulesWith({ knownType: () => partType }));
    const calls = parse.mock.calls.length;
    parse.mockRestore();
    expect(batch.columns.map(({ count }) => count)).toEqual([50]);
    // the key, and the values of the first block
    expect(calls).toBe(5);
  });

  it('gives what parsing gives, whatever records of a shape hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(records, { maxLength: 4 }), fc.constantFrom('double', 'split'), (groups, numbers) =>
        expectSame(groups.flat(), { numbers: numbers === 'split' ? 'split' : 'double' }),
      ),
      runs(800),
    );
  });

  it('gives what parsing gives, whatever types the table has already', async () => {
    const types = fc.dictionary(fc.constantFrom('a', 'at', 'b'), fc.constantFrom(...knownTypes));
    await fc.assert(
      fc.asyncProperty(records, types, fc.boolean(), (group, known, widensNumbers) =>
        expectSame(group, { widensNumbers, knownType: (name) => known[name] }),
      ),
      runs(600),
    );
  });

  it('gives what parsing gives for damaged bytes', async () => {
    const damaged = fc.tuple(records, fc.nat(), fc.nat(255)).map(([group, at, byte]) =>
      group.map((text, index) => {
        const bytes = Buffer.from(text);
        if (index % 2 === 1) bytes[at % bytes.length] = byte;
        return bytes;
      }),
    );
    await fc.assert(
      fc.asyncProperty(damaged, (group) => expectSame(group)),
      runs(600),
    );
  });

  it('counts the records that it leaves to parsing, by why', async () => {
    const fields = Array.from({ length: 1100 }, (_, index) => `"f${index}":1`).join(',');
    const values = ['{"a":1}', '{"a":1,"a":2}', String.raw`{"a":"\ud800"}`, `{${fields}}`, '{"a":2}', '{', null];
    const all = [...values, `{"a":"${'x'.repeat(1_500_000)}"}`].map((value) => ({ value }));
    const rules = rulesWith({ recordBytesMax: 2_000_000, columnsMax: 2000 });
    const { reading, rowCount } = await decodeBatch(slicesOf(all), placement, rules);
    expect(rowCount).toBe(6);
    expect(reading.scanned).toBe(2);
    expect(reading.parsed).toEqual(
      new Map([
        ['duplicate-key', 1],
        ['odd', 2],
        ['fields', 1],
        ['large', 1],
      ]),
    );
  });

  it('parses no record for its keys, whatever their order and whichever of them are there', async () => {
    const texts = Array.from({ length: 60 }, (_, index) =>
      index % 2 === 0 ? `{"id":"x","n":${index}}` : `{"n":${index},"new${index % 7}":true, "id":null}`,
    );
    const slices = slicesOf(texts.map((value) => ({ value })));
    const parse = vi.spyOn(JSON, 'parse');
    const batch = await decodeBatch(slices, placement, rulesWith({}));
    const parsed = parse.mock.calls.map(([text]) => text);
    parse.mockRestore();
    expect(batch.rowCount).toBe(60);
    expect(parsed.filter((text) => text.startsWith('{'))).toEqual([]);
  });
});
