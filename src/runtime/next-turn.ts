import { setImmediate } from 'node:timers/promises';

/** Bytes or so of work between two turns of the event loop: some milliseconds of it, a fraction of a second at worst. */
export const turnBytes = 256 * 1024;

/** Lets the event loop turn: heartbeats, signals and health checks are not kept waiting by long work. */
export async function nextTurn(): Promise<void> {
  await setImmediate();
}
