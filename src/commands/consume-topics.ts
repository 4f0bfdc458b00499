import { randomUUID } from 'node:crypto';
import { settingsForTopic, type Settings } from '../app/config/settings.ts';
import { lagPollMs, sharedLimits } from '../app/write/consumer-limits.ts';
import { createCommitTools, shareWriters } from '../app/write/create-commit-tools.ts';
import { keepTrying } from '../app/keep-trying.ts';
import { createLogObserver } from '../app/observe/log-observer.ts';
import { openMembership, openReaders } from '../app/kafka/open-source.ts';
import { requireTable } from '../app/write/require-table.ts';
import { releaseMemory } from '../app/write/release-memory.ts';
import { startCertificateWatch } from '../app/kafka/start-certificate-watch.ts';
import { checkConditionalWrites } from '../consumer/ledger/chain/conditional-writes.ts';
import { sharedPace } from '../consumer/service/pace.ts';
import { startOfNew } from '../consumer/service/choose-start.ts';
import { runTopics } from '../consumer/service/run-topics.ts';
import { systemClock } from '../runtime/clock.ts';
import { Queues, Slots } from '../runtime/concurrency.ts';
import { consumeTopic, type ConsumeSession } from './consume-topic.ts';

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
async function topicRunner(settings: Settings, { membership, readers, atStart, ...session }: RunnerContext) {
  const { lake, watch, trying, tracing } = session;
  const several = await shareWriters(settings);
  const limits = sharedLimits(settings, createLogObserver(trying.log));
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
    const { observer, log, lagged } = watch.topics.of(topic, written);
    const options = { settings: own, lake, log, observer, several, ...tracing.tools, metrics };
    const tools = await opening.run(() => createCommitTools(options));
    await requireTable(lake, tools);
    const run = {
      settings: own,
      log,
      start: atStart.has(topic) ? own.kafka.start : startOfNew(own.kafka.start),
      limits,
      pace,
      source: membership.source(topic),
      reader: readers.reader(topic),
      tools,
      queues,
      onLag: lagged,
      onIdle: () => {
        if (busy.delete(topic) && busy.size === 0) releaseMemory(tools);
      },
    };
    await consumeTopic(run, session);
  };
}
