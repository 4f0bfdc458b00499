import { randomUUID } from 'node:crypto';
import { defaultRecipe } from '../../bench/support/recipe.ts';
import { commitBatch } from '../../src/consumer/commit/commit-batch.ts';
import type { CommitTools } from '../../src/consumer/commit/tools/commit-tools.ts';
import { Ledger } from '../../src/consumer/ledger/ledger.ts';
import type { ObjectStore } from '../../src/consumer/ports/lake.ts';
import { SnapshotSchedule } from '../../src/consumer/snapshot/snapshot-schedule.ts';
import { TableWriter } from '../../src/consumer/table/table-writer.ts';
import { createIcebergTables } from '../../src/iceberg/catalogs/iceberg-tables.ts';
import { readManifests } from '../../src/iceberg/manifests/read-snapshot.ts';
import { TableFiles } from '../../src/iceberg/manifests/table-files.ts';
import { currentSnapshot } from '../../src/iceberg/metadata/table-metadata.ts';
import { readRecordBatches } from '../../src/kafka/format/record-batch.ts';
import { writeRecordBatch } from '../../src/kafka/format/record-batch-writer.ts';
import { packRecordSet } from '../../src/kafka/format/record-set.ts';
import { createJsonIcebergCatalog } from '../../src/lake/catalog/json-iceberg-catalog.ts';
import { createMemoryObjectStore } from '../../src/lake/store/memory-object-store.ts';
import { createColumnEncoder } from '../../src/parquet/column-encoder.ts';
import { hyparquetReader } from '../../src/parquet/read/parquet-reader.ts';
import { readingAt } from '../../src/producer/thermometer.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { msPerMinute } from '../../src/runtime/duration.ts';
import { countRequests, type Requests } from './count-requests.ts';

const table = 'readings';
const topic = 'thermometer';
const startMs = Date.parse('2026-11-26T00:00:00Z');
const ward = { seed: 1, patients: 50 };

export interface DayOptions {
  /** One a minute. */
  readonly commits: number;
  readonly partitions: number;
  /** Of each Kafka partition, a minute. */
  readonly records: number;
}

/** What one commit cost, and what it left behind. */
export interface MeasuredCommit {
  /** Of the processor, the garbage collector's included. */
  readonly cpuMs: number;
  readonly requests: Requests;
  /** Bytes of the table's metadata file, of its list of manifests, and of the manifests themselves. */
  readonly metadataBytes: number;
  readonly listBytes: number;
  readonly manifestBytes: number;
  readonly manifests: number;
  readonly snapshots: number;
}

/**
 * Writes a batch of each Kafka partition a minute and commits them, by everything real but broker, clock and store: the clock goes a minute
 * further at once, and the store is in memory.
 */
export async function* simulateDay({ commits, partitions, records }: DayOptions): AsyncGenerator<MeasuredCommit> {
  const day = openDay();
  const signal = new AbortController().signal;
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  for (let minute = 0; minute < commits; minute++) {
    for (const partition of all) await writeBatch(day, { partition, from: minute * records, records });
    day.passMinute();
    const before = { ...day.requests };
    const cpuBefore = process.cpuUsage();
    await day.schedule.tick({ partitions: all, writtenMs: day.clock.monotonicMs(), waitingSinceMs: undefined }, signal);
    const { user, system } = process.cpuUsage(cpuBefore);
    yield { cpuMs: (user + system) / 1000, requests: difference(day.requests, before), ...(await sizesOf(day)) };
  }
}

function openDay() {
  let passedMs = 0;
  const clock: Clock = {
    nowMs: () => startMs + passedMs,
    monotonicMs: () => passedMs,
    sleep: async (ms) => {
      passedMs += ms;
    },
  };
  const { store, requests } = countRequests(createMemoryObjectStore());
  const iceberg = createJsonIcebergCatalog({ store, database: 'day', clock });
  const ledger = new Ledger(store);
  const tools: CommitTools = {
    ledger,
    writer: new TableWriter({
      store,
      catalog: createIcebergTables(iceberg),
      encoder: createColumnEncoder({ codec: 'zstd', rowGroupRows: 100_000 }),
      parquet: hyparquetReader,
      table,
      topic,
    }),
    table,
    topic,
    tableFormat: 'iceberg',
    recipe: defaultRecipe,
    clock,
    random: () => 0,
    newWriterId: randomUUID,
    observer: {},
    patienceMs: 5000,
  };
  let snapshotId = BigInt(startMs) * 1000n;
  const snapshots = {
    iceberg,
    store,
    parquet: hyparquetReader,
    ledger,
    table,
    topic,
    clock,
    newTryId: randomUUID,
    newSnapshotId: () => ++snapshotId,
  };
  const schedule = new SnapshotSchedule({ snapshots, tools, everyMs: msPerMinute });
  const passMinute = (): void => {
    passedMs += msPerMinute;
  };
  return { store, requests, clock, passMinute, iceberg, tools, schedule };
}

type Day = ReturnType<typeof openDay>;

interface Minute {
  readonly partition: number;
  /** Offset of the first record. */
  readonly from: number;
  readonly records: number;
}

async function writeBatch({ clock, tools }: Day, { partition, from: first, records }: Minute): Promise<void> {
  const timestampMs = clock.nowMs();
  const messages = Array.from({ length: records }, (_, index) => {
    const reading = readingAt(ward, first + index, timestampMs);
    return { key: reading.patientId, value: JSON.stringify(reading), timestampMs };
  });
  const written = {
    producerId: -1n,
    producerEpoch: -1,
    baseSequence: -1,
    compression: 'none',
    nowMs: timestampMs,
  } as const;
  const bytes = writeRecordBatch(messages, written);
  const from = BigInt(first);
  bytes.writeBigInt64BE(from, 0);
  const range = { topic, partition, from, to: from + BigInt(records) };
  const { chunk } = packRecordSet({ batches: readRecordBatches(bytes, from).batches, aborted: [] }, range);
  const batch = { ...range, records, bytes: bytes.length, slices: [{ chunk, first: 0, end: records }] };
  const result = await commitBatch({ batch, reason: 'age', commitOffset: async () => {} }, tools);
  if (result.kind !== 'committed') throw new Error('nobody else writes');
}

async function sizesOf({ store, iceberg }: Day) {
  const loaded = await iceberg.load(table);
  const snapshot = loaded && currentSnapshot(loaded.metadata);
  if (loaded === undefined || snapshot === undefined) throw new Error('the table has no snapshot');
  const files = new TableFiles(store);
  const manifests = await readManifests(snapshot, files);
  return {
    metadataBytes: await sizeOf(store, files.keyOf(loaded.metadataLocation)),
    listBytes: await sizeOf(store, files.keyOf(snapshot['manifest-list'])),
    manifestBytes: manifests.reduce((sum, { manifest_length: length }) => sum + length, 0),
    manifests: manifests.length,
    snapshots: loaded.metadata.snapshots.length,
  };
}

async function sizeOf(store: ObjectStore, key: string): Promise<number> {
  return (await store.head(key))?.size ?? 0;
}

function difference(after: Requests, before: Requests): Requests {
  return {
    put: after.put - before.put,
    get: after.get - before.get,
    head: after.head - before.head,
    list: after.list - before.list,
    delete: after.delete - before.delete,
  };
}
