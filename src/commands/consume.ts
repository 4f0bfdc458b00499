import { randomUUID } from 'node:crypto';
import { startHours } from '../app/hours/start-hours.ts';
import { startUpkeep } from '../app/maintain/start-upkeep.ts';
import { connectKafka } from '../app/kafka/connect-kafka.ts';
import { lagPollMs, limitsOf, sharedLimits } from '../app/write/consumer-limits.ts';
import { createCommitTools } from '../app/write/create-commit-tools.ts';
import { createSnapshots } from '../app/write/create-snapshots.ts';
import { keepTrying, type KeepTryingOptions } from '../app/keep-trying.ts';
import type { Lake } from '../app/lake/lake.ts';
import type { Logger } from '../app/observe/logger.ts';
import { openLake } from '../app/lake/open-lake.ts';
import { openReader, openSource } from '../app/kafka/open-source.ts';
import { requireTable } from '../app/write/require-table.ts';
import { releaseMemory } from '../app/write/release-memory.ts';
import { memoryProblem } from '../app/observe/memory-check.ts';
import type { Settings } from '../app/config/settings.ts';
import type { Screen } from '../app/screen/screen.ts';
import { startCertificateWatch } from '../app/kafka/start-certificate-watch.ts';
import type { StopSignal } from '../app/signals.ts';
import { openTracing, type Tracing } from '../app/trace/open-tracing.ts';
import { watchService, type ServiceWatch } from '../app/observe/watch-service.ts';
import type { CommitTools } from '../consumer/commit/tools/commit-tools.ts';
import type { PipelineObserver } from '../consumer/commit/tools/pipeline-observer.ts';
import { checkConditionalWrites } from '../consumer/ledger/chain/conditional-writes.ts';
import type { TopicReader } from '../consumer/ports/topic.ts';
import { ownPace } from '../consumer/service/pace.ts';
import { startOfNew, type Start } from '../consumer/service/choose-start.ts';
import { runConsumer, type ConsumerOptions } from '../consumer/service/run-consumer.ts';
import { systemClock } from '../runtime/clock.ts';
import { PipelineError } from '../runtime/errors.ts';
import { consumeTopics, type ConsumeSession } from './consume-topics.ts';

export interface ConsumeOptions {
  readonly untilEnd: boolean;
}

export interface ConsumeContext {
  readonly log: Logger;
  readonly stop: StopSignal;
  /** Told what the pipeline does; the log is told if this is left out. */
  readonly observer?: PipelineObserver;
  readonly screen?: Screen;
}

/** Runs the service: reads the topic as a member of the group and writes the table, until a signal or the end. */
export async function consume(
  settings: Settings,
  { untilEnd }: ConsumeOptions,
  context: ConsumeContext,
): Promise<number> {
  const { log, stop } = context;
  const problem = memoryProblem(settings, process.constrainedMemory());
  if (problem !== undefined) log.warn(problem, 'the memory may not be enough for the configured limits');
  await using watch = await openWatch(settings, context);
  const patience = untilEnd ? 'one-off' : 'service';
  const connection = await connectKafka(settings.kafka, { patience, nowMs: systemClock.nowMs() });
  const { certificate } = connection;
  if (certificate !== undefined) log.info({ ...certificate }, 'client certificate is valid');
  const lake = await openLake(settings.lake);
  const trying = { retryMs: settings.service.retryMs, log, stop };
  await using tracing = await openTracing(settings.tracing, log);
  const session = { untilEnd, connection, lake, watch, trying, tracing };
  const consumeAll = settings.kafka.topics.kind === 'one' ? consumeTopic : consumeTopics;
  await consumeAll(settings, session);
  return stop.exitCode();
}

async function consumeTopic(
  settings: Settings,
  { untilEnd, connection, lake, watch, trying, tracing }: ConsumeSession,
): Promise<void> {
  const { log, stop } = trying;
  const tools = await prepareLake(lake, { settings, watch, trying, tracing });
  watch.started('lake');
  const { topic, table } = tools;
  const snapshots = createSnapshots(lake, tools, settings.table);
  await using reader = openReader(connection, topic);
  // a service that starts before its broker or topic waits for them
  let start: Start = settings.kafka.start;
  const onMissing = (): void => {
    watch.brokerAnswered();
    start = startOfNew(start);
  };
  if (untilEnd) await reader.describe();
  else await keepTrying('waiting for the topic', () => checkReadable(reader, onMissing), trying);
  watch.started('topic');
  log.info({ topic, table, location: lake.store.uri(`${table}/`), group: settings.kafka.groupId }, 'consuming');
  using _certificate = startCertificateWatch(connection, { settings, watch, log });
  await using hours = await startHours(settings, { lake, reader, metrics: watch.metrics, log });
  await using _upkeep = startUpkeep(settings, { lake, metrics: watch.metrics, log });
  await runConsumer({
    ...limitsOf(settings, tools),
    start,
    limits: sharedLimits(settings, tools.observer),
    pace: ownPace(systemClock, lagPollMs),
    ...hooksOf(watch, tools),
    source: openSource(connection, settings.kafka, log),
    reader,
    tools,
    ...(snapshots && { snapshots }),
    untilEnd,
    stop: stop.signal,
  });
  if (untilEnd && !stop.signal.aborted) await hours?.finish();
  log.info(stop.signal.aborted ? 'stopped: everything that had arrived is written' : 'reached the end of the topic');
}

/** The code of the screen loads only where there is one. */
async function openWatch(settings: Settings, { screen, ...context }: ConsumeContext): Promise<ServiceWatch> {
  if (screen === undefined) return watchService(settings, context);
  const { watchOnScreen } = await import('../app/screen/watch-on-screen.ts');
  return watchOnScreen(settings, { log: context.log, screen });
}

interface LakeContext {
  readonly settings: Settings;
  readonly watch: ServiceWatch;
  readonly trying: KeepTryingOptions;
  readonly tracing: Tracing;
}

/** Waits for a lake that takes conditional writes, and for its catalog. */
async function prepareLake(lake: Lake, { settings, watch, trying, tracing }: LakeContext): Promise<CommitTools> {
  const { observer, metrics } = watch;
  return keepTrying(
    'waiting for the lake',
    async () => {
      await checkConditionalWrites(lake.store, randomUUID());
      const tools = await createCommitTools({
        settings,
        lake,
        log: trying.log,
        observer,
        ...tracing.tools,
        ...(metrics && { metrics }),
      });
      await requireTable(lake, tools);
      return tools;
    },
    trying,
  );
}

/** Rejects while the topic can't be read; a missing topic may still be created: then nothing of it was before the start. */
async function checkReadable(reader: TopicReader, onMissing: () => void): Promise<void> {
  try {
    await reader.describe();
  } catch (error) {
    if (!(error instanceof PipelineError) || error.code !== 'TOPIC_MISSING') throw error;
    onMissing();
    const { message, hint } = error;
    throw new PipelineError('TOPIC_MISSING', { message, retryable: true, ...(hint !== undefined && { hint }) });
  }
}

function hooksOf(watch: ServiceWatch, tools: CommitTools): Pick<ConsumerOptions, 'onIdle' | 'onLag'> {
  return {
    onLag: (lag) => watch.lagged(lag),
    onIdle: () => releaseMemory(tools),
  };
}
