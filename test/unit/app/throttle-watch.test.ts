import { pino } from 'pino';
import { expect, it } from 'vitest';
import { ThrottleWatch } from '../../../src/app/observe/throttle-watch.ts';
import { ThrottleTally } from '../../../src/runtime/throttle-tally.ts';
import { TestClock } from '../../support/test-clock.ts';

it('tells of brokers that make us wait once a minute, with what was waited since the line before', () => {
  const told: unknown[] = [];
  const log = pino({ base: null }, { write: (line: string) => told.push(JSON.parse(line).waitedSeconds) });
  const [clock, tally] = [new TestClock(), new ThrottleTally()];
  tally.add('b-1:9094', 1000);
  const watch = new ThrottleWatch(log, clock, tally);
  watch.look();
  expect(told).toEqual([]);
  tally.add('b-1:9094', 7000);
  watch.look();
  tally.add('b-1:9094', 500);
  tally.add('b-2:9094', 2000);
  watch.look();
  expect(told).toEqual([{ 'b-1:9094': 7 }]);
  clock.pass(60_000);
  watch.look();
  clock.pass(60_000);
  watch.look();
  expect(told).toEqual([{ 'b-1:9094': 7 }, { 'b-1:9094': 0.5, 'b-2:9094': 2 }]);
});
