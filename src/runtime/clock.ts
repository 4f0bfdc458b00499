import { setTimeout as delay } from 'node:timers/promises';

/** Time as a parameter, so that tests decide what it is. */
export interface Clock {
  /** Milliseconds since the epoch, UTC: for what is written down. An operator or NTP may set it forth and back. */
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
