import type { Clock } from '../../runtime/clock.ts';

/** Resolves when it is time; rejects with the signal's reason when aborted. */
export type Pause = (signal: AbortSignal) => Promise<void>;

/** How often a consumer looks at things. */
export interface Pace {
  /** Waits until buffers are looked at for their age. */
  readonly tick: Pause;
  /** Waits until what is written is compared with what the topic holds. */
  readonly poll: Pause;
}

const tickMs = 100;

export function ownPace(clock: Clock, lagPollMs: number): Pace {
  return { tick: (signal) => clock.sleep(tickMs, signal), poll: (signal) => clock.sleep(lagPollMs, signal) };
}

/** Wakes all consumers of a process at the same time: one timer for all, and what they ask the brokers becomes one request. */
export function sharedPace(clock: Clock, lagPollMs: number): Pace {
  return { tick: sharedPause(clock, tickMs), poll: sharedPause(clock, lagPollMs) };
}

function sharedPause(clock: Clock, everyMs: number): Pause {
  let next: Promise<void> | undefined;
  return async (signal) => {
    next ??= clock.sleep(everyMs).then(() => {
      next = undefined;
    });
    await next;
    signal.throwIfAborted();
  };
}
