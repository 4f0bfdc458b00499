import { z } from 'zod';
import { PipelineError } from '../runtime/errors.ts';
import { quoteName, type QueryEngine } from '../report/query-engine.ts';
import { queryNumber, roundMean } from '../report/query-number.ts';
import { formatType } from '../schema/types/hive-ddl.ts';
import type { Column } from '../schema/types/column-type.ts';
import type { AlertRule, Sample } from './alert-rule.ts';

export interface MeansTable {
  readonly name: string;
  readonly columns: readonly Column[];
}

const rowSchema = z.object({
  grp: z.string(),
  hour: z.string(),
  mean: queryNumber,
  samples: z.coerce.number(),
});

const numberTypes = /^(tinyint|smallint|int|bigint|float|double|decimal\(.*)$/;

/** Queries the means of these hours, by hour and group. `isFinal` says which of them are complete. A mean may be no finite number. */
export async function queryMeans(
  engine: QueryEngine,
  table: MeansTable,
  { rule, hours }: { readonly rule: AlertRule; readonly hours: ReadonlyMap<string, boolean> },
): Promise<Sample[]> {
  if (hours.size === 0) return [];
  requireColumns(table, rule);
  const rows = await engine.query(meansSql(table.name, rule, [...hours.keys()]));
  return rows
    .map((row) => rowSchema.parse(row))
    .map(({ grp, mean, ...rest }) => ({
      group: grp,
      ...rest,
      mean: roundMean(mean),
      isFinal: hours.get(rest.hour) ?? false,
    }));
}

/** Writes SQL that Athena and DuckDB both understand, and that reads the Hive partitions of these hours only. */
export function meansSql(table: string, { column, group }: AlertRule, hours: readonly string[]): string {
  const days = Map.groupBy(hours, (hour) => hour.slice(0, 10));
  const partitions = [...days].map(
    ([day, ofDay]) =>
      `(event_date = '${day}' AND event_hour IN (${ofDay.map((hour) => `'${hour.slice(11)}'`).join(', ')}))`,
  );
  const [value, key] = [quoteName(column), quoteName(group)];
  return `SELECT CAST(${key} AS varchar) AS grp,
       event_date || 'T' || event_hour AS hour,
       avg(CAST(${value} AS double)) AS mean,
       count(*) AS samples
FROM ${quoteName(table)}
WHERE (${partitions.join(' OR ')})
  AND ${value} IS NOT NULL AND ${key} IS NOT NULL
GROUP BY ${key}, event_date, event_hour
ORDER BY event_date, event_hour, grp`;
}

function requireColumns({ name, columns }: MeansTable, { column, group }: AlertRule): void {
  const typeOf = (wanted: string): string | undefined => {
    const found = columns.find((each) => each.name === wanted);
    return found && formatType(found.type);
  };
  const value = typeOf(column);
  const problem =
    value === undefined || !numberTypes.test(value)
      ? `a number column ${column} (ALERT_COLUMN), found ${value ?? 'none'}`
      : typeOf(group) === undefined
        ? `a column ${group} (ALERT_GROUP), found none`
        : undefined;
  if (problem === undefined) return;
  throw new PipelineError('ALERT_UNSUITABLE', {
    message: `alerts need ${problem} in the table ${name}`,
    retryable: false,
    hint: '`glueless schema show` prints the columns',
  });
}
