import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBatch } from '../../../src/consumer/columns/decode-batch.ts';
import { allFields } from '../../../src/consumer/columns/parse/field-rules.ts';
import { stringAt } from '../../../src/consumer/ports/dictionary-builder.ts';
import { jsonRecords, slicesOf } from '../../support/chunks.ts';
import { countRecords, runs } from '../../support/fuzzing.ts';

const placement = { layout: 'none' as const, eventTimeField: 'at', pastDaysMax: 30, futureDaysMax: 1 };

/** Decodes a field of strings; answers with the first and the last of them as its dictionary names them. */
async function rangeOf(strings: readonly string[]): Promise<readonly string[]> {
  const { columns } = await decodeBatch(slicesOf(jsonRecords(...strings.map((v) => ({ v })))), placement, {
    fields: allFields,
    numbers: 'double',
    depthMax: 20,
    recordBytesMax: 1_000_000,
    columnsMax: 100,
    reserved: new Set(),
    knownType: () => ({ kind: 'string' }),
  });
  countRecords(strings.length);
  const store = columns[0]?.store;
  if (store?.kind !== 'strings' || store.dictionary.range === undefined) throw new Error('no strings');
  const { dictionary } = store;
  return [stringAt(dictionary, store.dictionary.range.min), stringAt(dictionary, store.dictionary.range.max)];
}

/** The first and the last of the strings by their UTF-8. */
function expected(strings: readonly string[]): readonly string[] {
  const sorted = strings.map((text) => Buffer.from(text)).toSorted((one, other) => Buffer.compare(one, other));
  return [String(sorted[0]), String(sorted.at(-1))];
}

describe('the first and the last string of a column', () => {
  it('are those in the order of their bytes', async () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.toWellFormed()),
      fc.constantFrom('', '\u{ffff}', '\u{10000}', 'patient-1', 'patient-10', 'patient-\0'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 20 }), async (strings) => {
        expect(await rangeOf(strings)).toEqual(expected(strings));
      }),
      runs(300),
    );
  });

  it('are also among strings that hardly repeat, wherever they are', async () => {
    const strings = Array.from({ length: 40_000 }, (_, row) => `s${(row * 7919) % 40_009}`);
    expect(await rangeOf(strings)).toEqual(expected(strings));
    for (const place of [0, 15_000, 17_000, 39_999]) {
      const odd = strings.with(place, 'a first one').with((place + 5) % 40_000, 'z the last one');
      expect(await rangeOf(odd)).toEqual(['a first one', 'z the last one']);
    }
  });
});
