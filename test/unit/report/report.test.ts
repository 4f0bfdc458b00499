import { describe, expect, it } from 'vitest';
import { stateFinder } from '../../../src/hours/read-hours.ts';
import { formatReport, type ReportedMean } from '../../../src/report/format.ts';
import { alertOf, hourlyMeans, hourlyMeansSql } from '../../../src/report/hourly-means.ts';
import { parseColumns } from '../../../src/schema/types/hive-ddl.ts';

const limits = { low: 36.1, high: 37.2 };
const table = {
  name: 'thermometer',
  columns: parseColumns('patientid string, temperature double, eventtime timestamp'),
  partitionKeys: parseColumns('event_date string, event_hour string'),
};

describe('the alert rule', () => {
  it.each([
    [36.09, 'low'],
    [36.1, undefined],
    [36.8, undefined],
    [37.2, undefined],
    [37.21, 'high'],
  ])('of a mean of %s says %s', (mean, alert) => {
    expect(alertOf(mean, limits)).toBe(alert);
  });
});

describe('the report', () => {
  it('prunes by day', () => {
    expect(hourlyMeansSql(table, '2026-11-20')).toContain("event_date >= '2026-11-20'");
  });

  it('says what it needs of a table that is not made for it', () => {
    expect(() => hourlyMeansSql({ ...table, columns: parseColumns('a double') })).toThrow(
      /needs the columns patientid and temperature/,
    );
    expect(() => hourlyMeansSql({ ...table, partitionKeys: [] })).toThrow(/partitions by nothing/);
  });

  it('takes numbers as text, as Athena gives them', async () => {
    const engine = {
      name: 'test',
      query: async () => [
        { patientid: 'p1', hour: '2026-11-23 09:00', mean: '37.5', lowest: '37.1', highest: '38', readings: '12' },
      ],
      close: async () => {},
    };
    expect(await hourlyMeans(engine, table, { limits })).toEqual([
      { patientId: 'p1', hour: '2026-11-23 09:00', mean: 37.5, min: 37.1, max: 38, readings: 12, alert: 'high' },
    ]);
  });

  it.each([
    ['what adding up leaves over', 37.20000000000001, 37.2, undefined],
    ['numbers too large to add up', Infinity, Infinity, 'high'],
    ['the same as Athena answers it', 'Infinity', Infinity, 'high'],
    ['values that are no number', Number.NaN, Number.NaN, undefined],
  ])('goes on beside %s', async (_what, mean, shown, alert) => {
    const row = { patientid: 'p1', hour: '2026-11-23 09:00', mean, lowest: 37.2, highest: 37.2, readings: 3 };
    const engine = { name: 'test', query: async () => [row], close: async () => {} };
    expect(await hourlyMeans(engine, table, { limits })).toMatchObject([{ mean: shown, alert }]);
  });

  it('shows alerts first when it must leave something out', () => {
    const mean = (patientId: string, value: number) => ({
      patientId,
      hour: '2026-11-23 09:00',
      mean: value,
      min: value,
      max: value,
      readings: 1,
      alert: alertOf(value, limits),
      state: 'complete' as const,
    });
    const text = formatReport([mean('a', 36.5), mean('b', 36.6), mean('c', 38)], limits, 1).join('\n');
    expect(text).toContain('c');
    expect(text).toContain('HIGH');
    expect(text).toContain('… and 2 more');
    expect(text).toContain('3 hourly means, 1 outside 36.1 to 37.2 °C');
  });

  it('marks means of hours that are not complete, and says when nobody settles hours', () => {
    const mean = (hour: string, value: number, state: ReportedMean['state']): ReportedMean => ({
      patientId: 'a',
      hour,
      mean: value,
      min: value,
      max: value,
      readings: 1,
      alert: alertOf(value, limits),
      state,
    });
    const text = formatReport(
      [
        mean('2026-11-23 08:00', 36.5, 'unsettled'),
        mean('2026-11-23 09:00', 38, 'complete'),
        mean('2026-11-23 10:00', 38, 'filling'),
        mean('2026-11-23 11:00', 36.5, 'reopened'),
      ],
      limits,
    ).join('\n');
    expect(text).toMatch(/09:00 .*HIGH$/m);
    expect(text).toMatch(/10:00 .*HIGH \(filling\)$/m);
    expect(text).toMatch(/11:00 .* \(reopened\)$/m);
    expect(text).toContain('2 of hours that are not complete');
    expect(text).toContain('1 of hours that nobody has settled');
  });

  it('takes hours for filling that follow a settled one, and the present one where nobody settles', () => {
    const nowMs = Date.parse('2026-11-23T10:30:00Z');
    const states = [{ hour: '2026-11-23T09', state: 'complete' as const, rows: 1, lateRows: 0 }];
    const hours = ['08', '09', '10'].map((name) => `2026-11-23T${name}`);
    expect(hours.map(stateFinder(states, nowMs))).toEqual(['unsettled', 'complete', 'filling']);
    expect(hours.map(stateFinder([], nowMs))).toEqual(['unsettled', 'unsettled', 'filling']);
  });
});
