import type { CutReason } from '../../batch/batch-policy.ts';
import type { CommittedEntry } from '../../ledger/entry/ledger-entry.ts';
import type { OffsetRange } from '../../ports/topic.ts';
import type { StepName } from './pipeline-observer.ts';

export interface TracedBatch extends OffsetRange {
  readonly topic: string;
  readonly table: string;
  readonly reason: CutReason;
  readonly bytesIn: number;
}

/** What became of a batch; `theirs` if another process has its range. */
export type BatchEnd =
  | { readonly kind: 'committed'; readonly entry: CommittedEntry }
  | { readonly kind: 'theirs' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Follows batches on their way into the lake, each with its steps. Must not throw. */
export interface BatchTracer {
  begin(batch: TracedBatch): BatchTrace;
}

export interface BatchTrace {
  /** A step of the batch begins. */
  step(name: StepName): StepTrace;
  ended(end: BatchEnd): void;
}

export interface StepTrace {
  /** The step has failed and will be tried again. */
  retried(error: unknown): void;
  ended(failure?: { readonly error: unknown }): void;
}
