import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { verify } from '../../src/consumer/audit/verify.ts';
import { noteStart } from '../../src/consumer/ledger/notes/chain-start.ts';
import { Ledger } from '../../src/consumer/ledger/ledger.ts';
import { mergedKey } from '../../src/consumer/ledger/keys/object-keys.ts';
import { sourceOf } from '../../src/consumer/ports/parquet.ts';
import type { Catalog, ObjectInfo, ObjectStore } from '../../src/consumer/ports/lake.ts';
import { stage, withProperties } from '../../src/consumer/snapshot/commit-snapshot.ts';
import type { SnapshotTools } from '../../src/consumer/snapshot/snapshot-tools.ts';
import { withPositions } from '../../src/consumer/snapshot/table-positions.ts';
import { describeFile } from '../../src/iceberg/manifests/data-file.ts';
import type { LoadedTable } from '../../src/iceberg/iceberg-catalog.ts';
import { createIcebergTables } from '../../src/iceberg/catalogs/iceberg-tables.ts';
import { createJsonIcebergCatalog } from '../../src/lake/catalog/json-iceberg-catalog.ts';
import { createColumnEncoder } from '../../src/parquet/column-encoder.ts';
import { hyparquetReader } from '../../src/parquet/read/parquet-reader.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { msPerHour, msPerMinute } from '../../src/runtime/duration.ts';
import { parseColumns } from '../../src/schema/types/hive-ddl.ts';
import { hivePath, partitionKeys } from '../../src/schema/partitions/layout.ts';
import { SimulatedYear } from './simulated-year.ts';

const [table, topic] = ['readings', 'thermometer'];
const partitions = 4;
const recordsPerBatch = 100;
const batchesPerHour = msPerHour / msPerMinute;
const startMs = Date.parse('2025-11-01T00:00:00Z');
const keys = partitionKeys('hour').map(({ name }) => name);

export interface MergedYearSize {
  /** Batches of each of four Kafka partitions. */
  readonly batches: number;
  /** Holds what is written: segments, and the table's metadata. */
  readonly overlay: ObjectStore;
}

export interface MergedYear {
  readonly tools: SnapshotTools;
  readonly catalog: Catalog;
  readonly nowMs: number;
}

/** The lake of a year all of whose hours were merged: entries are computed, and one file for each hour, which has its rows' coordinates. */
class MergedStore implements ObjectStore {
  readonly #year: SimulatedYear;
  readonly #size: MergedYearSize;

  constructor(year: SimulatedYear, size: MergedYearSize) {
    this.#year = year;
    this.#size = size;
  }

  uri(key: string): string {
    return this.#year.uri(key);
  }

  async put(...request: Parameters<ObjectStore['put']>): ReturnType<ObjectStore['put']> {
    return this.#year.put(...request);
  }

  async get(key: string): ReturnType<ObjectStore['get']> {
    const hour = hourOf(key);
    return hour === undefined ? this.#year.get(key) : { bytes: await hourFile(hour, this.#size), version: '1' };
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const hour = hourOf(key);
    if (hour !== undefined) return { key, size: (await hourFile(hour, this.#size)).length };
    return key.startsWith(`${table}/event_date`) ? undefined : this.#year.head(key);
  }

  async getRange(key: string, start: number, end: number): Promise<Uint8Array> {
    const hour = hourOf(key);
    return hour === undefined
      ? this.#year.getRange(key, start, end)
      : (await hourFile(hour, this.#size)).slice(start, end);
  }

  async delete(asked: readonly string[]): Promise<void> {
    await this.#year.delete(asked);
  }

  async *list(prefix: string, options: Parameters<ObjectStore['list']>[1] = {}): AsyncIterable<ObjectInfo> {
    if (!prefix.startsWith(`${table}/`)) return yield* this.#year.list(prefix, options);
    for (let hour = 0; hour < hoursOf(this.#size); hour++) {
      const key = keyOf(hour);
      const info = key.startsWith(prefix) && key > (options.startAfter ?? '') ? await this.head(key) : undefined;
      if (info !== undefined) yield info;
    }
    yield* this.#size.overlay.list(prefix, options);
  }
}

function hoursOf({ batches }: MergedYearSize): number {
  return Math.ceil(batches / batchesPerHour);
}

function valuesOf(hour: number): string[] {
  const at = new Date(startMs + hour * msPerHour).toISOString();
  return [at.slice(0, 10), at.slice(11, 13)];
}

function keyOf(hour: number): string {
  const id = `00000000-0000-0000-0000-${String(hour).padStart(12, '0')}`;
  return mergedKey({ table, topic, id }, hivePath(keys, valuesOf(hour)));
}

function hourOf(key: string): number | undefined {
  const digits = /\/merged-.*-(?<hour>\d{12})\.parquet$/.exec(key)?.groups?.['hour'];
  return digits === undefined ? undefined : Number(digits);
}

let last: { readonly hour: number; readonly bytes: Promise<Uint8Array> } | undefined;

/** The file of an hour; the last one is kept, since readers ask for its parts. */
async function hourFile(hour: number, size: MergedYearSize): Promise<Uint8Array> {
  if (last?.hour !== hour) last = { hour, bytes: writeHour(hour, size) };
  return last.bytes;
}

/** Rows are in the order of their times, as upkeep writes them: of all Kafka partitions in turn. */
async function writeHour(hour: number, { batches }: MergedYearSize): Promise<Uint8Array> {
  const first = hour * batchesPerHour * recordsPerBatch;
  const end = Math.min((hour + 1) * batchesPerHour, batches) * recordsPerBatch;
  const rowCount = (end - first) * partitions;
  const offsets = BigInt64Array.from({ length: rowCount }, (_, row) => BigInt(first + Math.floor(row / partitions)));
  const ids = Int32Array.from({ length: rowCount }, (_, row) => row % partitions);
  return createColumnEncoder({ codec: 'zstd', rowGroupRows: 100_000 }).encode({
    rowCount,
    columns: [
      { name: 'kafka_partition', type: { kind: 'int' }, data: { kind: 'int', values: ids } },
      { name: 'kafka_offset', type: { kind: 'bigint' }, data: { kind: 'bigint', values: offsets } },
    ],
  });
}

function simulate({ batches, overlay }: MergedYearSize): SimulatedYear {
  const file = Buffer.from('no object of a batch is there any more');
  const year = { table, topic, partitions, batches, recordsPerBatch, startMs, everyMs: msPerMinute };
  return new SimulatedYear({ ...year, overlay, file, fileCrc32: crc32(file), tableFormat: 'iceberg' });
}

/** Opens the lake at the year's end. */
export async function openMergedYear(size: MergedYearSize): Promise<MergedYear> {
  const { batches } = size;
  const year = simulate(size);
  const store = new MergedStore(year, size);
  const nowMs = startMs + batches * msPerMinute;
  const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => performance.now(), sleep: () => Promise.resolve() };
  const iceberg = createJsonIcebergCatalog({ store, database: 'simulated', clock });
  const shared = { iceberg, store, parquet: hyparquetReader, ledger: new Ledger(store), table, topic, clock };
  const tools = { ...shared, newTryId: randomUUID, newSnapshotId: () => BigInt(`0x${randomUUID().slice(0, 8)}`) };
  return { tools, catalog: createIcebergTables(iceberg), nowMs };
}

/** Makes the table, with the files of all hours and with positions at the ledger's end. */
export async function writeMergedYear(size: MergedYearSize): Promise<void> {
  const { tools, catalog, nowMs } = await openMergedYear(size);
  const { store, iceberg } = tools;
  const year = simulate(size);
  for (let partition = 0; partition < partitions; partition++) {
    await year.writeSegments(partition);
    await noteStart(store, { table, topic, partition }, { from: 0n, notedAt: new Date(nowMs).toISOString() });
  }
  await catalog.create({
    name: table,
    columns: parseColumns('kafka_partition int, kafka_offset bigint'),
    partitionKeys: partitionKeys('hour'),
    location: store.uri(`${table}/`),
    parameters: { 'glueless.topic': topic },
  });
  const made = await iceberg.load(table);
  if (made === undefined) throw new Error('the table was made');
  const ends = Array.from({ length: partitions }, (_, id): [number, bigint] => [
    id,
    BigInt(size.batches * recordsPerBatch),
  ]);
  const positions = withPositions(made.metadata, topic, new Map(ends));
  const plan = {
    operation: 'append' as const,
    added: files(made, size, tools),
    removedPaths: new Set<string>(),
    summary: {},
  };
  await iceberg.commit(made, withProperties(await stage(made, plan, tools), positions));
}

async function* files({ metadata }: LoadedTable, size: MergedYearSize, { store }: SnapshotTools) {
  for (let hour = 0; hour < hoursOf(size); hour++) {
    const bytes = await hourFile(hour, size);
    const statistics = await hyparquetReader.statistics(sourceOf(bytes));
    const about = { uri: store.uri(keyOf(hour)), bytes: bytes.length, partition: valuesOf(hour), statistics };
    yield describeFile(about, metadata);
  }
}

export async function auditMergedYear({ tools, catalog, nowMs }: MergedYear, deep: boolean): Promise<string> {
  const options = { ...tools, catalog, nowMs, claimAgeMaxMs: msPerHour, deep };
  const { partitions: audited, findings, findingCount } = await verify(options);
  const [first] = findings;
  const entries = audited.reduce((sum, each) => sum + each.entries, 0);
  const example = first === undefined ? '' : `, for example ${first.problem}: ${first.where} ${first.what}`;
  return `${entries} entries read, ${findingCount} findings${example}`;
}
