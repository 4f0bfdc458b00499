import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDate, parseTimestamp } from '../../../src/schema/values/scalar-values.ts';
import { runs } from '../../support/fuzzing.ts';

describe('times in text', () => {
  it('are read as Date reads them, when they name their zone', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }),
        (date) => {
          expect(parseTimestamp(date.toISOString())).toBe(date.getTime());
        },
      ),
      runs(),
    );
    expect(parseTimestamp('2026-11-23T10:15:02+01:00')).toBe(Date.parse('2026-11-23T09:15:02Z'));
  });

  it.each(['2026-11-23T09:15:02', '2026-02-30T00:00:00Z', '2026-11-23T25:00:00Z', 'yesterday', '', '12'])(
    'stay text when they are no point in time: %j',
    (text) => {
      expect(parseTimestamp(text)).toBeUndefined();
    },
  );

  it.each(['2026-02-29', '2026-13-01', '20261123', '2026-1-1'])('%j is no date', (text) => {
    expect(parseDate(text)).toBeUndefined();
  });

  it('counts dates in days since the epoch', () => {
    expect(parseDate('1970-01-02')).toBe(1);
    expect(parseDate('2024-02-29')).toBe(Date.UTC(2024, 1, 29) / 86_400_000);
  });
});
