import { addAbortListener } from 'node:events';
import { systemClock } from '../runtime/clock.ts';
import type { Logger } from './observe/logger.ts';
import { retry } from '../runtime/retry.ts';
import { failureFields } from './observe/explain-failure.ts';
import type { StopSignal } from './signals.ts';

export interface KeepTryingOptions {
  /** Gives up after this long. */
  readonly retryMs: number;
  readonly log: Logger;
  readonly stop: StopSignal;
}

/** Runs `work` until it succeeds, fails for good or `retryMs` have passed; logs `what` before each new try. A signal ends it, whatever a try waits for. */
export async function keepTrying<T>(
  what: string,
  work: () => Promise<T>,
  { retryMs, log, stop: { signal } }: KeepTryingOptions,
): Promise<T> {
  const { promise: interruption, reject } = Promise.withResolvers<never>();
  interruption.catch(() => {});
  // the signal outlives this call, of which there is one for each request
  using _listening = addAbortListener(signal, () => reject(signal.reason));
  return await retry(async () => Promise.race([work(), interruption]), {
    clock: systemClock,
    random: Math.random,
    attemptsMax: 1000,
    totalMs: retryMs,
    delayMs: 300,
    delayMaxMs: 5000,
    signal,
    onRetry: (error, attempt, delayMs) => log.warn({ attempt, delayMs, ...failureFields(error) }, what),
  });
}
