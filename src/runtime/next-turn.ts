import { setImmediate } from 'node:timers/promises';

/** Bytes of work between two turns of the event loop: some milliseconds, a fraction of a second at worst. */
const turnBytes = 256 * 1024;

/** Lets the event loop turn: heartbeats, signals and health checks are not kept waiting by long work. */
export async function nextTurn(): Promise<void> {
  await setImmediate();
}

/** Counts work, and says when it has been enough for one turn of the event loop. */
export class TurnCounter {
  #bytes = 0;

  /** Counts `bytes` of work; answers with true, and counts from 0 again, when the event loop should turn. */
  isDueAfter(bytes: number): boolean {
    this.#bytes += bytes;
    if (this.#bytes < turnBytes) return false;
    this.#bytes = 0;
    return true;
  }
}
