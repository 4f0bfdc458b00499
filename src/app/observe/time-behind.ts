import type { PipelineObserver } from '../../consumer/commit/tools/pipeline-observer.ts';
import type { Lag } from '../../consumer/service/lag.ts';
import type { Clock } from '../../runtime/clock.ts';

/**
 * Knows how far behind each Kafka partition is in time: whatever the rate, a service that keeps up is behind by the age of its
 * batches. What waits is younger than the last batch's oldest record, and than the last look at which nothing waited.
 */
export class TimeBehind {
  readonly #clock: Pick<Clock, 'nowMs'>;
  /** Nothing that waits is older, in Unix time. */
  readonly #notBeforeMs = new Map<number, number>();

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock;
  }

  readonly observer: PipelineObserver = {
    committed: ({ entry: { partition }, oldestTimestampMs }) => {
      if (oldestTimestampMs !== undefined) this.#raise(partition, oldestTimestampMs);
    },
    assigned: () => this.#notBeforeMs.clear(),
    revoked: () => this.#notBeforeMs.clear(),
  };

  /** Seconds by partition, of those that have a lag here; 0 where nothing waits. */
  lagged(lag: Lag): ReadonlyMap<number, number> {
    const nowMs = this.#clock.nowMs();
    for (const [partition, records] of lag)
      if (records === 0n || !this.#notBeforeMs.has(partition)) this.#raise(partition, nowMs);
    return new Map(
      [...lag].map(([partition, records]) => [partition, records === 0n ? 0 : this.#secondsSince(partition, nowMs)]),
    );
  }

  #raise(partition: number, toMs: number): void {
    this.#notBeforeMs.set(partition, Math.max(this.#notBeforeMs.get(partition) ?? -Infinity, toMs));
  }

  #secondsSince(partition: number, nowMs: number): number {
    return Math.max(0, nowMs - (this.#notBeforeMs.get(partition) ?? nowMs)) / 1000;
  }
}
