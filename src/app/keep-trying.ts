import { systemClock } from '../runtime/clock.ts';
import type { Config } from './config.ts';
import type { Logger } from './logger.ts';
import { retry } from '../runtime/retry.ts';
import { failureFields } from './log-observer.ts';
import type { StopSignal } from './signals.ts';

export interface PersistenceOptions {
  readonly config: Pick<Config, 'RETRY_SECONDS'>;
  readonly log: Logger;
  readonly stop: StopSignal;
}

/** Tries again for RETRY_SECONDS what may pass by itself, and says so. */
export async function persist<T>(
  what: string,
  work: () => Promise<T>,
  { config, log, stop }: PersistenceOptions,
): Promise<T> {
  return retry(work, {
    clock: systemClock,
    random: Math.random,
    attemptsMax: 1000,
    totalMs: config.RETRY_SECONDS * 1000,
    delayMs: 300,
    delayMaxMs: 5000,
    signal: stop.signal,
    onRetry: (error, attempt, delayMs) => log.warn({ attempt, delayMs, ...failureFields(error) }, what),
  });
}
