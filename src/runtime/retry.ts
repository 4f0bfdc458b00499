import type { Clock } from './clock.ts';
import { isRetryable } from './errors.ts';

export interface RetryOptions {
  readonly clock: Clock;
  readonly attemptsMax: number;
  /** No new attempt starts after this long, in milliseconds from the first one. */
  readonly totalMs: number;
  readonly delayMs: number;
  readonly delayMaxMs: number;
  /** Answers a number in [0, 1) that spreads the delays. */
  readonly random: () => number;
  readonly signal?: AbortSignal | undefined;
  /** Says which failures are worth another attempt; default: a `PipelineError` that is `retryable`. */
  readonly isRetryable?: (error: unknown) => boolean;
  readonly onRetry?: (error: unknown, attempt: number, delayMs: number) => void;
}

/**
 * Runs `work` until it succeeds, fails with an error that is not retryable, or attempts or time run out.
 * Waits between attempts: exponential, full jitter on the upper half. Rejects with the last error, unchanged.
 */
export async function retry<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const startMs = options.clock.monotonicMs();
  const isWorthIt = options.isRetryable ?? isRetryable;
  for (let attempt = 1; ; attempt++) {
    options.signal?.throwIfAborted();
    try {
      return await work(attempt);
    } catch (error) {
      const delayMs = backoffMs(attempt, options);
      const spentMs = options.clock.monotonicMs() - startMs;
      if (!isWorthIt(error) || attempt >= options.attemptsMax || spentMs + delayMs > options.totalMs) throw error;
      options.onRetry?.(error, attempt, delayMs);
      await options.clock.sleep(delayMs, options.signal);
    }
  }
}

function backoffMs(attempt: number, { delayMs, delayMaxMs, random }: RetryOptions): number {
  const ceilingMs = Math.min(delayMaxMs, delayMs * 2 ** (attempt - 1));
  return Math.round(ceilingMs * (0.5 + 0.5 * random()));
}
