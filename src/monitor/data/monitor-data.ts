import type { Clock } from '../../runtime/clock.ts';
import type { HourState } from '../../hours/hour-state.ts';
import { AnswerCache, type Answer } from './answer-cache.ts';
import { settledHours, type SettledHours } from './hour-states.ts';
import type { HourWindow } from './hour-window.ts';
import { queryHourlyValues, type HourlyValue } from './hourly-values.ts';
import { queryReadings, type Reading } from './readings.ts';
import { checkHourly, shownColumns, type ShownColumns } from './table-columns.ts';
import type { TableQueries } from './table-queries.ts';
import { arrangeWard, type Band, type WardRow } from './ward.ts';

export interface MonitorDataOptions {
  readonly queries: TableQueries;
  readonly table: string;
  readonly clock: Clock;
  readonly refreshMs: number;
  readonly band: Band;
  /** The columns of the ward: whose values, and the values. */
  readonly ward: WardColumns;
  /** The states of the table's hours from one on, like `2026-11-23T09`. */
  readonly readHours: (since: string) => Promise<readonly HourState[]>;
}

/** Whose values the ward shows, and the values. */
export interface WardColumns {
  readonly key: string;
  readonly value: string;
}

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

/** Hours of a chosen number, for the values of a chosen key that have the most rows. */
export interface TableAnswer {
  readonly hours: readonly string[];
  readonly settled: SettledHours;
  readonly columns: ShownColumns;
  readonly value: string;
  readonly key: string;
  readonly rows: readonly WardRow[];
}

const groupsMax = 100;
const answersMax = 200;
const readingsMax = 200;

/** What the pages show, from the cache where it is young enough. Every call rejects with TABLE_MISSING, REPORT_UNSUITABLE or QUERY_*. */
export class MonitorData {
  readonly #options: MonitorDataOptions;
  readonly #queries: TableQueries;
  readonly #wards: AnswerCache<WardAnswer>;
  readonly #histories: AnswerCache<History>;
  readonly #tables: AnswerCache<TableAnswer>;

  constructor(options: MonitorDataOptions) {
    this.#options = options;
    this.#queries = options.queries;
    const limits = { clock: options.clock, freshMs: options.refreshMs, answersMax };
    this.#wards = new AnswerCache({ ...limits, answersMax: 4 });
    this.#histories = new AnswerCache(limits);
    this.#tables = new AnswerCache(limits);
  }

  async ward(window: HourWindow): Promise<Answer<WardAnswer>> {
    const { table: name, band, ward } = this.#options;
    return this.#wards.get(`${window.hours.length}`, () =>
      this.#queries.run(name, async (engine, table) => {
        checkHourly(table, [ward.key, ward.value]);
        const settled = await this.#settled(window);
        const values = await queryHourlyValues(engine, { table: name, ...ward, window });
        return { hours: window.hours, settled, rows: arrangeWard(values, window, band) };
      }),
    );
  }

  async history(group: string, window: HourWindow): Promise<Answer<History>> {
    const { table: name, ward } = this.#options;
    return this.#histories.get(JSON.stringify([group, window.hours.length]), () =>
      this.#queries.run(name, async (engine, table) => {
        checkHourly(table, [ward.key, ward.value]);
        const settled = await this.#settled(window);
        const query = { table: name, ...ward, window, group };
        const values = new Map((await queryHourlyValues(engine, query)).map((value) => [value.hour, value]));
        const readings = await queryReadings(engine, { ...query, columns: table.columns, limit: readingsMax });
        return { hours: window.hours, settled, values: window.hours.map((hour) => values.get(hour)), readings };
      }),
    );
  }

  /** Hours of any number; of columns that are not given or not there, the first that fit. */
  async table(
    asked: { readonly value: string | undefined; readonly key: string | undefined },
    window: HourWindow,
  ): Promise<Answer<TableAnswer>> {
    const { table: name } = this.#options;
    return this.#tables.get(JSON.stringify([asked.value, asked.key]), () =>
      this.#queries.run(name, async (engine, table) => {
        const columns = shownColumns(table);
        const [value = '', key = ''] = [chosen(columns.values, asked.value), chosen(columns.keys, asked.key)];
        checkHourly(table, [value, key]);
        const settled = await this.#settled(window);
        const values = await queryHourlyValues(engine, { table: name, value, key, window, groupsMax });
        const rows = arrangeWard(values, window, undefined);
        return { hours: window.hours, settled, columns, value, key, rows };
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
}

function chosen(names: readonly string[], asked: string | undefined): string | undefined {
  return names.find((name) => name === asked) ?? names[0];
}
