import { describe, expect, it } from 'vitest';
import { formatReport } from '../../../src/report/format.ts';
import { alertOf, hourlyMeans, hourlyMeansSql } from '../../../src/report/hourly-means.ts';
import { parseColumns } from '../../../src/schema/hive-ddl.ts';

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

  it('shows alerts first when it must leave something out', () => {
    const mean = (patientId: string, value: number) => ({
      patientId,
      hour: '2026-11-23 09:00',
      mean: value,
      min: value,
      max: value,
      readings: 1,
      alert: alertOf(value, limits),
    });
    const text = formatReport([mean('a', 36.5), mean('b', 36.6), mean('c', 38)], limits, 1).join('\n');
    expect(text).toContain('c');
    expect(text).toContain('HIGH');
    expect(text).toContain('… and 2 more');
    expect(text).toContain('3 hourly means, 1 outside 36.1 to 37.2 °C');
  });
});
