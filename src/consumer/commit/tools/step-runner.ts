import { retry } from '../../../runtime/retry.ts';
import type { BatchTrace } from './batch-trace.ts';
import type { CommitTools } from './commit-tools.ts';
import type { StepName } from './pipeline-observer.ts';

export type StepRunner = <T>(name: StepName, work: () => Promise<T>) => Promise<T>;

export interface StepTools extends Pick<CommitTools, 'clock' | 'random' | 'observer' | 'patienceMs'> {
  /** The batch that the steps belong to, if it is followed. */
  readonly trace?: BatchTrace | undefined;
}

/** Runs steps: tells observer and trace before and after, and tries again what may succeed later, until `signal` is aborted. */
export function stepRunner(
  { clock, random, observer, patienceMs, trace }: StepTools,
  signal?: AbortSignal,
): StepRunner {
  return async (name, work) => {
    const startMs = clock.monotonicMs();
    await observer.step?.(name, 'before', 0);
    const traced = trace?.step(name);
    try {
      const result = await retry(work, {
        clock,
        random,
        attemptsMax: 100,
        totalMs: patienceMs,
        delayMs: 200,
        delayMaxMs: 15_000,
        signal,
        onRetry: (error, attempt, delayMs) => {
          traced?.retried(error);
          observer.retrying?.(name, error, attempt, delayMs);
        },
      });
      traced?.ended();
      await observer.step?.(name, 'after', clock.monotonicMs() - startMs);
      return result;
    } catch (error) {
      traced?.ended({ error });
      throw error;
    }
  };
}
