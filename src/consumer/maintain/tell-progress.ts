import type { Clock } from '../../runtime/clock.ts';
import type { RewriteProgress } from '../ports/parquet-rewriter.ts';
import type { UpkeepObserver } from './upkeep.ts';

/** Files whose rows become one file, which may take long. */
export interface LongMerge {
  readonly table: string;
  readonly partition: readonly string[];
  readonly files: number;
}

/** Time between two events of one merge; a shorter merge has none. */
const tellEveryMs = 10_000;

/** Makes what tells now and then how far a merge is. */
export function progressTeller(
  { table, partition, files }: LongMerge,
  { observe, clock }: { readonly observe: UpkeepObserver; readonly clock: Pick<Clock, 'monotonicMs'> },
): (progress: RewriteProgress) => void {
  let toldMs = clock.monotonicMs();
  return ({ done, all }) => {
    const nowMs = clock.monotonicMs();
    if (nowMs - toldMs < tellEveryMs) return;
    toldMs = nowMs;
    observe({ kind: 'merging', table, partition, files, done, all });
  };
}
