import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeBatch, type DecodeRules } from '../../../src/consumer/columns/decode-batch.ts';
import { allFields } from '../../../src/consumer/columns/parse/field-rules.ts';
import type { ColumnType } from '../../../src/schema/types/column-type.ts';
import { differenceOf } from '../../support/batch-differences.ts';
import { slicesOf } from '../../support/chunks.ts';
import { countRecords, runs } from '../../support/fuzzing.ts';

const placement = { layout: 'none' as const, eventTimeField: 'at', pastDaysMax: 30, futureDaysMax: 1 };
const string: ColumnType = { kind: 'string' };
const knownTypes: readonly (ColumnType | undefined)[] = [
  undefined,
  undefined,
  undefined,
  string,
  { kind: 'array', element: string },
  { kind: 'map', value: string },
  { kind: 'struct', fields: [{ name: 'a', type: string }] },
];

/** Objects that tell no type, on more levels than have types, among others that nearly do not. */
const keys = fc.constantFrom('a', 'A', 'b', String.raw`\u0061`, '1');
const { member } = fc.letrec<{ member: string }>((tie) => ({
  member: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom('null', '{}', '[]', '{ }'),
    fc
      .array(fc.tuple(keys, tie('member')), { maxLength: 3 })
      .map((members) => `{${members.map(([key, of]) => `"${key}" :${of}`).join(' , ')}}`),
    tie('member').map((of) => `{"a":${of}}`),
  ),
}));
const values = fc.oneof(
  { weight: 6, arbitrary: member },
  fc.constantFrom('{"a":"x"}', '{"a":null,"b":1}', '["y"]', '1'),
);

it('scans objects that tell no type as parsed records have them, whatever the column is and however deep they are', async () => {
  const batches = fc.record({
    known: fc.constantFrom(...knownTypes),
    depthMax: fc.integer({ min: 1, max: 5 }),
    some: fc.array(values, { minLength: 1, maxLength: 60 }),
    field: fc.constantFrom('v', 'V'),
  });
  await fc.assert(
    fc.asyncProperty(batches, async ({ known, depthMax, some, field }) => {
      const texts = some.map((value, row) => `{"${row % 7 === 6 ? field : 'v'}":${value}}`);
      const slices = slicesOf(texts.map((value) => ({ value })));
      const rules: DecodeRules = {
        fields: allFields,
        numbers: 'double',
        depthMax,
        recordBytesMax: 10_000,
        columnsMax: 20,
        reserved: new Set(),
        knownType: () => known,
      };
      const scanned = await decodeBatch(slices, placement, rules);
      const parsed = await decodeBatch(slices, placement, { ...rules, scans: false });
      countRecords(texts.length);
      expect(differenceOf(parsed, scanned)).toBeUndefined();
    }),
    runs(500),
  );
});
