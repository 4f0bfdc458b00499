import { z } from 'zod';
import { quoteName, quoteText, type QueryEngine } from '../../report/query-engine.ts';
import { queryNumber, roundMean } from '../../report/query-number.ts';
import type { HourWindow } from './hour-window.ts';

/** Mean, minimum and maximum of one group's values in one hour. */
export interface HourlyValue {
  readonly group: string;
  /** `2026-11-23T09`, UTC. */
  readonly hour: string;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly samples: number;
}

/** A table by hour, and the two of its columns that are asked for. */
export interface ValueQuery {
  readonly table: string;
  /** The column with the numbers. */
  readonly value: string;
  /** The column that says whose numbers they are. */
  readonly key: string;
  readonly window: HourWindow;
  /** Left out: every group. */
  readonly group?: string;
  /** Only so many groups: those with the most rows. Left out: all. */
  readonly groupsMax?: number;
}

/** Numbers too large to add up are drawn as the largest that there is. */
function drawable(number: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, number));
}

const rowSchema = z.object({
  grouped: z.string(),
  hour: z.string(),
  mean: queryNumber.transform(roundMean).transform(drawable),
  lowest: queryNumber.transform(drawable),
  highest: queryNumber.transform(drawable),
  samples: z.coerce.number(),
});

/** Queries the hours of every group, in no order. */
export async function queryHourlyValues(engine: QueryEngine, query: ValueQuery): Promise<HourlyValue[]> {
  const rows = await engine.query(hourlyValuesSql(query));
  return rows
    .map((row) => rowSchema.parse(row))
    .filter(({ mean }) => !Number.isNaN(mean))
    .map(({ grouped, lowest, highest, ...rest }) => ({ group: grouped, ...rest, min: lowest, max: highest }));
}

/** Writes SQL that Athena and DuckDB both understand; the hour is the Hive partition's, so that only its files are read. */
function hourlyValuesSql({ table, value, key, window, group, groupsMax }: ValueQuery): string {
  const [column, by] = [quoteName(value), quoteName(key)];
  const asked = [
    ...inWindow(window),
    `${column} IS NOT NULL`,
    group === undefined ? `${by} IS NOT NULL` : `CAST(${by} AS varchar) = ${quoteText(group)}`,
  ];
  const largest = `SELECT ${by} FROM ${quoteName(table)} WHERE ${asked.join(' AND ')} GROUP BY ${by} ORDER BY count(*) DESC, ${by} LIMIT ${groupsMax}`;
  const conditions = groupsMax === undefined ? asked : [...asked, `${by} IN (${largest})`];
  return `SELECT CAST(${by} AS varchar) AS grouped, event_date || 'T' || event_hour AS hour,
       avg(${column}) AS mean, min(${column}) AS lowest, max(${column}) AS highest, count(*) AS samples
FROM ${quoteName(table)}
WHERE ${conditions.join(' AND ')}
GROUP BY ${by}, event_date, event_hour`;
}

/** Conditions on the partition keys: by day, which prunes, and by hour. */
export function inWindow({ hours }: HourWindow): string[] {
  const [first = '', last = ''] = [hours[0], hours.at(-1)];
  return [
    `event_date >= ${quoteText(first.slice(0, 10))}`,
    `event_date <= ${quoteText(last.slice(0, 10))}`,
    `event_date || 'T' || event_hour BETWEEN ${quoteText(first)} AND ${quoteText(last)}`,
  ];
}
