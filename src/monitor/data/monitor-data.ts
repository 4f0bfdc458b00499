import type { CatalogTable } from '../../consumer/ports/lake.ts';
import type { Clock } from '../../runtime/clock.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { HourState } from '../../hours/hour-state.ts';
import { layoutOf } from '../../schema/layout.ts';
import { AnswerCache, type Answer } from './answer-cache.ts';
import { settledHours, type SettledHours } from './hour-states.ts';
import type { HourWindow } from './hour-window.ts';
import { queryHourlyValues, type HourlyValue } from './hourly-values.ts';
import { queryReadings, type Reading } from './readings.ts';
import { TableQueries, type QueriedLake } from './table-queries.ts';
import { arrangeWard, type Band, type WardRow } from './ward.ts';

export interface MonitorDataOptions {
  readonly lake: QueriedLake;
  readonly table: string;
  readonly clock: Clock;
  readonly refreshMs: number;
  readonly band: Band;
  /** The states of the table's hours from one on, like `2026-11-23T09`. */
  readonly readHours: (since: string) => Promise<readonly HourState[]>;
}

/** The columns of the ward: whose temperature, and the temperature. */
export const wardColumns = { key: 'patientid', value: 'temperature' } as const;

/** Every patient's hours, the most urgent first. */
export interface WardAnswer {
  readonly hours: readonly string[];
  readonly settled: SettledHours;
  readonly rows: readonly WardRow[];
}

/** One group's hours and newest values. */
export interface History {
  readonly hours: readonly string[];
  readonly settled: SettledHours;
  readonly values: readonly (HourlyValue | undefined)[];
  readonly readings: readonly Reading[];
}

const answersMax = 200;
const readingsMax = 200;

/** What the pages show, from the cache where it is young enough. Every call rejects with TABLE_MISSING, REPORT_UNSUITABLE or QUERY_*. */
export class MonitorData {
  readonly #options: MonitorDataOptions;
  readonly #queries: TableQueries;
  readonly #wards: AnswerCache<WardAnswer>;
  readonly #histories: AnswerCache<History>;

  constructor(options: MonitorDataOptions) {
    this.#options = options;
    this.#queries = new TableQueries(options.lake);
    const limits = { clock: options.clock, freshMs: options.refreshMs, answersMax };
    this.#wards = new AnswerCache({ ...limits, answersMax: 4 });
    this.#histories = new AnswerCache(limits);
  }

  async ward(window: HourWindow): Promise<Answer<WardAnswer>> {
    const { table: name, band } = this.#options;
    return this.#wards.get(`${window.hours.length}`, () =>
      this.#queries.run(name, async (engine, table) => {
        checkColumns(table, wardColumns);
        const settled = await this.#settled(window);
        const values = await queryHourlyValues(engine, { table: name, ...wardColumns, window });
        return { hours: window.hours, settled, rows: arrangeWard(values, window, band) };
      }),
    );
  }

  async history(group: string, window: HourWindow): Promise<Answer<History>> {
    const { table: name } = this.#options;
    return this.#histories.get(JSON.stringify([group, window.hours.length]), () =>
      this.#queries.run(name, async (engine, table) => {
        checkColumns(table, wardColumns);
        const settled = await this.#settled(window);
        const query = { table: name, ...wardColumns, window, group };
        const values = new Map((await queryHourlyValues(engine, query)).map((value) => [value.hour, value]));
        const readings = await queryReadings(engine, { ...query, columns: table.columns, limit: readingsMax });
        return { hours: window.hours, settled, values: window.hours.map((hour) => values.get(hour)), readings };
      }),
    );
  }

  /** Asked for before the values: an hour that is complete has at least the rows that it was complete with. */
  async #settled({ hours }: HourWindow): Promise<SettledHours> {
    const { readHours, clock } = this.#options;
    return settledHours(hours, await readHours(hours[0] ?? ''), clock.nowMs());
  }

  scannedBytes(): number | undefined {
    return this.#queries.scannedBytes();
  }

  async close(): Promise<void> {
    await this.#queries.close();
  }
}

/** Throws REPORT_UNSUITABLE for a table without these columns, or that is not partitioned by the hour. */
function checkColumns(table: CatalogTable, { key, value }: { readonly key: string; readonly value: string }): void {
  const absent = [key, value].filter((name) => !table.columns.some((column) => column.name === name));
  if (layoutOf(table.partitionKeys) === 'hour' && absent.length === 0) return;
  throw new PipelineError('REPORT_UNSUITABLE', {
    message:
      absent.length > 0
        ? `the table ${table.name} has no column ${absent.join(' and no column ')}`
        : `the table ${table.name} is not partitioned by event_date and event_hour`,
    retryable: false,
    hint: 'the monitor reads hours from tables with PARTITION_BY=hour',
  });
}
