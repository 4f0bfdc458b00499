import { randomUUID } from 'node:crypto';
import type { HourChange } from '../../src/hours/hour-document.ts';
import { HourKeeper, type HourKeeperOptions } from '../../src/hours/hour-keeper.ts';
import { hoursTableName, HoursTable } from '../../src/hours/hours-table.ts';
import { Ledger } from '../../src/consumer/ledger/ledger.ts';
import { isCommitted, type CommittedEntry } from '../../src/consumer/ledger/entry/ledger-entry.ts';
import type { Catalog, ObjectStore } from '../../src/consumer/ports/lake.ts';
import type { Watermarks } from '../../src/consumer/ports/topic.ts';
import { createJsonCatalog } from '../../src/lake/catalog/json-catalog.ts';
import { createMemoryObjectStore } from '../../src/lake/store/memory-object-store.ts';
import { createColumnEncoder } from '../../src/parquet/column-encoder.ts';
import { hyparquetReader } from '../../src/parquet/read/parquet-reader.ts';
import { claimOf, committedOf } from './ledger-entries.ts';
import { testPath, testTable, testTopic } from './lake.ts';

export const minuteMs = 60_000;

/** The day of the tests' hours. */
const day = '2026-11-23';

/** Gives a time of the day by the clock: `09:59`. */
export const time = (clock: string): string => `${day}T${clock}:00.000Z`;

/** Gives an hour of the day by its name: `09`. */
export const hour = (name: string): string => `${day}T${name}`;

/** What one batch is made of: records of one Kafka partition that were sent and claimed at a time, and the hours of their rows. */
export interface TestBatch {
  readonly partition?: number;
  readonly rows: Readonly<Record<string, number>>;
  /** Kafka timestamp of its last record; the time of the claim when left out. */
  readonly sent?: string;
  /** When it was claimed and committed. */
  readonly at: string;
  /** The newest event time; `sent` when left out. */
  readonly eventTime?: string;
  /** Checksum of each of its objects: other values have another one. */
  readonly crc32?: number;
}

export function entryOf(
  { partition = 0, rows, at, sent = at, eventTime = sent, crc32 = 7 }: TestBatch,
  from: bigint,
): CommittedEntry {
  const count = Object.values(rows).reduce((sum, each) => sum + each, 0);
  const objects = Object.entries(rows).map(([name, each]) => ({
    key: `${testTable}/${name}-${partition}-${from}.parquet`,
    kind: 'rows' as const,
    rows: each,
    bytes: 1000,
    crc32,
    partition: name.split('T'),
  }));
  const claim = claimOf(from, from + BigInt(count), { partition, claimedAt: at });
  const lastRecord = { offset: claim.to - 1n, timestampMs: Date.parse(sent), valueCrc32: 1 };
  return committedOf(claim, {
    committedAt: at,
    records: count,
    rows: count,
    objects,
    maxEventTime: eventTime,
    lastRecord,
  });
}

/** A ledger in memory that is written by hand, a broker that holds what was written, and a clock that is set. */
export class HourLake {
  readonly store: ObjectStore;
  readonly catalog: Catalog;
  readonly ledger: Ledger;
  readonly ends = new Map<number, Watermarks>();
  readonly changes: (HourChange & { readonly hour: string })[] = [];
  now = '';

  constructor(partitions: number, store = createMemoryObjectStore()) {
    this.store = store;
    this.catalog = createJsonCatalog({ store, database: 'test' });
    this.ledger = new Ledger(store);
    for (let partition = 0; partition < partitions; partition++) this.ends.set(partition, { low: 0n, high: 0n });
  }

  /** Records that Kafka holds and nobody has written. */
  publish(partition: number, count: number): void {
    const { low, high } = this.ends.get(partition) ?? { low: 0n, high: 0n };
    this.ends.set(partition, { low, high: high + BigInt(count) });
  }

  async write(batch: TestBatch): Promise<void> {
    const { partition = 0 } = batch;
    const path = testPath(partition);
    const from = (await this.ledger.last(path, undefined))?.entry.to ?? 0n;
    const { outcome, ...entry } = entryOf(batch, from);
    const claimed = await this.ledger.claim({ ...entry, state: 'claimed' as const });
    if (claimed.kind !== 'ours') throw new Error('taken');
    await this.ledger.replace(claimed.claim, { ...entry, outcome });
    const { low, high } = this.ends.get(partition) ?? { low: 0n, high: 0n };
    this.ends.set(partition, { low, high: entry.to > high ? entry.to : high });
    this.now = batch.at;
  }

  /** Replaces the rows of the entry at this offset, as a replay does that exchanges event times: positions stay. */
  async replay(from: bigint, rows: TestBatch['rows'], { partition = 0, crc32 = 7 } = {}): Promise<void> {
    const found = await this.ledger.get(testPath(partition), from);
    if (found === undefined || !isCommitted(found.entry)) throw new Error(`no entry at ${from}`);
    const { entry } = found;
    const { objects } = entryOf({ partition, rows, at: this.now, crc32 }, from).outcome;
    const outcome = { ...entry.outcome, committedAt: this.now, objects };
    await this.ledger.replace(found, { ...entry, generation: entry.generation + 1, outcome });
  }

  keeper(store = this.store, more: Partial<HourKeeperOptions> = {}): HourKeeper {
    const catalog = createJsonCatalog({ store, database: 'test' });
    const encoder = createColumnEncoder({ codec: 'zstd', rowGroupRows: 1000 });
    return new HourKeeper({
      store,
      ledger: new Ledger(store),
      table: testTable,
      topic: testTopic,
      reader: { describe: async () => ({ topicId: undefined, partitions: new Map(this.ends) }) },
      hoursTable: new HoursTable({ store, catalog, encoder, table: testTable }),
      clock: { nowMs: () => Date.parse(this.now), monotonicMs: () => Date.parse(this.now), sleep: async () => {} },
      latenessMs: 5 * minuteMs,
      idleMs: 10 * minuteMs,
      futureDaysMax: 1,
      pastDaysMax: 30,
      channels: [],
      writer: randomUUID(),
      observer: { changed: (name, change) => this.changes.push({ hour: name, ...change }) },
      ...more,
    });
  }

  /** The states of hours as `09 complete 30+2`: rows, late ones of them. */
  async settle(keeper: HourKeeper, now = this.now): Promise<string[]> {
    this.now = now;
    const settled = await keeper.settle();
    return settled.map(({ id, value }) => {
      const { state, rows, lateRows } = value.changes.at(-1) ?? { state: 'none', rows: 0, lateRows: 0 };
      return `${id.slice(11)} ${state} ${rows}${lateRows > 0 ? `+${lateRows}` : ''}`;
    });
  }

  /** What a query sees of `<table>_hours`. */
  async tableRows(): Promise<Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = [];
    for await (const { key } of this.store.list(`${hoursTableName(testTable)}/`)) {
      const stored = await this.store.get(key);
      if (stored !== undefined) rows.push(...(await hyparquetReader.rows(stored.bytes)));
    }
    return rows;
  }
}
