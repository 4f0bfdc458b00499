import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBatch, type DecodedBatch, type DecodeRules } from '../../../src/consumer/decode.ts';
import { jsonValue, rowOf } from '../../../src/consumer/decoded-column.ts';
import { allFields } from '../../../src/consumer/field-rules.ts';
import { RecordScanner } from '../../../src/consumer/record-scanner.ts';
import type { ColumnType } from '../../../src/schema/types.ts';
import { slicesOf } from '../../support/chunks.ts';
import { oddTexts } from '../../support/json-texts.ts';

const placement = { layout: 'hour' as const, eventTimeField: 'at', pastDaysMax: 30, futureDaysMax: 1 };

/** Everything a batch says, in a form that can be compared. */
function contentOf({ columns, rejects, rescued, ...rest }: DecodedBatch) {
  return {
    ...rest,
    recycle: undefined,
    columns: columns.map((column) => ({
      name: column.name,
      field: column.field,
      observed: column.observed,
      rows: Array.from({ length: column.count }, (_, index) => rowOf(column, index)),
      values: Array.from({ length: column.count }, (_, index) => jsonValue(column, index)),
    })),
    rejects: rejects.map(({ index, reason, detail }) => ({ index, reason, detail })),
    rescued: [...rescued],
  };
}

function expectSame(values: readonly (string | Buffer)[], changed: Partial<DecodeRules> = {}): void {
  const rules: DecodeRules = {
    fields: allFields,
    numbers: 'double',
    depthMax: 4,
    recordBytesMax: 10_000,
    columnsMax: 20,
    reserved: new Set(['kafka_offset']),
    knownType: () => undefined,
    ...changed,
  };
  const slices = slicesOf(values.map((value) => ({ value })));
  const scannedBatch = decodeBatch(slices, placement, { ...rules, scans: true });
  const parsedBatch = decodeBatch(slices, placement, { ...rules, scans: false });
  expect(contentOf(scannedBatch)).toEqual(contentOf(parsedBatch));
}

const keys = fc.constantFrom('a', 'A', 'at', 'b', 'ü', '"', '1', '', 'x y', '__proto__', 'kafka_offset');
const scalarTexts = fc.oneof(
  fc.constantFrom(...oddTexts.map(({ value }) => value).filter((value) => typeof value === 'string')),
  fc.constantFrom(
    '36.8',
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

describe('scanning records', () => {
  it('gives what parsing gives, whatever records of a shape hold', () => {
    fc.assert(
      fc.property(fc.array(records, { maxLength: 4 }), fc.constantFrom('double', 'split'), (groups, numbers) =>
        expectSame(groups.flat(), { numbers: numbers === 'split' ? 'split' : 'double' }),
      ),
      { numRuns: 1500 },
    );
  });

  it('gives what parsing gives, whatever types the table has already', () => {
    const types = fc.dictionary(fc.constantFrom('a', 'at', 'b'), fc.constantFrom(...knownTypes));
    fc.assert(
      fc.property(records, types, (group, known) => expectSame(group, { knownType: (name) => known[name] })),
      { numRuns: 1000 },
    );
  });

  it('gives what parsing gives for damaged bytes', () => {
    const damaged = fc.tuple(records, fc.nat(), fc.nat(255)).map(([group, at, byte]) =>
      group.map((text, index) => {
        const bytes = Buffer.from(text);
        if (index % 2 === 1) bytes[at % bytes.length] = byte;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(damaged, (group) => expectSame(group)),
      { numRuns: 1000 },
    );
  });

  it('knows a shape after one record', () => {
    const scanner = new RecordScanner(10);
    const bytes = Buffer.from('{"id":"x","n":1}{"id":"y","n":-2.50}');
    scanner.use(bytes);
    expect(scanner.scan(0, 16)).toBeUndefined();
    scanner.learn({ start: 0, end: 16, fields: { id: 'x', n: 1 } });
    const block = scanner.scan(16, bytes.length);
    expect(block?.shape.keys).toEqual(['id', 'n']);
    expect(bytes.toString('utf8', block?.starts[0], block?.ends[0])).toBe('y');
    expect(block?.numbers[block.capacity]).toBe(-2.5);
  });

  it('stops looking for shapes in records that have none', () => {
    const scanner = new RecordScanner(3000);
    const shapeless = (index: number) => Buffer.from(`{"${index}x":1}`);
    for (let index = 0; index < 3000; index++) {
      const bytes = shapeless(index);
      scanner.use(bytes);
      scanner.learn({ start: 0, end: bytes.length, fields: { [`${index}x`]: 1 } });
    }
    const first = shapeless(0);
    scanner.use(first);
    expect(scanner.scan(0, first.length)).toBeUndefined();
  });
});
