import { describe, expect, it } from 'vitest';
import { decodeBatch } from '../../../src/consumer/columns/decode-batch.ts';
import { eventTimeReader } from '../../../src/consumer/columns/times/event-time.ts';
import { rulesOf } from '../../../src/consumer/table/recipe-rules.ts';
import type { EventTimeUnit } from '../../../src/schema/partitions/layout.ts';
import { parseJson } from '../../../src/schema/json/exact-json.ts';
import { jsonRecords, slicesOf, testTimestampMs } from '../../support/chunks.ts';
import { testRecipe } from '../../support/lake.ts';

const expectedMs = Date.parse('2026-11-23T09:15:02.123Z');

describe('an event time as people write it', () => {
  it.each([
    ['"2026-11-23T09:15:02.123Z"'],
    ['"2026-11-23T09:15:02.123456Z"'],
    ['"2026-11-23T09:15:02.123456789Z"'],
    ['"2026-11-23T10:15:02.123+0100"'],
    ['"2026-11-23 09:15:02.123+00:00"'],
    ['"2026-11-23T09:15:02,123Z"'],
    ['1795425302.123'],
    ['1795425302123'],
    ['1795425302123456'],
    ['1795425302123456789'],
    ['"1795425302.123"'],
    ['"1795425302123"'],
    ['"1795425302123456"'],
    ['"1795425302123456789"'],
  ])('is read to the millisecond: %s', (json) => {
    expect(Math.floor(eventTimeReader('auto')(parseJson(json)))).toBe(expectedMs);
  });

  it.each<[EventTimeUnit, number, number]>([
    ['s', 1_795_425_302, Math.floor(expectedMs / 1000) * 1000],
    ['ms', 5, 5],
    ['us', 5000, 5],
    ['ns', 5_000_000, 5],
  ])('is taken in the unit that is configured: %s', (unit, value, timeMs) => {
    expect(eventTimeReader(unit)(value)).toBe(timeMs);
    expect(eventTimeReader(unit)(-value)).toBeNaN();
  });

  it.each(['"12345"', '"36.8"', '"2026-11-23T09:15:02"', '"soon"', 'true', '0', '{}', '1e300', '"1e12"'])(
    'is none: %s',
    (json) => {
      expect(eventTimeReader('auto')(parseJson(json))).toBeNaN();
    },
  );
});

describe('an event time inside of other fields', () => {
  const values = [
    ...Array.from({ length: 20 }, (_, n) => ({ n, after: { id: n, at: { ms: testTimestampMs + n } } })),
    { n: 20, after: null },
    { n: 21, after: { id: 21, at: { ms: 'none' } } },
    { n: 22, 'after.at.ms': testTimestampMs + 500, after: { id: 22, at: { ms: testTimestampMs } } },
    { n: 23, after: { id: 23, at: { ms: String(testTimestampMs + 23) } } },
  ];

  it.each([true, false])('places its rows alike, scanned or not: %s', async (scans) => {
    const placement = { ...testRecipe.placement, eventTimeField: 'after.at.ms' };
    const rules = { ...rulesOf(testRecipe).decode, reserved: new Set<string>(), knownType: () => undefined, scans };
    using batch = await decodeBatch(slicesOf(jsonRecords(...values, ...values)), placement, rules);
    const once = [...Array.from({ length: 20 }, (_, n) => n), 0, 0, 500, 23];
    expect([...batch.placementTimes].map((timeMs) => timeMs - testTimestampMs)).toEqual([...once, ...once]);
    expect(batch.rowsWithoutEventTime).toBe(4);
  });
});
