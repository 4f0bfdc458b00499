import { randomUUID } from 'node:crypto';
import { connectKafka } from '../app/kafka/connect-kafka.ts';
import { lagPollMs, sharedLimits } from '../app/write/consumer-limits.ts';
import { createCommitTools } from '../app/write/create-commit-tools.ts';
import { keepTrying } from '../app/keep-trying.ts';
import { openLake } from '../app/lake/open-lake.ts';
import { openReader, openSource } from '../app/kafka/open-source.ts';
import { requireTable } from '../app/write/require-table.ts';
import { releaseMemory } from '../app/write/release-memory.ts';
import { memoryProblem } from '../app/observe/memory-check.ts';
import type { Settings } from '../app/config/settings.ts';
import { startCertificateWatch } from '../app/kafka/start-certificate-watch.ts';
import { openTracing } from '../app/trace/open-tracing.ts';
import { watchService, type ServiceWatch } from '../app/observe/watch-service.ts';
import type { CommitTools } from '../consumer/commit/tools/commit-tools.ts';
import type { PipelineObserver } from '../consumer/commit/tools/pipeline-observer.ts';
import { checkConditionalWrites } from '../consumer/ledger/chain/conditional-writes.ts';
import type { TopicReader } from '../consumer/ports/topic.ts';
import { ownPace } from '../consumer/service/pace.ts';
import { startOfNew, type Start } from '../consumer/service/choose-start.ts';
import type { Lag } from '../consumer/service/lag.ts';
import { systemClock } from '../runtime/clock.ts';
import { hasCode, PipelineError } from '../runtime/errors.ts';
import { consumeTopic, type ConsumeSession } from './consume-topic.ts';
import { consumeTopics } from './consume-topics.ts';
import type { CommandContext } from './run-command.ts';

export interface ConsumeOptions {
  readonly untilEnd: boolean;
}

export interface ConsumeContext extends CommandContext {
  /** Told what the pipeline does; the log is told if this is left out. */
  readonly observer?: PipelineObserver;
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
  const consumeAll = settings.kafka.topics.kind === 'one' ? consumeOne : consumeTopics;
  await consumeAll(settings, session);
  return stop.exitCode();
}

async function consumeOne(settings: Settings, session: ConsumeSession): Promise<void> {
  const { untilEnd, connection, lake, watch, trying } = session;
  const { log, stop } = trying;
  const tools = await prepareLake(settings, session);
  watch.started('lake');
  const { topic, table } = tools;
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
  const run = {
    settings,
    log,
    start,
    limits: sharedLimits(settings, tools.observer),
    pace: ownPace(systemClock, lagPollMs),
    source: openSource(connection, settings.kafka, log),
    reader,
    tools,
    onLag: (lag: Lag) => watch.lagged(lag),
    onIdle: () => releaseMemory(tools),
  };
  await consumeTopic(run, session);
  log.info(stop.signal.aborted ? 'stopped: everything that had arrived is written' : 'reached the end of the topic');
}

/** The code of the screen loads only where there is one. */
async function openWatch(settings: Settings, { screen, ...context }: ConsumeContext): Promise<ServiceWatch> {
  if (screen === undefined) return watchService(settings, context);
  const { watchOnScreen } = await import('../app/screen/watch-on-screen.ts');
  return watchOnScreen(settings, { log: context.log, screen });
}

/** Waits for a lake that takes conditional writes, and for its catalog. */
async function prepareLake(
  settings: Settings,
  { lake, watch: { observer, metrics }, trying, tracing }: ConsumeSession,
): Promise<CommitTools> {
  const { log } = trying;
  const options = { settings, lake, log, observer, ...tracing.tools, metrics };
  return keepTrying(
    'waiting for the lake',
    async () => {
      await checkConditionalWrites(lake.store, randomUUID());
      const tools = await createCommitTools(options);
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
    if (!hasCode(error, 'TOPIC_MISSING')) throw error;
    onMissing();
    const { message, hint } = error;
    throw new PipelineError('TOPIC_MISSING', { message, retryable: true, hint });
  }
}
