import { randomUUID } from 'node:crypto';
import { closeKernel } from '../kernel/kernel.ts';
import { releaseFetchMemory } from '../kafka/format/record-memory.ts';
import { createTopicReader } from '../kafka/topic-reader.ts';
import { createRecordSource } from '../kafka/source.ts';
import type { PipelineObserver } from '../consumer/commit/pipeline-observer.ts';
import { Readiness } from '../consumer/service/readiness.ts';
import { runConsumer } from '../consumer/service/run-consumer.ts';
import { checkConditionalWrites } from '../consumer/ledger/conditional-writes.ts';
import type { TopicReader } from '../consumer/ports/topic.ts';
import { systemClock } from '../runtime/clock.ts';
import { PipelineError } from '../runtime/errors.ts';
import { collectAll } from '../runtime/garbage.ts';
import type { ServiceSettings, Settings } from '../app/settings.ts';
import { startHttpServer } from '../app/http-server.ts';
import type { Logger } from '../app/logger.ts';
import type { Metrics } from '../app/metrics.ts';
import { createCommitTools } from '../app/create-commit-tools.ts';
import { connectKafka } from '../app/connect-kafka.ts';
import { createLogObserver } from '../app/log-observer.ts';
import { createMetricsObserver, joinObservers } from '../app/metrics-observer.ts';
import { openLake } from '../app/open-lake.ts';
import { keepTrying } from '../app/keep-trying.ts';
import { watchCertificate } from '../app/certificate-watch.ts';
import { readVersion } from '../app/version.ts';
import type { StopSignal } from '../app/signals.ts';

export interface ConsumeOptions {
  readonly untilEnd: boolean;
}

export interface ConsumeContext {
  readonly log: Logger;
  readonly stop: StopSignal;
  /** Left out: the log's. */
  readonly observer?: PipelineObserver;
}

const lagPollMs = 10_000;

/** How often a partition is looked at whose records can't be read: somebody may have skipped them, or mended the broker. */
const unreadableRetryMs = 15_000;

/** A batch may be this late beyond its age before the service counts as not ready. */
const readyGraceMs = 60_000;

/** Rejects while the topic can't be read; a missing topic counts as something that passes. */
async function checkReadable(reader: TopicReader): Promise<void> {
  try {
    await reader.describe();
  } catch (error) {
    if (!(error instanceof PipelineError) || error.code !== 'TOPIC_MISSING') throw error;
    const { message, hint } = error;
    throw new PipelineError('TOPIC_MISSING', { message, retryable: true, ...(hint !== undefined && { hint }) });
  }
}

/** The service: reads the topic as a member of the group and writes the table, until a signal or the end. */
export async function consume(
  settings: Settings,
  { untilEnd }: ConsumeOptions,
  context: ConsumeContext,
): Promise<number> {
  const { service, batch } = settings;
  const { log, stop } = context;
  const version = readVersion();
  log.info({ ...version }, 'glueless starts');
  const metrics = await createMetricsFor(service);
  metrics?.buildInfo.set({ version: version.version, commit: version.commit ?? 'unknown' }, 1);
  const readiness = new Readiness(systemClock, batch.ageMaxMs + readyGraceMs);
  const observer = joinObservers(
    context.observer ?? createLogObserver(log),
    ...(metrics === undefined ? [] : [createMetricsObserver(metrics)]),
    readiness.observer,
  );
  const http = await startHttp(service, { metrics, readiness, log });
  const patience = untilEnd ? 'one-off' : 'service';
  const connection = await connectKafka(settings.kafka, { patience, nowMs: systemClock.nowMs() });
  const { kafka, certificate } = connection;
  if (certificate !== undefined) log.info({ ...certificate }, 'client certificate is valid');
  const lake = await openLake(settings.lake);
  const trying = { retryMs: service.retryMs, log, stop };
  const tools = await keepTrying(
    'waiting for the lake',
    async () => {
      await checkConditionalWrites(lake.store, randomUUID());
      return createCommitTools({ settings, lake, log, observer, ...(metrics && { metrics }) });
    },
    trying,
  );
  const { topic, table } = tools;
  await using reader = createTopicReader({ kafka, topic });
  // a service that starts before its broker or topic waits for them
  if (untilEnd) await reader.describe();
  else await keepTrying('waiting for the topic', () => checkReadable(reader), trying);
  log.info({ topic, table, location: lake.store.uri(`${table}/`), group: settings.kafka.groupId }, 'consuming');
  const over = new AbortController();
  void watchCertificate({
    identity: connection.identity,
    load: connection.load,
    everyMs: settings.kafka.tls.reloadEveryMs,
    clock: systemClock,
    log,
    stop: over.signal,
    onCertificate: ({ daysLeft }) => metrics?.certificateDays.set(daysLeft),
  });
  try {
    await runConsumer({
      source: createRecordSource({
        ...settings.kafka,
        kafka,
        onTrouble: ({ code, message }) => log.warn({ code, reason: message }, 'reading is tried again'),
      }),
      reader,
      tools,
      policy: batch,
      clock: systemClock,
      bufferBytesMax: service.bufferBytesMax,
      commitsMax: service.commitsMax,
      untilEnd,
      stallMs: service.stallMs,
      drainMs: service.shutdownMs,
      lagPollMs,
      unreadableRetryMs,
      stop: stop.signal,
      onIdle: () => {
        releaseFetchMemory();
        tools.writer.releaseMemory();
        closeKernel();
        collectAll();
      },
      onLag: (lag) => {
        readiness.lagged(lag);
        for (const [partition, records] of lag) metrics?.lag.set({ partition: String(partition) }, Number(records));
      },
    });
  } finally {
    over.abort();
    await http?.close();
  }
  log.info(stop.signal.aborted ? 'stopped: everything that had arrived is written' : 'reached the end of the topic');
  return stop.exitCode();
}

/** Metrics that nobody can ask for are not counted, and their library is not loaded. */
async function createMetricsFor({ http }: ServiceSettings): Promise<Metrics | undefined> {
  if (http === undefined) return undefined;
  const { createMetrics } = await import('../app/metrics.ts');
  return createMetrics();
}

interface Observed {
  readonly metrics: Metrics | undefined;
  readonly readiness: Readiness;
  readonly log: Logger;
}

async function startHttp({ http }: ServiceSettings, { metrics, readiness, log }: Observed) {
  if (http === undefined || metrics === undefined) return undefined;
  const server = await startHttpServer({
    ...http,
    metrics: () => metrics.registry.metrics(),
    problems: () => readiness.problems(),
  });
  log.info({ host: http.host, port: server.port }, 'serving /livez, /readyz and /metrics');
  return server;
}
