import type { Clock } from '../../../runtime/clock.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Recipe } from '../../ledger/entry/recipe.ts';
import type { TableFormat } from '../../ports/lake.ts';
import type { TableWriter } from '../../table/table-writer.ts';
import type { BatchTracer } from './batch-trace.ts';
import type { PipelineObserver } from './pipeline-observer.ts';
import type { Publication } from './publication.ts';

/** What turns batches into committed entries; one per process and table. */
export interface CommitTools {
  readonly ledger: Ledger;
  readonly writer: TableWriter;
  readonly table: string;
  readonly topic: string;
  readonly tableFormat: TableFormat;
  /** How this process writes batches that nobody has claimed yet. */
  readonly recipe: Recipe;
  /** Left out for tables whose objects are seen as soon as they are put. */
  readonly publication?: Publication;
  readonly clock: Clock;
  readonly random: () => number;
  /** A new unique id for each claim. */
  readonly newWriterId: () => string;
  readonly observer: PipelineObserver;
  /** Left out: nobody follows single batches. */
  readonly tracer?: BatchTracer | undefined;
  /** How long a step is tried again before the process gives up, in milliseconds. */
  readonly patienceMs: number;
}
