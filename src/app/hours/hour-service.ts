import { failureFields } from '../observe/explain-failure.ts';
import type { Logger } from '../observe/logger.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Hours } from './open-hours.ts';

export interface HourServiceOptions {
  readonly hours: Hours;
  readonly everyMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when the hours were settled without a failure. */
  readonly onSettled: () => void;
}

export interface HourService extends AsyncDisposable {
  /** Settles a last time, when everything is written. A failure is logged. */
  finish(): Promise<void>;
}

/**
 * Settles hours again and again beside the consumer. A failure is logged and tried again the next time: records are written whatever
 * becomes of their hours. Ends when it is disposed of.
 */
export function startHourService({ hours, everyMs, clock, log, onSettled }: HourServiceOptions): HourService {
  const over = new AbortController();
  let isDisposed = false;
  const settle = async (): Promise<void> => {
    try {
      await hours.settle();
      onSettled();
    } catch (error) {
      // what the end cuts off, the next process goes on with
      if (!isDisposed) log.warn(failureFields(error), 'settling hours failed, it is tried again');
    }
  };
  const run = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await settle();
      await clock.sleep(everyMs, over.signal).catch(() => {});
    }
  };
  const running = run();
  return {
    finish: async () => {
      over.abort();
      await running;
      await settle();
    },
    [Symbol.asyncDispose]: async () => {
      isDisposed = true;
      over.abort();
    },
  };
}
