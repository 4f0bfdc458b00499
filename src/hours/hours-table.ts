import { hoursSuffix, kindParameter } from '../consumer/ports/catalog-rules.ts';
import type { ColumnarTable } from '../consumer/ports/columnar-table.ts';
import { DictionaryBuilder } from '../consumer/ports/dictionary-builder.ts';
import type { Catalog, CatalogTable, ObjectStore } from '../consumer/ports/lake.ts';
import type { ParquetEncoder } from '../consumer/ports/parquet.ts';
import { PipelineError } from '../runtime/errors.ts';
import { hivePath } from '../schema/partitions/layout.ts';
import type { Column } from '../schema/types/column-type.ts';
import type { HourChange } from './hour-document.ts';

const keys: readonly Column[] = [{ name: 'event_date', type: { kind: 'string' } }];

const columns: readonly Column[] = [
  { name: 'hour', type: { kind: 'string' }, comment: 'like 2026-11-23T09, UTC' },
  { name: 'revision', type: { kind: 'int' }, comment: 'of the hour’s changes, from 1: the highest one counts' },
  { name: 'state', type: { kind: 'string' }, comment: 'filling, complete or reopened' },
  { name: 'rows', type: { kind: 'bigint' } },
  { name: 'since', type: { kind: 'timestamp' } },
  {
    name: 'late_rows',
    type: { kind: 'bigint' },
    comment: 'rows that came after the hour was complete for the first time',
  },
];

export function hoursTableName(table: string): string {
  return `${table}${hoursSuffix}`;
}

export interface HoursTableOptions {
  readonly store: ObjectStore;
  readonly catalog: Catalog;
  readonly encoder: ParquetEncoder;
  readonly table: string;
}

/**
 * `<table>_hours`: a row for each change of an hour. Every change is an object of its own whose key follows from hour and revision, so that any
 * process may write it, again and again, and a query sees each change once.
 */
export class HoursTable {
  readonly #options: HoursTableOptions;
  #table: CatalogTable | undefined;
  readonly #days = new Set<string>();

  constructor(options: HoursTableOptions) {
    this.#options = options;
  }

  /** Rejects with TABLE_MISMATCH when another table has the name. */
  async add(hour: string, change: HourChange): Promise<void> {
    const { store, encoder, table } = this.#options;
    const name = hoursTableName(table);
    const found = await this.#provide(name);
    const day = hour.slice(0, 10);
    const folder = folderOf(name, day);
    const key = keyOfChange(name, hour, change);
    // a refusal means that it is there
    await store.put(key, await encoder.encode(rowOf(hour, change)), { ifAbsent: true });
    if (this.#days.has(day)) return;
    await this.#options.catalog.addPartitions(found, [{ values: [day], location: store.uri(folder) }]);
    this.#days.add(day);
  }

  async #provide(name: string): Promise<CatalogTable> {
    if (this.#table !== undefined) return this.#table;
    const { catalog, store } = this.#options;
    const parameters = { 'glueless.format': '1', [kindParameter]: 'hours' };
    const definition = { name, columns, partitionKeys: keys, location: store.uri(`${name}/`), parameters };
    const present = await catalog.load(name);
    if (present === undefined) await catalog.create(definition);
    const table = present ?? (await catalog.load(name));
    if (table?.parameters[kindParameter] !== 'hours') throw mismatch(name);
    this.#table = table;
    return table;
  }
}

function folderOf(name: string, day: string): string {
  return `${name}/${hivePath(['event_date'], [day])}/`;
}

/** The key of a change's object in the table of hours that is called so. */
export function keyOfChange(name: string, hour: string, { revision }: Pick<HourChange, 'revision'>): string {
  return `${folderOf(name, hour.slice(0, 10))}${hour}-r${revision}.parquet`;
}

/** Reads back which change an object is of; `undefined` for a key that is none's. */
export function changeOfKey(key: string): { readonly hour: string; readonly revision: number } | undefined {
  const [, hour, revision] = /\/(\d{4}-\d\d-\d\dT\d\d)-r(\d+)\.parquet$/.exec(key) ?? [];
  return hour === undefined ? undefined : { hour, revision: Number(revision) };
}

function rowOf(hour: string, { revision, state, rows, at, lateRows }: HourChange): ColumnarTable {
  const data = {
    hour: stringOf(hour),
    revision: { kind: 'int', values: Int32Array.of(revision) },
    state: stringOf(state),
    rows: { kind: 'bigint', values: BigInt64Array.of(BigInt(rows)) },
    since: { kind: 'timestamp', values: Float64Array.of(Date.parse(at)) },
    late_rows: { kind: 'bigint', values: BigInt64Array.of(BigInt(lateRows)) },
  } as const;
  const of = (name: string) => Object.entries(data).flatMap(([key, values]) => (key === name ? [values] : []));
  return {
    rowCount: 1,
    columns: columns.flatMap(({ name, type }) => of(name).map((each) => ({ name, type, data: each }))),
  };
}

function stringOf(value: string) {
  const dictionary = new DictionaryBuilder();
  const ids = Int32Array.of(dictionary.idOf(value));
  return { kind: 'string', ids, dictionary: dictionary.finish() } as const;
}

function mismatch(name: string): PipelineError {
  return new PipelineError('TABLE_MISMATCH', {
    message: `the table ${name} is there and is not one of hours`,
    retryable: false,
    details: { table: name },
    hint: 'give that table another name, or leave HOURS_EVERY_SECONDS out',
  });
}
