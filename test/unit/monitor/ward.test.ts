import { expect, it } from 'vitest';
import { windowEndingAt } from '../../../src/monitor/data/hour-window.ts';
import { arrangeWard } from '../../../src/monitor/data/ward.ts';

const window = windowEndingAt(Date.parse('2026-11-23T09:40:00Z'), 6);
const band = { low: 36.1, high: 37.2 };

const value = (group: string, hour: string, mean: number) => ({
  group,
  hour: `2026-11-23T${hour}`,
  mean,
  min: mean,
  max: mean,
  samples: 1,
});

it('ends a window with the hour in which we are', () => {
  expect(window.hours).toEqual(['04', '05', '06', '07', '08', '09'].map((hour) => `2026-11-23T${hour}`));
});

it('puts the patient first whose newest mean is furthest out of the band, then who is silent, then who was outside', () => {
  const rows = arrangeWard(
    [
      value('calm', '09', 36.5),
      value('recovered', '06', 39),
      value('recovered', '09', 37.2),
      value('silent', '07', 36.5),
      value('warm', '09', 37.6),
      value('cold', '08', 34),
    ],
    window,
    band,
  );
  expect(rows.map(({ group, urgency }) => `${group} ${urgency}`)).toEqual([
    'cold outside',
    'warm outside',
    'silent silent',
    'recovered was-outside',
    'calm inside',
  ]);
});

it('leaves a hole where an hour has no readings', () => {
  const [row] = arrangeWard([value('a', '05', 36.5), value('a', '09', 36.7)], window, band);
  expect(row?.hours.map((hour) => hour?.mean)).toEqual([undefined, 36.5, undefined, undefined, undefined, 36.7]);
});

it('takes the limits themselves as inside', () => {
  const rows = arrangeWard([value('a', '09', 36.1), value('b', '09', 37.2)], window, band);
  expect(rows.map(({ urgency }) => urgency)).toEqual(['inside', 'inside']);
});
