import type { PipelineObserver } from '../../consumer/commit/tools/pipeline-observer.ts';
import type { Lag } from '../../consumer/service/lag.ts';
import type { TopicsObserver } from '../../consumer/service/topic-runs.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { BrokerWatch } from './broker-watch.ts';
import { failureFields } from './explain-failure.ts';
import { createLogObserver, logRevoked } from './log-observer.ts';
import type { Logger } from './logger.ts';
import { createMetricsObserver, joinObservers } from './metrics-observer.ts';
import type { Metrics } from './metrics.ts';
import type { StatusLog } from './status-log.ts';
import { TimeBehind } from './time-behind.ts';
import type { TopicsHealth } from './topics-health.ts';

/** What tells others how one of several topics does. */
export interface TopicWatch {
  readonly observer: PipelineObserver;
  readonly log: Logger;
  lagged(lag: Lag): void;
}

export interface TopicsWatchOptions {
  readonly log: Logger;
  /** Told of every topic. */
  readonly shown: PipelineObserver;
  readonly clock: Clock;
  readonly metrics: Metrics | undefined;
  readonly status: StatusLog;
  readonly health: TopicsHealth;
  readonly broker: BrokerWatch;
}

const shownTopicsMax = 20;

/** Tells how several topics do, each by its name: in the log, in metrics, in `/readyz`. */
export class TopicsWatch {
  readonly #options: TopicsWatchOptions;
  readonly #lags = new Map<string, Lag>();
  readonly #troubled = new Set<string>();

  constructor(options: TopicsWatchOptions) {
    this.#options = options;
  }

  /** `onProgress` is told that something of the topic was written. */
  of(topic: string, onProgress: () => void): TopicWatch {
    const { log: shared, shown, clock, metrics, status, health, broker } = this.#options;
    const log = shared.child({ topic });
    const behind = new TimeBehind(clock);
    const readiness = health.of(topic);
    broker.asked();
    const progress: PipelineObserver = { committed: onProgress };
    const observers = [
      createLogObserver(log, topic),
      shown,
      readiness.observer,
      status.observer,
      behind.observer,
      progress,
    ];
    return {
      observer: joinObservers(...observers, ...(metrics ? [createMetricsObserver(metrics, { topic })] : [])),
      log,
      lagged: (lag) => {
        broker.heard();
        readiness.lagged(lag);
        this.#lagged(topic, lag, behind.lagged(lag));
      },
    };
  }

  readonly observer: TopicsObserver = {
    assigned: (topics) => {
      this.#options.health.assigned(topics);
      for (const topic of this.#lags.keys()) if (!topics.includes(topic)) this.#lagged(topic, new Map(), new Map());
      // another member has them, or they are gone
      for (const topic of this.#troubled) if (!topics.includes(topic)) this.#troubled.delete(topic);
      this.#count();
      const shown = topics.slice(0, shownTopicsMax);
      this.#options.log.info({ count: topics.length, topics: shown }, 'topics assigned');
    },
    revoked: (cause) => logRevoked(this.#options.log, cause),
    troubled: (topic, error, delayMs) => {
      this.#options.health.troubled(topic, error);
      this.#troubled.add(topic);
      this.#count();
      this.#options.log.error(
        { topic, delayMs, ...failureFields(error, topic) },
        'a topic is not written: the others go on',
      );
    },
    recovered: (topic) => {
      this.#options.health.recovered(topic);
      this.#troubled.delete(topic);
      this.#count();
      this.#options.log.info({ topic }, 'the topic is written again');
    },
    waiting: (topic, error) => {
      if (!this.#options.health.waits(topic, error)) return;
      this.#options.log.warn({ topic, ...failureFields(error) }, 'a topic is waited for: the others are read');
    },
  };

  #count(): void {
    this.#options.metrics?.troubledTopics.set(this.#troubled.size);
  }

  #lagged(topic: string, lag: Lag, behind: ReadonlyMap<number, number>): void {
    const { metrics, status } = this.#options;
    for (const partition of this.#lags.get(topic)?.keys() ?? []) {
      if (lag.has(partition)) continue;
      metrics?.lag.remove({ topic, partition: String(partition) });
      metrics?.behind.remove({ topic, partition: String(partition) });
    }
    this.#lags.set(topic, lag);
    for (const [partition, records] of lag) metrics?.lag.set({ topic, partition: String(partition) }, Number(records));
    for (const [partition, seconds] of behind) metrics?.behind.set({ topic, partition: String(partition) }, seconds);
    // partitions of all topics, under numbers of their own
    const all = [...this.#lags.values()].flatMap((each) => [...each.values()]);
    status.lagged(new Map(all.entries()));
  }
}
