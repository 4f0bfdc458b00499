import { setImmediate } from 'node:timers/promises';

/** Longest work between two turns of the event loop. Shorter work is cheaper: the garbage collector begins in between. */
const workMaxMs = 200;

/** Bytes of work after which the clock is read. */
const bytesMax = 64 * 1024;

/** Lets the event loop turn when work has held it for long: heartbeats, signals and health checks are not kept waiting. */
export class Turns {
  readonly #nowMs: () => number;
  #bytes = 0;
  #sinceMs: number;

  /** Counts from now on. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
    this.#sinceMs = nowMs();
  }

  /** Tells whether the event loop should turn. */
  get areDue(): boolean {
    return this.#nowMs() - this.#sinceMs >= workMaxMs;
  }

  /** Counts `bytes` of work; tells from time to time that the event loop should turn. */
  areDueAfter(bytes: number): boolean {
    this.#bytes += bytes;
    if (this.#bytes < bytesMax) return false;
    this.#bytes = 0;
    return this.areDue;
  }

  /** Lets the event loop turn. */
  async next(): Promise<void> {
    await setImmediate();
    this.#sinceMs = this.#nowMs();
  }
}
