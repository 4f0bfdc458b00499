import type { Clock } from '../../runtime/clock.ts';
import type { ThrottleTally } from '../../runtime/throttle-tally.ts';
import type { Logger } from './logger.ts';

const repeatMs = 60_000;

/** Tells of brokers that make this client wait, at most once a minute. */
export class ThrottleWatch {
  readonly #log: Logger;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #tally: ThrottleTally;
  #told: ReadonlyMap<string, number>;
  #toldMs = -Infinity;

  constructor(log: Logger, clock: Pick<Clock, 'monotonicMs'>, tally: ThrottleTally) {
    this.#log = log;
    this.#clock = clock;
    this.#tally = tally;
    this.#told = tally.waits();
  }

  /** Logs what was waited since the line before, if anything was. */
  look(): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#toldMs < repeatMs) return;
    const waits = this.#tally.waits();
    const waitedSeconds = Object.fromEntries(
      [...waits]
        .map(([broker, ms]): [string, number] => [broker, (ms - (this.#told.get(broker) ?? 0)) / 1000])
        .filter(([, seconds]) => seconds > 0),
    );
    if (Object.keys(waitedSeconds).length === 0) return;
    this.#told = waits;
    this.#toldMs = nowMs;
    this.#log.warn(
      {
        waitedSeconds,
        hint: 'raise the quota consumer_byte_rate (or request_percentage) that the brokers have for this user or KAFKA_CLIENT_ID: kafka-configs.sh --describe shows it; nothing is lost, the table falls behind; a record batch of more bytes than the quota has for ten seconds never gets through',
      },
      'brokers slow this client down by a quota',
    );
  }
}
