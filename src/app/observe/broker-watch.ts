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
  /** When a broker answered last, or was first asked; `undefined` while none is asked. */
  #heardMs: number | undefined;
  #toldMs: number | undefined;

  constructor(log: Logger, clock: Pick<Clock, 'monotonicMs'>) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Says that brokers are asked again and again after this. */
  asked(): void {
    this.#heardMs ??= this.#clock.monotonicMs();
  }

  /** Says that nobody asks the brokers for a while: their silence means nothing. */
  left(): void {
    this.#heardMs = undefined;
    this.#toldMs = undefined;
  }

  /** Says that a broker has answered just now. */
  heard(): void {
    if (this.#toldMs !== undefined) this.#log.info('the brokers answer again');
    this.#heardMs = this.#clock.monotonicMs();
    this.#toldMs = undefined;
  }

  /** How long ago a broker answered last, or was first asked; 0 while none is asked. */
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
