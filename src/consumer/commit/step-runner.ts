import { retry } from '../../runtime/retry.ts';
import type { CommitTools } from './commit-tools.ts';
import type { StepName } from './pipeline-observer.ts';

export type StepRunner = <T>(name: StepName, work: () => Promise<T>) => Promise<T>;

/** Runs steps: tells the observer before and after, and tries again what may succeed later, until `signal` is aborted. */
export function stepRunner({ clock, random, observer, patienceMs }: CommitTools, signal?: AbortSignal): StepRunner {
  return async (name, work) => {
    const startMs = clock.monotonicMs();
    await observer.step?.(name, 'before', 0);
    const result = await retry(work, {
      clock,
      random,
      attemptsMax: 100,
      totalMs: patienceMs,
      delayMs: 200,
      delayMaxMs: 15_000,
      ...(signal && { signal }),
      onRetry: (error, attempt, delayMs) => observer.retrying?.(name, error, attempt, delayMs),
    });
    await observer.step?.(name, 'after', clock.monotonicMs() - startMs);
    return result;
  };
}
