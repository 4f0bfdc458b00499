import type { PipelineObserver } from '../../consumer/commit/pipeline-observer.ts';
import type { Lag } from '../../consumer/service/lag.ts';
import { Readiness } from '../../consumer/service/readiness.ts';
import { systemClock } from '../../runtime/clock.ts';
import { startHttpServer, type HttpServer } from './http-server.ts';
import { createLogObserver } from './log-observer.ts';
import type { Logger } from './logger.ts';
import { createMetricsObserver, joinObservers } from './metrics-observer.ts';
import type { Metrics } from './metrics.ts';
import type { ServiceSettings, Settings } from '../config/settings.ts';
import { createStatusLog } from './status-log.ts';
import { readVersion } from '../version.ts';

/** What tells others how the service does: log, metrics, probes. Ends with the HTTP server. */
export interface ServiceWatch extends AsyncDisposable {
  readonly observer: PipelineObserver;
  readonly metrics: Metrics | undefined;
  lagged(lag: Lag): void;
}

export interface WatchOptions {
  readonly log: Logger;
  /** Left out: the log's. */
  readonly observer?: PipelineObserver;
}

/** A batch may be this late beyond its age before the service counts as not ready. */
const readyGraceMs = 60_000;

export async function watchService(
  { service, batch }: Pick<Settings, 'service' | 'batch'>,
  { log, observer = createLogObserver(log) }: WatchOptions,
): Promise<ServiceWatch> {
  const metrics = await createMetricsFor(service);
  const readiness = new Readiness(systemClock, batch.ageMaxMs + readyGraceMs);
  const status = createStatusLog(log, systemClock);
  const observers = [observer, readiness.observer, status.observer];
  const http = await startHttp(service, { metrics, readiness, log });
  return {
    observer: joinObservers(...observers, ...(metrics === undefined ? [] : [createMetricsObserver(metrics)])),
    metrics,
    lagged: (lag) => {
      readiness.lagged(lag);
      status.lagged(lag);
      showLag(lag, metrics);
    },
    [Symbol.asyncDispose]: async () => http?.close(),
  };
}

/** Partitions that other members have by now must not show the lag that they had here. */
function showLag(lag: Lag, metrics: Metrics | undefined): void {
  metrics?.lag.reset();
  for (const [partition, records] of lag) metrics?.lag.set({ partition: String(partition) }, Number(records));
}

/** Metrics that nobody can ask for are not counted, and their library is not loaded. */
async function createMetricsFor({ http }: ServiceSettings): Promise<Metrics | undefined> {
  if (http === undefined) return undefined;
  const { createMetrics } = await import('./metrics.ts');
  const metrics = createMetrics();
  const { version, commit = 'unknown' } = readVersion();
  metrics.buildInfo.set({ version, commit }, 1);
  return metrics;
}

interface Watched {
  readonly metrics: Metrics | undefined;
  readonly readiness: Readiness;
  readonly log: Logger;
}

async function startHttp(
  { http }: ServiceSettings,
  { metrics, readiness, log }: Watched,
): Promise<HttpServer | undefined> {
  if (http === undefined || metrics === undefined) return undefined;
  const server = await startHttpServer({
    ...http,
    metrics: () => metrics.registry.metrics(),
    problems: () => readiness.problems(),
  });
  log.info({ host: http.host, port: server.port }, 'serving /livez, /readyz and /metrics');
  return server;
}
