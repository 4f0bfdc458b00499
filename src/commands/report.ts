import { readHours, stateFinder } from '../hours/read-hours.ts';
import { hourlyMeans, type HourlyMean } from '../report/hourly-means.ts';
import { formatReport } from '../report/format.ts';
import type { Settings } from '../app/config/settings.ts';
import { PipelineError } from '../runtime/errors.ts';
import { printJson, printAll } from '../app/observe/output.ts';
import { openLake } from '../app/lake/open-lake.ts';
import { systemClock } from '../runtime/clock.ts';

export interface ReportOptions {
  readonly since?: string;
  readonly json: boolean;
  readonly limit?: number;
}

/** Prints each patient's hourly mean, and which of them may still change. */
export async function report(settings: Settings, { since, json, limit }: ReportOptions): Promise<number> {
  const lake = await openLake(settings.lake);
  const { name } = settings.table;
  const table = await lake.catalog.load(name);
  if (table === undefined) {
    throw new PipelineError('TABLE_MISSING', {
      message: `there is no table ${name} in the database ${settings.lake.database} of ${lake.store.uri('')}`,
      retryable: false,
      hint: 'glueless consume makes it with its first batch; check LAKE, LAKE_DATABASE and LAKE_TABLE',
    });
  }
  const { alerts: limits } = settings;
  const engine = await lake.openEngine([table]);
  try {
    const found = await hourlyMeans(engine, table, { limits, since });
    const hours = await readHours({ store: lake.store, table: name, topic: settings.kafka.topic });
    const stateOf = stateFinder(hours, systemClock.nowMs());
    const means = found.map((mean) => ({ ...mean, state: stateOf(hourOfMean(mean)) }));
    if (json) printJson(means);
    else printAll(formatReport(means, limits, limit));
  } finally {
    await engine.close();
  }
  return 0;
}

/** `2026-11-23T09` of `2026-11-23 09:00`. */
function hourOfMean({ hour }: HourlyMean): string {
  return hour.slice(0, 13).replace(' ', 'T');
}
