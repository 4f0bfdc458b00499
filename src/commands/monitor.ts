import { once } from 'node:events';
import { acknowledge, firstChangingHour } from '../alerts/alert.ts';
import { AlertStore } from '../alerts/alert-store.ts';
import { readHours } from '../hours/read-hours.ts';
import type { Settings } from '../app/config/settings.ts';
import type { Logger } from '../app/observe/logger.ts';
import { openLake } from '../app/lake/open-lake.ts';
import type { StopSignal } from '../app/signals.ts';
import { deadLetterTable } from '../consumer/table/dead-letters/dead-letter-table.ts';
import { PipelineData } from '../monitor/pipeline/pipeline-data.ts';
import { TableQueries } from '../monitor/data/table-queries.ts';
import { MonitorData } from '../monitor/data/monitor-data.ts';
import { createMonitorApp } from '../monitor/web/create-app.ts';
import { serveMonitor } from '../monitor/web/serve.ts';
import { systemClock } from '../runtime/clock.ts';
import { failureFields } from '../app/observe/explain-failure.ts';

/** Serves the web page until a signal. */
export async function monitor(
  settings: Settings,
  { log, stop }: { readonly log: Logger; readonly stop: StopSignal },
): Promise<number> {
  const lake = await openLake(settings.lake);
  const { name: table } = settings.table;
  const band = settings.alerts;
  const queries = new TableQueries({
    loadTables: async () => {
      const loaded = await Promise.all([table, deadLetterTable(table)].map((name) => lake.catalog.load(name)));
      return loaded.filter((each) => each !== undefined);
    },
    openEngine: (tables) => lake.openEngine(tables),
  });
  const { topic } = settings.kafka;
  const { refreshMs, metricsUrls } = settings.monitor;
  const shared = {
    queries,
    table,
    clock: systemClock,
    refreshMs,
    readHours: (since: string) => readHours({ store: lake.store, table, topic, since }),
  };
  const data = new MonitorData({ ...shared, band, ward: { key: band.group, value: band.column ?? 'temperature' } });
  const pipeline = new PipelineData({ ...shared, store: lake.store, topic, metricsUrls });
  const alerts = new AlertStore(lake.store, table);
  const app = createMonitorApp({
    settings: settings.monitor,
    table,
    band,
    data,
    pipeline,
    alerts: {
      list: () => {
        const from = firstChangingHour(systemClock.nowMs(), settings.table.pastDaysMax);
        return Array.fromAsync(alerts.changing(from), ({ value }) => value);
      },
      acknowledge: (acknowledgement) => acknowledge(alerts, acknowledgement),
    },
    clock: systemClock,
    onFailure: (error) => log.error(failureFields(error), 'a page could not be made'),
  });
  const server = await serveMonitor(app, settings.monitor);
  const { host, url } = settings.monitor;
  log.info({ table, address: url?.href ?? `http://${host}:${server.port}/` }, 'monitor: serving');
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
  await server.close();
  await queries.close();
  return stop.exitCode();
}
