import { expect, it } from 'vitest';
import { day, pastTime, time } from '../../../src/commands/option-parsers.ts';
import { systemClock } from '../../../src/runtime/clock.ts';

it('a time since when things are looked at has passed', () => {
  expect(pastTime('2026-11-23T09:00:00Z')).toEqual(new Date('2026-11-23T09:00:00Z'));
  const tomorrow = new Date(systemClock.nowMs() + 86_400_000).toISOString();
  expect(() => pastTime(tomorrow)).toThrow('expected a time that has passed');
  expect(() => pastTime('yesterday')).toThrow('expected a time like');
});

it('a time has a zone, so that TZ does not choose what is replayed, and a day that the calendar has', () => {
  expect(time('2026-11-23T09:00:00+01:00')).toEqual(new Date('2026-11-23T08:00:00Z'));
  expect(time('2026-11-23')).toEqual(new Date('2026-11-23T00:00:00Z'));
  for (const text of ['2026-11-23T09:00:00', '2026-11-23 09:00', '2026-02-30T09:00:00Z', '2026-02-30', '23 Nov 2026'])
    expect(() => time(text)).toThrow('with its zone');
  expect(day('2024-02-29')).toBe('2024-02-29');
  expect(() => day('2026-02-29')).toThrow('expected a day like');
});
