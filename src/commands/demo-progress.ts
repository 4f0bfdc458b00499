import { readFile } from 'node:fs/promises';
import type { Screen } from '../app/screen/screen.ts';
import { systemClock } from '../runtime/clock.ts';
import { say } from './demo-parts.ts';

export interface ShownDemo {
  readonly screen: Screen | undefined;
  /** Readings that will be published. */
  readonly count: number;
  /** The consumer's log. */
  readonly logFile: string;
}

/** Runs `work`, which tells of its results, and shows meanwhile how much the consumer has written, if there is a screen. */
export async function whileShown<T>(
  { screen, count, logFile }: ShownDemo,
  work: (tell: (line: string) => void) => Promise<T>,
): Promise<T> {
  if (screen === undefined) return work(say);
  const { writtenRows } = await import('../app/screen/progress-rows.ts');
  const startMs = systemClock.monotonicMs();
  const view = async () => {
    const written = recordsIn(await readFile(logFile, 'utf8'));
    return writtenRows({ written, count, upMs: systemClock.monotonicMs() - startMs });
  };
  await using _shown = screen.show(view, () => []);
  return await work((line) => screen.aside(() => say(line)));
}

/** Counts the records of the batches that a consumer's log tells of. */
export function recordsIn(log: string): number {
  const batches = log.split('\n').filter((line) => line.includes('"msg":"batch committed"'));
  return batches.reduce((sum, line) => {
    const { rows, deadLetters, tombstones } = JSON.parse(line);
    return sum + Number(rows) + Number(deadLetters) + Number(tombstones);
  }, 0);
}
