import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { noteStart } from '../../src/consumer/ledger/notes/chain-start.ts';
import { Ledger } from '../../src/consumer/ledger/ledger.ts';
import type { Catalog, ObjectStore } from '../../src/consumer/ports/lake.ts';
import { commitSnapshot } from '../../src/consumer/snapshot/commit-snapshot.ts';
import type { SnapshotTools } from '../../src/consumer/snapshot/snapshot-tools.ts';
import { createIcebergTables } from '../../src/iceberg/catalogs/iceberg-tables.ts';
import { createJsonIcebergCatalog } from '../../src/lake/catalog/json-iceberg-catalog.ts';
import { createColumnEncoder } from '../../src/parquet/column-encoder.ts';
import { hyparquetReader } from '../../src/parquet/read/parquet-reader.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { msPerMinute } from '../../src/runtime/duration.ts';
import { partitionKeys } from '../../src/schema/partitions/layout.ts';
import { parseColumns } from '../../src/schema/types/hive-ddl.ts';
import { SimulatedYear } from './simulated-year.ts';

const table = 'readings';
const topic = 'thermometer';
const partitions = 4;
const recordsPerBatch = 100;
const startMs = Date.parse('2026-11-01T00:00:00Z');

const strings = ['deviceid', 'patientid', 'ward', 'firmware'];
const numbers = ['temperature', 'humidity', 'battery', 'signal', 'pressure'];
const kafkaColumns = 'kafka_partition int, kafka_offset bigint';
const columns = [...strings.map((name) => `${name} string`), ...numbers.map((name) => `${name} double`), kafkaColumns];

export interface LargeTable {
  readonly year: SimulatedYear;
  readonly tools: SnapshotTools;
  readonly catalog: Catalog;
  /** Batches of each Kafka partition, a minute each, of one file. */
  readonly batches: number;
  readonly partitions: number;
  readonly nowMs: number;
}

/** Opens an Iceberg table of so many files: ledger and data files are computed, what `overlay` holds is the table's metadata. */
export async function openLargeTable(files: number, overlay: ObjectStore): Promise<LargeTable> {
  const batches = Math.floor(files / partitions);
  const file = await parquetFile();
  const year = new SimulatedYear({
    table,
    topic,
    partitions,
    batches,
    recordsPerBatch,
    startMs,
    overlay,
    file,
    everyMs: msPerMinute,
    tableFormat: 'iceberg',
    fileCrc32: crc32(file),
  });
  const nowMs = startMs + batches * msPerMinute;
  const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => performance.now(), sleep: () => Promise.resolve() };
  const iceberg = createJsonIcebergCatalog({ store: year, database: 'simulated', clock });
  const shared = { iceberg, store: year, parquet: hyparquetReader, ledger: new Ledger(year), table, topic, clock };
  const tools = { ...shared, newTryId: randomUUID, newSnapshotId: () => BigInt(`0x${randomUUID().slice(0, 8)}`) };
  return { year, tools, catalog: createIcebergTables(iceberg), batches, partitions, nowMs };
}

/** Makes the table, and lets snapshots take in all files. */
export async function writeLargeTable({ year, tools, catalog, nowMs }: LargeTable): Promise<void> {
  for (let partition = 0; partition < partitions; partition++) {
    await year.writeSegments(partition);
    await noteStart(year, { table, topic, partition }, { from: 0n, notedAt: new Date(nowMs).toISOString() });
  }
  await catalog.create({
    name: table,
    columns: parseColumns(columns.join(', ')),
    partitionKeys: partitionKeys('hour'),
    location: year.uri(`${table}/`),
    parameters: { 'glueless.topic': topic },
  });
  const options = { partitions: Array.from({ length: partitions }, (_, id) => id), entriesMin: 0 };
  for (let hasMore = true; hasMore;)
    hasMore = (await commitSnapshot({ name: table, kind: 'rows' }, options, tools))?.hasMore ?? false;
}

/** The file that every object is: its rows' coordinates are those of the first batch. */
async function parquetFile(): Promise<Uint8Array> {
  const rows = Array.from({ length: recordsPerBatch }, (_, row) => row);
  const doubles = numbers.map((name, column) => ({
    name,
    type: { kind: 'double' as const },
    data: { kind: 'double' as const, values: Float64Array.from(rows, (row) => column + row / 100) },
  }));
  const texts = strings.map((name) => ({
    name,
    type: { kind: 'string' as const },
    data: { kind: 'values' as const, valueAt: (row: number) => `${name}-${String(row).padStart(12, '0')}` },
  }));
  return createColumnEncoder({ codec: 'zstd', rowGroupRows: 1000 }).encode({
    rowCount: recordsPerBatch,
    columns: [
      ...texts,
      ...doubles,
      {
        name: 'kafka_partition',
        type: { kind: 'int' },
        data: { kind: 'int', values: new Int32Array(recordsPerBatch) },
      },
      {
        name: 'kafka_offset',
        type: { kind: 'bigint' },
        data: { kind: 'bigint', values: BigInt64Array.from(rows, BigInt) },
      },
    ],
  });
}
