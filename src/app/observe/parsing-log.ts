import type { ReadingTally } from '../../consumer/columns/scan/reading-tally.ts';
import type { Clock } from '../../runtime/clock.ts';
import { msPerHour } from '../../runtime/duration.ts';
import type { Logger } from './logger.ts';

/** A smaller share costs nothing that anybody would notice. */
const shareMin = 0.05;
/** A few records say nothing of a topic. */
const recordsMin = 1000;
const repeatMs = msPerHour;

/** Tells, once an hour at most, how much of a topic is parsed record by record, which costs several times as much, and why. */
export class ParsingLog {
  readonly #log: Logger;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #scanned = 0;
  readonly #reasons = new Map<string, number>();
  #toldMs = -Infinity;

  constructor(log: Logger, clock: Pick<Clock, 'monotonicMs'>) {
    this.#log = log;
    this.#clock = clock;
  }

  add({ scanned, parsed }: ReadingTally): void {
    this.#scanned += scanned;
    for (const [reason, count] of parsed) this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + count);
    const parsedCount = [...this.#reasons.values()].reduce((sum, count) => sum + count, 0);
    const records = this.#scanned + parsedCount;
    const nowMs = this.#clock.monotonicMs();
    if (records < recordsMin || nowMs - this.#toldMs < repeatMs) return;
    if (parsedCount >= records * shareMin) this.#tell(records, parsedCount);
    this.#scanned = 0;
    this.#reasons.clear();
    this.#toldMs = nowMs;
  }

  #tell(records: number, parsed: number): void {
    this.#log.info(
      { records, parsed, reasons: Object.fromEntries(this.#reasons) },
      'records are parsed one by one, at several times the cost',
    );
  }
}
