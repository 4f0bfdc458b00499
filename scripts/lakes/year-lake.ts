import { crc32 } from 'node:zlib';
import { noteStart } from '../../src/consumer/ledger/notes/chain-start.ts';
import type { Catalog, ObjectStore } from '../../src/consumer/ports/lake.ts';
import { createJsonCatalog } from '../../src/lake/catalog/json-catalog.ts';
import { createMemoryObjectStore } from '../../src/lake/store/memory-object-store.ts';
import { createColumnEncoder } from '../../src/parquet/column-encoder.ts';
import { msPerDay, msPerHour } from '../../src/runtime/duration.ts';
import { hivePath, partitionKeys } from '../../src/schema/partitions/layout.ts';
import { parseColumns } from '../../src/schema/types/hive-ddl.ts';
import { countRequests, type Requests } from './count-requests.ts';
import type { YearLake } from './ledger-year-jobs.ts';
import { SimulatedYear } from './simulated-year.ts';

const table = 'readings';
const topic = 'thermometer';
const recordsPerBatch = 100;
const partitions = 4;
const startMs = Date.parse('2025-11-01T00:00:00Z');

export interface YearSize {
  /** Batches of each of four Kafka partitions. */
  readonly batches: number;
  /** Holds what is written over the year. */
  readonly overlay: ObjectStore;
}

/** Writes what the service would have written beside entries and objects: segments, and where the chains begin. */
export async function writeYear(
  size: YearSize,
  onPartition: (partition: number, segments: number) => void,
): Promise<void> {
  const year = await simulate(size);
  for (let partition = 0; partition < partitions; partition++) {
    onPartition(partition, await year.writeSegments(partition));
    await noteStart(year, { table, topic, partition }, { from: 0n, notedAt: new Date(startMs).toISOString() });
  }
}

/** Opens the lake at the year's end; its requests are counted from now on. */
export async function openYear(size: YearSize): Promise<{ readonly lake: YearLake; readonly requests: Requests }> {
  const year = await simulate(size);
  const { store, requests } = countRequests(year);
  const { batches } = size;
  const nowMs = startMs + batches * everyMs(batches);
  const catalog = await catalogOf(year, nowMs);
  const end = BigInt(batches * recordsPerBatch);
  return { lake: { store, catalog, table, topic, partitions, end, nowMs }, requests };
}

async function simulate({ batches, overlay }: YearSize): Promise<SimulatedYear> {
  const file = await parquetFile();
  const size = { partitions, batches, recordsPerBatch, everyMs: everyMs(batches) };
  return new SimulatedYear({ table, topic, ...size, startMs, file, fileCrc32: crc32(file), overlay });
}

function everyMs(batches: number): number {
  return Math.floor((365 * msPerDay) / batches);
}

/** A file of one batch's rows. All objects are this file, so their rows' coordinates are those of the first batch. */
async function parquetFile(): Promise<Uint8Array> {
  const rows = <T>(make: (row: number) => T): T[] => Array.from({ length: recordsPerBatch }, (_, row) => make(row));
  const offsets = BigInt64Array.from(rows(BigInt));
  const temperatures = Float64Array.from(rows((row) => 36 + row / 100));
  return createColumnEncoder({ codec: 'zstd', rowGroupRows: 1000 }).encode({
    rowCount: recordsPerBatch,
    columns: [
      {
        name: 'kafka_partition',
        type: { kind: 'int' },
        data: { kind: 'int', values: new Int32Array(recordsPerBatch) },
      },
      { name: 'kafka_offset', type: { kind: 'bigint' }, data: { kind: 'bigint', values: offsets } },
      { name: 'temperature', type: { kind: 'double' }, data: { kind: 'double', values: temperatures } },
    ],
  });
}

/** The catalog after the year: the table, and a partition for each hour. */
async function catalogOf(year: SimulatedYear, endMs: number): Promise<Catalog> {
  const catalog = createJsonCatalog({ store: createMemoryObjectStore(), database: 'simulated' });
  const keys = partitionKeys('hour');
  const names = keys.map(({ name }) => name);
  const columns = parseColumns('kafka_partition int, kafka_offset bigint, temperature double');
  await catalog.create({ name: table, columns, partitionKeys: keys, location: year.uri(`${table}/`), parameters: {} });
  const created = await catalog.load(table);
  if (created === undefined) throw new Error('the table was created');
  const hours = Array.from({ length: Math.ceil((endMs - startMs) / msPerHour) }, (_, hour) => {
    const at = new Date(startMs + hour * msPerHour).toISOString();
    const values = [at.slice(0, 10), at.slice(11, 13)];
    return { values, location: year.uri(`${table}/${hivePath(names, values)}/`) };
  });
  await catalog.addPartitions(created, hours);
  return catalog;
}
