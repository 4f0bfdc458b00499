import { readAuditNote, type AuditNote } from '../../consumer/audit/audit-note.ts';
import { Ledger } from '../../consumer/ledger/ledger.ts';
import type { ObjectStore } from '../../consumer/ports/lake.ts';
import { deadLetterTable } from '../../consumer/table/dead-letters/dead-letter-table.ts';
import type { HourState } from '../../hours/hour-state.ts';
import type { Clock } from '../../runtime/clock.ts';
import { msPerDay, msPerHour } from '../../runtime/duration.ts';
import { AnswerCache, type Answer } from '../data/answer-cache.ts';
import { hourAt } from '../../hours/hour-state.ts';
import type { TableQueries } from '../data/table-queries.ts';
import { figuresOf, type BatchFigures } from './batch-figures.ts';
import { columnOrigins, type ColumnOrigin } from './column-origins.ts';
import { queryDeadLetters, type DeadLetters } from './dead-letters.ts';
import { RecentBatches } from './recent-batches.ts';
import { readServiceMetrics, type ServiceMetrics } from './service-metrics.ts';

export interface PipelineDataOptions {
  readonly store: ObjectStore;
  readonly queries: TableQueries;
  readonly table: string;
  readonly topic: string;
  readonly clock: Clock;
  /** Age at which what costs a query is asked for again. */
  readonly refreshMs: number;
  readonly metricsUrls: readonly URL[];
  readonly readHours: (since: string) => Promise<readonly HourState[]>;
}

/** What changes while somebody looks. */
export interface PipelineFigures {
  readonly batches: BatchFigures;
  /** Left out where no consumer's metrics are known. */
  readonly service: ServiceMetrics | undefined;
  readonly hours: readonly HourState[];
  readonly audit: AuditNote | undefined;
}

/** What changes seldom. */
export interface PipelineHistory {
  readonly columns: readonly ColumnOrigin[];
  /** `undefined` where there were never any. */
  readonly deadLetters: DeadLetters | undefined;
}

export const figureHours = 24;
const liveMs = 5000;
const deadLetterDays = 7;

/** The pipeline's facts, read once for all who look. */
export class PipelineData {
  readonly #options: PipelineDataOptions;
  readonly #ledger: Ledger;
  readonly #batches: RecentBatches;
  readonly #figures: AnswerCache<PipelineFigures>;
  readonly #history: AnswerCache<PipelineHistory>;

  constructor(options: PipelineDataOptions) {
    const { clock, store, table, topic } = options;
    this.#options = options;
    this.#ledger = new Ledger(store);
    this.#batches = new RecentBatches({ store, ledger: this.#ledger, table, topic, keptMs: figureHours * msPerHour });
    this.#figures = new AnswerCache({ clock, freshMs: liveMs, answersMax: 1 });
    this.#history = new AnswerCache({ clock, freshMs: options.refreshMs, answersMax: 1 });
  }

  /** Rejects with STORE_* or LEDGER_*. */
  async figures(): Promise<Answer<PipelineFigures>> {
    return this.#figures.get('', async () => {
      const { clock, store, topic, metricsUrls, readHours } = this.#options;
      const nowMs = clock.nowMs();
      const [batches, service, hours, audit] = await Promise.all([
        this.#batches.upTo(nowMs),
        metricsUrls.length === 0 ? undefined : readServiceMetrics(metricsUrls, topic),
        readHours(hourAt(nowMs - figureHours * msPerHour)),
        readAuditNote(store, this.#options),
      ]);
      return { batches: figuresOf(batches, nowMs), service, hours, audit };
    });
  }

  /** Rejects with TABLE_MISSING, QUERY_*, STORE_* or LEDGER_*. */
  async history(): Promise<Answer<PipelineHistory>> {
    const { queries, table, clock } = this.#options;
    return this.#history.get('', async () => {
      const columns = await queries.run(table, async (_, { columns: all }) => all);
      const since = new Date(clock.nowMs() - deadLetterDays * msPerDay).toISOString().slice(0, '2026-11-23'.length);
      const name = deadLetterTable(table);
      const deadLetters = (await queries.has(name))
        ? await queries.run(name, async (engine) => queryDeadLetters(engine, name, since))
        : undefined;
      return { columns: await columnOrigins(columns, this.#ledger, this.#options), deadLetters };
    });
  }
}
