import { hourlyMeans } from '../report/hourly-means.ts';
import { formatReport } from '../report/format.ts';
import type { Config } from '../app/config.ts';
import { PipelineError } from '../runtime/errors.ts';
import { openLake, tableNameOf } from '../app/open-lake.ts';

export interface ReportOptions {
  readonly since?: string;
  readonly json: boolean;
  readonly limit?: number;
}

/** Prints each patient's hourly mean. */
export async function report(config: Config, { since, json, limit }: ReportOptions): Promise<number> {
  const lake = await openLake(config);
  const name = tableNameOf(config);
  const table = await lake.catalog.load(name);
  if (table === undefined) {
    throw new PipelineError('QUERY_FAILED', {
      message: `there is no table ${name} in the database ${config.LAKE_DATABASE} of ${lake.store.uri('')}`,
      retryable: false,
      hint: 'glueless consume makes it with its first batch; check LAKE, LAKE_DATABASE and LAKE_TABLE',
    });
  }
  const limits = { low: config.ALERT_LOW, high: config.ALERT_HIGH };
  const engine = await lake.openEngine([table]);
  try {
    const means = await hourlyMeans(engine, table, { limits, ...(since !== undefined && { since }) });
    process.stdout.write(json ? `${JSON.stringify(means)}\n` : `${formatReport(means, limits, limit)}\n`);
  } finally {
    await engine.close();
  }
  return 0;
}
