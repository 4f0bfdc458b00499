import { createHash } from 'node:crypto';
import type { Clock } from '../../runtime/clock.ts';

/** Least and most time between two boundaries, as shares of `everyMs`, whatever the wall clock does. */
const shares = { min: 0.4, max: 1.25 } as const;

/**
 * Moments that all members of a group agree on within the difference of their clocks: multiples of `everyMs` on the wall clock. Each
 * `name` has them a little later by a shift of its own, so that a process of many tables, or an account of many processes, does not commit to all
 * of them at once.
 */
export class CommitBoundaries {
  readonly everyMs: number;
  readonly #shiftMs: number;
  readonly #clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
  #number: number;
  #passedMs: number;

  constructor(name: string, { everyMs, clock }: { everyMs: number; clock: Pick<Clock, 'nowMs' | 'monotonicMs'> }) {
    this.everyMs = everyMs;
    this.#shiftMs = shiftOf(name, everyMs);
    this.#clock = clock;
    this.#number = this.#numberNow();
    this.#passedMs = clock.monotonicMs();
  }

  /** When the last boundary was seen to have passed, by the monotonic clock; at first the moment of creation. */
  passedMs(): number {
    const nowMs = this.#clock.monotonicMs();
    const number = this.#numberNow();
    const sinceMs = nowMs - this.#passedMs;
    const isNext = number !== this.#number && sinceMs >= this.everyMs * shares.min;
    if (!isNext && sinceMs < this.everyMs * shares.max) return this.#passedMs;
    this.#number = number;
    this.#passedMs = nowMs;
    return nowMs;
  }

  #numberNow(): number {
    return Math.floor((this.#clock.nowMs() - this.#shiftMs) / this.everyMs);
  }
}

/** Spreads names over `[0, everyMs)`. */
function shiftOf(name: string, everyMs: number): number {
  return (createHash('sha256').update(name).digest().readUInt32BE() / 2 ** 32) * everyMs;
}
