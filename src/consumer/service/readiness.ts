import type { Clock } from '../../runtime/clock.ts';
import { messageOf, PipelineError } from '../../runtime/errors.ts';
import type { UnreadableRecords } from '../ports/topic.ts';
import type { PipelineObserver } from '../commit/tools/pipeline-observer.ts';

/** Knows whether the service does its work, from what the pipeline says and what the broker holds. */
export class Readiness {
  readonly #clock: Clock;
  readonly #quietMs: number;
  #isAssigned = false;
  #revocation: PipelineError | undefined;
  #lag = 0n;
  #lastCommitMs: number;
  #failing: { readonly step: string; readonly error: unknown } | undefined;
  readonly #damages = new Map<number, UnreadableRecords>();

  /** `quietMs`: how long nothing may be committed while there is lag. */
  constructor(clock: Clock, quietMs: number) {
    this.#clock = clock;
    this.#quietMs = quietMs;
    this.#lastCommitMs = clock.monotonicMs();
  }

  /** Why the service is not ready; empty when it is. */
  problems(): string[] {
    const quietMs = this.#clock.monotonicMs() - this.#lastCommitMs;
    return [
      ...(this.#isAssigned ? [] : [withError('no partitions are assigned', this.#revocation)]),
      ...(this.#lag > 0n && quietMs > this.#quietMs
        ? [`nothing was committed for ${Math.round(quietMs / 1000)} s though ${this.#lag} records wait`]
        : []),
      ...this.#damages
        .values()
        .map(
          ({ partition, from, error }) =>
            `partition ${partition} can't be read from offset ${from} on: ${error.message}`,
        ),
      ...(this.#failing === undefined
        ? []
        : [withError(`the step ${this.#failing.step} fails and is tried again`, this.#failing.error)]),
    ];
  }

  lagged(lag: ReadonlyMap<number, bigint>): void {
    // what has just begun to wait is not late yet
    if (this.#lag === 0n)
      this.#lastCommitMs = Math.max(this.#lastCommitMs, this.#clock.monotonicMs() - this.#quietMs / 2);
    this.#lag = lag.values().reduce((sum, each) => sum + each, 0n);
  }

  readonly observer: PipelineObserver = {
    assigned: () => {
      this.#isAssigned = true;
    },
    revoked: (cause) => {
      this.#isAssigned = false;
      this.#revocation = cause;
    },
    unreadable: (records) => {
      this.#damages.set(records.partition, records);
    },
    readable: (partition) => {
      this.#damages.delete(partition);
    },
    retrying: (step, error) => {
      this.#failing = { step, error };
    },
    step: (name, phase) => {
      if (phase === 'after' && this.#failing?.step === name) this.#failing = undefined;
    },
    committed: () => {
      this.#lastCommitMs = this.#clock.monotonicMs();
    },
  };
}

function withError(what: string, error: unknown): string {
  if (error === undefined) return what;
  return `${what}: ${error instanceof PipelineError ? `${error.code}, ${error.message}` : messageOf(error)}`;
}
