import type { Clock } from '../../runtime/clock.ts';
import { isRetryable, type PipelineError } from '../../runtime/errors.ts';

export interface TopicRunsOptions {
  /**
   * Reads the topic until `stop`, its end or a failure; calls `onProgress` when something was written. Rejects with what is wrong with
   * the topic.
   */
  readonly run: (topic: string, onProgress: () => void) => Promise<void>;
  readonly clock: Clock;
  readonly stop: AbortSignal;
  /** A run that failed is not begun again: others have an end, too. */
  readonly isBounded: boolean;
  /** The process ends when all topics have been in trouble for this long. */
  readonly giveUpMs: number;
  readonly observer: TopicsObserver;
}

/** Where the runs say how the topics do. */
export interface TopicsObserver {
  /** Partitions of these topics are ours. */
  assigned(topics: readonly string[]): void;
  /** The partitions of all topics are lost until some are assigned again. */
  revoked(cause: PipelineError): void;
  /** The topic's run has failed, and begins again after `delayMs`; `undefined`: it does not. */
  troubled(topic: string, error: unknown, delayMs: number | undefined): void;
  /** A topic that was in trouble is written again. */
  recovered(topic: string): void;
  /** A topic can't be read yet: it is missing, or denied. */
  waiting(topic: string, error: unknown): void;
}

interface Trouble {
  readonly error: unknown;
  /** Monotonic time of the first failure since something was written. */
  readonly sinceMs: number;
  readonly failures: number;
}

const delayMs = { first: 5000, max: 5 * 60_000 } as const;

/** How long a topic waits after so many failures in a row. */
export function pauseAfter(failures: number): number {
  return Math.min(delayMs.max, delayMs.first * 2 ** (failures - 1));
}

/**
 * Runs of the topics of one member, each by itself: one that fails begins again after a pause that grows, and leaves the others alone.
 * What is wrong with all topics is no trouble of one: then the runs fail as a whole.
 */
export class TopicRuns {
  readonly #options: TopicRunsOptions;
  readonly #running = new Map<string, Promise<void>>();
  readonly #troubles = new Map<string, Trouble>();
  readonly #failed = Promise.withResolvers<never>();
  #assigned: ReadonlySet<string> = new Set();

  constructor(options: TopicRunsOptions) {
    this.#options = options;
    this.#failed.promise.catch(() => {});
  }

  /** Rejects when no topic can be written. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** Partitions of these topics are ours: those that do not run yet begin. */
  assign(topics: readonly string[]): void {
    this.#assigned = new Set(topics);
    this.#options.observer.assigned(topics);
    this.begin(topics);
  }

  begin(topics: readonly string[]): void {
    for (const topic of topics) if (!this.#running.has(topic)) this.#running.set(topic, this.#keep(topic));
  }

  /** Resolves when all runs have ended; rejects with the first failure of one that was not begun again. */
  async ended(): Promise<void> {
    const results = await Promise.allSettled(this.#running.values());
    const failure = results.find((result) => result.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }

  async #keep(topic: string): Promise<void> {
    const { run, clock, stop, isBounded, observer } = this.#options;
    for (;;) {
      try {
        await run(topic, () => this.#recover(topic));
        return;
      } catch (error) {
        if (stop.aborted) throw error;
        const { failures } = this.#note(topic, error);
        const pauseMs = isBounded ? undefined : pauseAfter(failures);
        observer.troubled(topic, error, pauseMs);
        if (pauseMs === undefined) throw error;
        this.#failIfNoneIsLeft(error);
        await clock.sleep(pauseMs, stop).catch(() => {});
        if (stop.aborted) return;
      }
    }
  }

  #note(topic: string, error: unknown): Trouble {
    const { sinceMs = this.#options.clock.monotonicMs(), failures = 0 } = this.#troubles.get(topic) ?? {};
    const trouble = { error, sinceMs, failures: failures + 1 };
    this.#troubles.set(topic, trouble);
    return trouble;
  }

  #recover(topic: string): void {
    if (this.#troubles.delete(topic)) this.#options.observer.recovered(topic);
  }

  /** A single topic of several may be all that this member has: another member can't do better. */
  #failIfNoneIsLeft(error: unknown): void {
    if (this.#assigned.size < 2) return;
    const nowMs = this.#options.clock.monotonicMs();
    const isLost = [...this.#assigned].every((topic) => {
      const trouble = this.#troubles.get(topic);
      if (trouble === undefined) return false;
      return !isRetryable(trouble.error) || nowMs - trouble.sinceMs > this.#options.giveUpMs;
    });
    if (isLost) this.#failed.reject(error);
  }
}
