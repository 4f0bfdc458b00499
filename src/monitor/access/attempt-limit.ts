import type { Clock } from '../../runtime/clock.ts';
import { msPerMinute } from '../../runtime/duration.ts';

const failuresMax = 10;

/** Lets a token be guessed ten times a minute, by all together. */
export class AttemptLimit {
  readonly #clock: Clock;
  #failures: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isReached(): boolean {
    const since = this.#clock.monotonicMs() - msPerMinute;
    this.#failures = this.#failures.filter((at) => at > since);
    return this.#failures.length >= failuresMax;
  }

  noteFailure(): void {
    this.#failures.push(this.#clock.monotonicMs());
  }
}
