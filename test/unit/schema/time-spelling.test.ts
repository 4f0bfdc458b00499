import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spellingOf, writeTime } from '../../../src/schema/values/time-spelling.ts';
import { parseTimestamp } from '../../../src/schema/values/scalar-values.ts';
import { runs } from '../../support/fuzzing.ts';
import { spelledTimes } from '../../support/spelled-times.ts';

describe('how a time is written', () => {
  it('gives the text again, together with its milliseconds', () => {
    fc.assert(
      fc.property(spelledTimes, (text) => {
        expect(writeTime(parseTimestamp(text) ?? Number.NaN, spellingOf(text))).toBe(text);
      }),
      runs(2000),
    );
  });

  it('is 0 for times as toISOString writes them, and for no others', () => {
    fc.assert(
      fc.property(spelledTimes, (text) => {
        const usual = new Date(parseTimestamp(text) ?? Number.NaN).toISOString();
        expect(spellingOf(usual)).toBe(0);
        expect(spellingOf(text) === 0).toBe(text === usual);
      }),
      runs(2000),
    );
  });
});
