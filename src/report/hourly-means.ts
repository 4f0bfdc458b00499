import { z } from 'zod';
import { layoutOf } from '../schema/partitions/layout.ts';
import type { Column } from '../schema/types/column-type.ts';
import { PipelineError } from '../runtime/errors.ts';
import { quoteName, type QueryEngine } from './query-engine.ts';
import { queryNumber, roundMean } from './query-number.ts';

/** Limits of the mean in degrees Celsius: one outside of `[low, high]` is an alert. */
export interface AlertLimits {
  readonly low: number;
  readonly high: number;
}

export type MeanAlert = 'low' | 'high';

/** One patient's hour. */
export interface HourlyMean {
  readonly patientId: string;
  /** `2026-11-23 09:00`, UTC. */
  readonly hour: string;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly readings: number;
  readonly alert: MeanAlert | undefined;
}

export interface ReportTable {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly partitionKeys: readonly Column[];
}

const rowSchema = z.object({
  patientid: z.string(),
  hour: z.string(),
  mean: queryNumber.transform(roundMean),
  lowest: queryNumber,
  highest: queryNumber,
  readings: z.coerce.number(),
});

/** Queries mean, minimum and maximum temperature of each patient and hour, in order of hour and patient. */
export async function hourlyMeans(
  engine: QueryEngine,
  table: ReportTable,
  { since, limits }: { readonly since?: string | undefined; readonly limits: AlertLimits },
): Promise<HourlyMean[]> {
  const rows = await engine.query(hourlyMeansSql(table, since));
  return rows.map((row) => {
    const { patientid, hour, mean, lowest, highest, readings } = rowSchema.parse(row);
    return { patientId: patientid, hour, mean, min: lowest, max: highest, readings, alert: alertOf(mean, limits) };
  });
}

/** The alert that a mean calls for; the limits themselves call for none. */
export function alertOf(mean: number, { low, high }: AlertLimits): MeanAlert | undefined {
  if (mean < low) return 'low';
  return mean > high ? 'high' : undefined;
}

/** Writes SQL that Athena and DuckDB both understand. The hour is the Hive partition's, so that Athena reads no file without need. */
export function hourlyMeansSql(table: ReportTable, since?: string): string {
  const has = (name: string): boolean => table.columns.some((column) => column.name === name);
  const needed = ['patientid', 'temperature'];
  const absent = needed.filter((name) => !has(name));
  if (layoutOf(table.partitionKeys) !== 'hour' || absent.length > 0) {
    throw new PipelineError('REPORT_UNSUITABLE', {
      message: `the report needs the columns ${needed.join(' and ')} and partitions by event_date and event_hour; the table ${table.name} has ${table.columns.map(({ name }) => name).join(', ')} and partitions by ${table.partitionKeys.map(({ name }) => name).join(', ') || 'nothing'}`,
      retryable: false,
      hint: 'it is made for thermometer readings with PARTITION_BY=hour; for other tables write SQL, see docs/athena.md',
    });
  }
  const conditions = ['temperature IS NOT NULL', 'patientid IS NOT NULL'];
  if (since !== undefined) conditions.push(`event_date >= '${since}'`);
  return `SELECT patientid,
       event_date || ' ' || event_hour || ':00' AS hour,
       avg(temperature) AS mean,
       min(temperature) AS lowest,
       max(temperature) AS highest,
       count(*) AS readings
FROM ${quoteName(table.name)}
WHERE ${conditions.join(' AND ')}
GROUP BY patientid, event_date, event_hour
ORDER BY event_date, event_hour, patientid`;
}
