import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from './logger.ts';

/** A broker that says nothing for this long has not only changed its leader. */
const silentSecondsMax = 120;
/** The line comes again while the silence lasts. */
const repeatMs = 600_000;

/** Notices a broker that answers no more, and one that answers again. */
export class BrokerWatch {
  readonly #log: Logger;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  /** `undefined` before the first answer: a service that starts says itself what it waits for. */
  #heardMs: number | undefined;
  #toldMs: number | undefined;

  constructor(log: Logger, clock: Pick<Clock, 'monotonicMs'>) {
    this.#log = log;
    this.#clock = clock;
  }

  /** The broker has answered just now. */
  heard(): void {
    if (this.#toldMs !== undefined) this.#log.info('the brokers answer again');
    this.#heardMs = this.#clock.monotonicMs();
    this.#toldMs = undefined;
  }

  /** How long ago a broker answered last; 0 before the first answer. */
  silentSeconds(): number {
    const nowMs = this.#clock.monotonicMs();
    return Math.round((nowMs - (this.#heardMs ?? nowMs)) / 1000);
  }

  /** Says in words that the broker is silent, if it is; logs it when that has just begun, and from time to time. */
  problems(): string[] {
    const nowMs = this.#clock.monotonicMs();
    const silentSeconds = this.silentSeconds();
    if (silentSeconds < silentSecondsMax) return [];
    if (nowMs - (this.#toldMs ?? -Infinity) >= repeatMs) {
      this.#toldMs = nowMs;
      this.#log.error(
        {
          silentSeconds,
          hint: 'look at the brokers and the network; it goes on by itself, `glueless doctor` says more',
        },
        'no broker has answered for minutes: nothing is read',
      );
    }
    return [`no broker has answered for ${silentSeconds} s`];
  }
}
