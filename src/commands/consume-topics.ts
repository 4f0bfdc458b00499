import { randomUUID } from 'node:crypto';
import type { KafkaConnection } from '../app/kafka/connect-kafka.ts';
import { settingsForTopic, type Settings } from '../app/config/settings.ts';
import { lagPollMs, limitsOf, sharedLimits } from '../app/write/consumer-limits.ts';
import { createCommitTools, shareWriters } from '../app/write/create-commit-tools.ts';
import { createSnapshots } from '../app/write/create-snapshots.ts';
import { startHours } from '../app/hours/start-hours.ts';
import { startUpkeep } from '../app/maintain/start-upkeep.ts';
import { keepTrying, type KeepTryingOptions } from '../app/keep-trying.ts';
import type { Lake } from '../app/lake/lake.ts';
import { createLogObserver } from '../app/observe/log-observer.ts';
import type { ServiceWatch } from '../app/observe/watch-service.ts';
import { openMembership, openReaders } from '../app/kafka/open-source.ts';
import { requireTable } from '../app/write/require-table.ts';
import { releaseMemory } from '../app/write/release-memory.ts';
import type { Tracing } from '../app/trace/open-tracing.ts';
import { startCertificateWatch } from '../app/kafka/start-certificate-watch.ts';
import { checkConditionalWrites } from '../consumer/ledger/chain/conditional-writes.ts';
import { sharedPace } from '../consumer/service/pace.ts';
import { startOfNew } from '../consumer/service/choose-start.ts';
import { runConsumer } from '../consumer/service/run-consumer.ts';
import { runTopics } from '../consumer/service/run-topics.ts';
import { systemClock } from '../runtime/clock.ts';
import { Queues, Slots } from '../runtime/concurrency.ts';

/** What is open while a consumer runs. */
export interface ConsumeSession {
  readonly untilEnd: boolean;
  readonly connection: KafkaConnection;
  readonly lake: Lake;
  readonly watch: ServiceWatch;
  readonly trying: KeepTryingOptions;
  readonly tracing: Tracing;
}

/** Tables that are looked up in the catalog at the same time. */
const opensMax = 8;

/** Runs the service for several topics: one member of the group, and for each topic what one has that is read alone. */
export async function consumeTopics(settings: Settings, context: ConsumeSession): Promise<void> {
  const { untilEnd, connection, lake, watch, trying } = context;
  const { log, stop } = trying;
  const { kafka, service, table } = settings;
  await keepTrying('waiting for the lake', () => checkConditionalWrites(lake.store, randomUUID()), trying);
  watch.started('lake');
  await using readers = openReaders(connection);
  const list = () => readers.list(kafka.topics);
  const topics = untilEnd ? await list() : await keepTrying('waiting for the brokers', list, trying);
  const present = () => readers.present(kafka.topics);
  const atStart = new Set(untilEnd ? topics : await keepTrying('waiting for the brokers', present, trying));
  watch.started('topic');
  const about = { topics: kafka.topic, table: table.name, location: lake.store.uri(''), group: kafka.groupId };
  log.info({ ...about, found: topics.length }, 'consuming');
  using _certificate = startCertificateWatch(connection, { settings, watch, log });
  const membership = openMembership(connection, kafka, log);
  const run = await topicRunner(settings, { ...context, membership, readers, atStart });
  await runTopics({
    membership,
    run,
    clock: systemClock,
    stop: stop.signal,
    untilEnd: untilEnd ? topics : undefined,
    giveUpMs: service.retryMs,
    drainMs: service.shutdownMs,
    observer: watch.topics.observer,
  });
  log.info(stop.signal.aborted ? 'stopped: everything that had arrived is written' : 'reached the end of the topics');
}

interface RunnerContext extends ConsumeSession {
  readonly membership: ReturnType<typeof openMembership>;
  readonly readers: ReturnType<typeof openReaders>;
  /** Topics that were there when the member began: START is about them. */
  readonly atStart: ReadonlySet<string>;
}

/** Opens a topic's table and reads the topic into it; what all topics share is made once. */
async function topicRunner(settings: Settings, { membership, readers, lake, untilEnd, ...context }: RunnerContext) {
  const { watch, trying, tracing, atStart } = context;
  const { log, stop } = trying;
  const several = await shareWriters(settings);
  const limits = sharedLimits(settings, createLogObserver(log));
  const pace = sharedPace(systemClock, lagPollMs);
  const opening = new Slots(opensMax);
  const queues = new Queues();
  const { metrics } = watch;
  /** Topics of which something was written since they were idle last. */
  const busy = new Set<string>();
  return async (topic: string, onProgress: () => void): Promise<void> => {
    const own = settingsForTopic(settings, topic);
    const written = (): void => {
      busy.add(topic);
      onProgress();
    };
    const { observer, log: topicLog, lagged } = watch.topics.of(topic, written);
    const options = {
      settings: own,
      lake,
      log: topicLog,
      observer,
      several,
      ...tracing.tools,
      ...(metrics && { metrics }),
    };
    const tools = await opening.run(() => createCommitTools(options));
    await requireTable(lake, tools);
    const reader = readers.reader(topic);
    const snapshots = createSnapshots(lake, tools, own.table, queues);
    await using hours = await startHours(own, { lake, reader, metrics, log: topicLog });
    await using _upkeep = startUpkeep(own, { lake, metrics, log: topicLog });
    await runConsumer({
      ...limitsOf(own, tools),
      start: atStart.has(topic) ? own.kafka.start : startOfNew(own.kafka.start),
      limits,
      pace,
      source: membership.source(topic),
      reader,
      tools,
      ...(snapshots && { snapshots }),
      untilEnd,
      stop: stop.signal,
      onLag: lagged,
      onIdle: () => {
        if (busy.delete(topic) && busy.size === 0) releaseMemory(tools);
      },
    });
    if (untilEnd && !stop.signal.aborted) await hours?.finish();
  };
}
