import { setTimeout as delay } from 'node:timers/promises';

/** Time as a parameter: tests pass a clock of their own. */
export interface Clock {
  /** Milliseconds since the epoch, UTC: for times that are stored or shown. An operator or NTP may set it forward and back. */
  nowMs(): number;
  /** Whole milliseconds since some moment in the past, never set: for ages, durations and deadlines. */
  monotonicMs(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => Math.floor(performance.now()),
  sleep: async (ms, signal) => {
    try {
      await delay(ms, undefined, signal === undefined ? undefined : { signal });
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : error;
    }
  },
};
