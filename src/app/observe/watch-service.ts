import type { PipelineObserver } from '../../consumer/commit/tools/pipeline-observer.ts';
import type { Lag } from '../../consumer/service/lag.ts';
import { Readiness } from '../../consumer/service/readiness.ts';
import { systemClock, type Clock } from '../../runtime/clock.ts';
import { brokerWaits } from '../../runtime/throttle-tally.ts';
import { BrokerWatch } from './broker-watch.ts';
import type { Listening } from '../../runtime/listen.ts';
import { startHttpServer } from './http-server.ts';
import { createLogObserver } from './log-observer.ts';
import type { Logger } from './logger.ts';
import { createMetricsObserver, joinObservers } from './metrics-observer.ts';
import type { Metrics } from './metrics.ts';
import type { ServiceSettings, Settings } from '../config/settings.ts';
import { printJson } from './output.ts';
import { StartSteps, type StartStep } from './start-steps.ts';
import { createStatusLog } from './status-log.ts';
import { TimeBehind } from './time-behind.ts';
import { TopicsHealth } from './topics-health.ts';
import { ThrottleWatch } from './throttle-watch.ts';
import { TopicsWatch } from './watch-topics.ts';
import { readVersion } from '../version/version.ts';

/** What tells others how the service does: log, metrics, probes. Ends with the HTTP server. */
export interface ServiceWatch extends AsyncDisposable {
  readonly observer: PipelineObserver;
  readonly metrics: Metrics | undefined;
  /** Tells of several topics, each by its name, instead of `observer` and `lagged`. */
  readonly topics: TopicsWatch;
  /** Takes what the broker has just said. */
  lagged(lag: Lag): void;
  /** Says that this step is done, once. Brokers are asked from the moment on that the lake has answered. */
  started(step: StartStep): void;
  /** Says that a broker has answered, with nothing that tells the lag. */
  brokerAnswered(): void;
}

export interface WatchOptions {
  readonly log: Logger;
  /** Left out: the log's. */
  readonly observer?: PipelineObserver;
  /** Left out: the system's. */
  readonly clock?: Clock;
  /** Told of every topic, by a screen that shows metrics too: they are counted also where nobody can ask for them. */
  readonly shown?: PipelineObserver;
  /** Called around what is printed on stdout, where a screen would be in its way. */
  readonly printAside?: (print: () => void) => void;
}

/** A batch may be this late beyond its age before the service counts as not ready. */
const readyGraceMs = 60_000;
const emfEveryMs = 60_000;
/** How often a broker that says nothing, or makes us wait, is looked for. */
const lookEveryMs = 10_000;

export async function watchService(
  settings: Pick<Settings, 'service' | 'batch' | 'kafka' | 'table'>,
  options: WatchOptions,
): Promise<ServiceWatch> {
  const { log, observer = createLogObserver(log), shown = {}, clock = systemClock } = options;
  const { service, batch } = settings;
  const metrics = await createMetricsFor(service, options);
  const readiness = new Readiness(clock, batch.ageMaxMs + readyGraceMs);
  const status = createStatusLog(log, clock);
  const broker = new BrokerWatch(log, clock);
  const throttle = new ThrottleWatch(log, clock, brokerWaits);
  const start = new StartSteps();
  const behind = new TimeBehind(clock);
  const health = new TopicsHealth(clock, batch.ageMaxMs + readyGraceMs);
  const isOneTopic = settings.kafka.topics.kind === 'one';
  const observers = [observer, shown, readiness.observer, status.observer, behind.observer];
  const problems = (): string[] => [...(isOneTopic ? readiness : health).problems(), ...broker.problems()];
  const http = await startHttp(service, {
    metrics,
    problems,
    startProblems: () => start.problems(),
    ...(!isOneTopic && { readyDetails: () => ({ topics: health.troubles() }) }),
    log,
  });
  const printing = await printMetrics(settings, metrics, { ...options, clock });
  const look = (): void => {
    broker.problems();
    throttle.look();
    metrics?.brokerSilent.set(broker.silentSeconds());
  };
  const looking = setInterval(look, lookEveryMs).unref();
  return {
    observer: joinObservers(...observers, ...(metrics === undefined ? [] : [createMetricsObserver(metrics)])),
    metrics,
    topics: new TopicsWatch({ log, shown, clock, metrics, status, health, broker }),
    lagged: (lag) => {
      broker.heard();
      readiness.lagged(lag);
      status.lagged(lag);
      if (metrics !== undefined) showLag(lag, behind.lagged(lag), metrics);
    },
    started: (step) => {
      start.reached(step);
      if (step === 'lake') broker.asked();
      else if (isOneTopic) broker.heard();
      // nobody asks before a topic is assigned
      else broker.left();
    },
    brokerAnswered: () => broker.heard(),
    [Symbol.asyncDispose]: async () => {
      clearInterval(looking);
      await printing?.[Symbol.asyncDispose]();
      await http?.close();
    },
  };
}

/** Partitions that other members have by now must not show the lag that they had here. */
function showLag(lag: Lag, behind: ReadonlyMap<number, number>, metrics: Metrics): void {
  metrics.lag.reset();
  metrics.behind.reset();
  for (const [partition, records] of lag) metrics.lag.set({ partition: String(partition) }, Number(records));
  for (const [partition, seconds] of behind) metrics.behind.set({ partition: String(partition) }, seconds);
}

/** Metrics that nobody can ask for are not counted, and their library is not loaded. */
async function createMetricsFor(
  { http, emfNamespace }: ServiceSettings,
  { shown }: WatchOptions,
): Promise<Metrics | undefined> {
  if (http === undefined && emfNamespace === undefined && shown === undefined) return undefined;
  const { Metrics } = await import('./metrics.ts');
  const metrics = new Metrics();
  const { version, commit = 'unknown' } = readVersion();
  metrics.buildInfo.set({ version, commit }, 1);
  return metrics;
}

/** Prints a line of metrics from time to time, and a last one at the end. */
async function printMetrics(
  { service: { emfNamespace: namespace }, kafka, table }: Pick<Settings, 'service' | 'kafka' | 'table'>,
  metrics: Metrics | undefined,
  { clock, printAside = (print) => print() }: Pick<WatchOptions, 'printAside'> & { readonly clock: Clock },
): Promise<AsyncDisposable | undefined> {
  if (namespace === undefined || metrics === undefined) return undefined;
  const { EmfMetrics } = await import('./emf-metrics.ts');
  const emf = new EmfMetrics({ namespace, dimensions: { Topic: kafka.topic, Table: table.name }, metrics });
  const print = async (): Promise<void> => {
    const line = await emf.line(clock.nowMs());
    printAside(() => printJson(line));
  };
  const timer = setInterval(() => void print(), emfEveryMs).unref();
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await print();
    },
  };
}

interface Watched {
  readonly metrics: Metrics | undefined;
  readonly problems: () => readonly string[];
  readonly startProblems: () => readonly string[];
  readonly readyDetails?: () => object;
  readonly log: Logger;
}

async function startHttp(
  { http }: ServiceSettings,
  { metrics, log, ...probes }: Watched,
): Promise<Listening | undefined> {
  if (http === undefined || metrics === undefined) return undefined;
  const server = await startHttpServer({ ...http, ...probes, metrics: () => metrics.registry.metrics() });
  log.info({ host: http.host, port: server.port }, 'serving /livez, /startupz, /readyz and /metrics');
  return server;
}
