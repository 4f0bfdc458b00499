import type { Clock } from '../../src/runtime/clock.ts';

/** A clock on which time passes only by sleeping and by `pass`; the wall clock can be set apart from it. */
export class TestClock implements Clock {
  readonly slept: number[] = [];
  #passedMs = 0;
  #wallAheadMs = 0;

  nowMs(): number {
    return this.#passedMs + this.#wallAheadMs;
  }

  monotonicMs(): number {
    return this.#passedMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.slept.push(ms);
    this.#passedMs += ms;
  }

  pass(ms: number): void {
    this.#passedMs += ms;
  }

  /** Sets the wall clock forth (or back, below 0), as an operator or NTP does. */
  setWallClock(byMs: number): void {
    this.#wallAheadMs += byMs;
  }
}
