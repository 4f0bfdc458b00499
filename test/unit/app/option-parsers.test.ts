import { expect, it } from 'vitest';
import { pastTime } from '../../../src/commands/option-parsers.ts';
import { systemClock } from '../../../src/runtime/clock.ts';

it('a time since when things are looked at has passed', () => {
  expect(pastTime('2026-11-23T09:00:00Z')).toEqual(new Date('2026-11-23T09:00:00Z'));
  const tomorrow = new Date(systemClock.nowMs() + 86_400_000).toISOString();
  expect(() => pastTime(tomorrow)).toThrow('expected a time that has passed');
  expect(() => pastTime('yesterday')).toThrow('expected a time like');
});
