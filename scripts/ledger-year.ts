import { execFileSync } from 'node:child_process';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { crc32 } from 'node:zlib';
import { noteStart } from '../src/consumer/ledger/chain-start.ts';
import type { Catalog } from '../src/consumer/ports/lake.ts';
import { createJsonCatalog } from '../src/lake/json-catalog.ts';
import { createLocalObjectStore } from '../src/lake/local-object-store.ts';
import { createMemoryObjectStore } from '../src/lake/memory-object-store.ts';
import { createColumnEncoder } from '../src/parquet/column-encoder.ts';
import { msPerDay, msPerHour } from '../src/runtime/duration.ts';
import { hivePath, partitionKeys } from '../src/schema/layout.ts';
import { parseColumns } from '../src/schema/hive-ddl.ts';
import { countRequests, sumOf, type Requests } from './count-requests.ts';
import { jobs } from './ledger-year-jobs.ts';
import { SimulatedYear } from './simulated-year.ts';

/**
 * `npm run ledger-year [-- --batches 500000]`: a year of a batch a minute in four Kafka partitions, two million ledger entries and as many
 * objects. Writes its segments once, into .cache/ledger-year, then measures, each in a process of its own that has the image's limits of memory,
 * how many requests, how long and how much memory it takes to start, to plan a replay and to audit.
 */
const { values: chosen, positionals } = parseArgs({
  allowPositionals: true,
  options: { batches: { type: 'string', default: '500000' } },
});

const table = 'readings';
const topic = 'thermometer';
const recordsPerBatch = 100;
const partitions = 4;
const batches = Number(chosen.batches);
const everyMs = Math.floor((365 * msPerDay) / batches);
const startMs = Date.parse('2025-11-01T00:00:00Z');
const endMs = startMs + batches * everyMs;
const folder = join('.cache', 'ledger-year', String(batches));

async function openYear(root: string): Promise<SimulatedYear> {
  const file = await parquetFile();
  const overlay = createLocalObjectStore({ root });
  const size = { partitions, batches, recordsPerBatch };
  return new SimulatedYear({ table, topic, ...size, everyMs, startMs, file, fileCrc32: crc32(file), overlay });
}

/** A file of one batch's rows. All objects are this file, so their rows' coordinates are those of the first batch. */
async function parquetFile(): Promise<Uint8Array> {
  const rows = <T>(make: (row: number) => T): T[] => Array.from({ length: recordsPerBatch }, (_, row) => make(row));
  return createColumnEncoder({ codec: 'zstd', rowGroupRows: 1000 }).encode({
    rowCount: recordsPerBatch,
    columns: [
      {
        name: 'kafka_partition',
        type: { kind: 'int' },
        data: { kind: 'int', values: new Int32Array(recordsPerBatch) },
      },
      {
        name: 'kafka_offset',
        type: { kind: 'bigint' },
        data: { kind: 'bigint', values: BigInt64Array.from(rows(BigInt)) },
      },
      {
        name: 'temperature',
        type: { kind: 'double' },
        data: { kind: 'double', values: Float64Array.from(rows((row) => 36 + row / 100)) },
      },
    ],
  });
}

async function writeOnce(): Promise<void> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  const year = await openYear(unfinished);
  for (let partition = 0; partition < partitions; partition++) {
    const segments = await year.writeSegments(partition);
    process.stdout.write(`partition ${partition}: ${segments} segments written\n`);
  }
  await rename(unfinished, folder);
}

async function noteStarts(): Promise<void> {
  const year = await openYear(folder);
  const start = { from: 0n, notedAt: new Date(startMs).toISOString() };
  for (let partition = 0; partition < partitions; partition++)
    await noteStart(year, { table, topic, partition }, start);
}

/** The catalog after the year: the table, and a partition for each hour. */
async function catalogOf(year: SimulatedYear): Promise<Catalog> {
  const catalog = createJsonCatalog({ store: createMemoryObjectStore(), database: 'simulated' });
  const keys = partitionKeys('hour');
  const columns = parseColumns('kafka_partition int, kafka_offset bigint, temperature double');
  await catalog.create({ name: table, columns, partitionKeys: keys, location: year.uri(`${table}/`), parameters: {} });
  const created = await catalog.load(table);
  if (created === undefined) throw new Error('the table was created');
  const hours = Array.from({ length: Math.ceil((endMs - startMs) / msPerHour) }, (_, hour) => {
    const at = new Date(startMs + hour * msPerHour).toISOString();
    const values = [at.slice(0, 10), at.slice(11, 13)];
    const path = hivePath(
      keys.map(({ name }) => name),
      values,
    );
    return { values, location: year.uri(`${table}/${path}/`) };
  });
  await catalog.addPartitions(created, hours);
  return catalog;
}

interface Measured {
  readonly result: string;
  readonly requests: Requests;
  readonly seconds: number;
  readonly peakMegabytes: number;
}

async function measure(name: string): Promise<Measured> {
  const year = await openYear(folder);
  const catalog = await catalogOf(year);
  const { store, requests } = countRequests(year);
  const end = BigInt(batches * recordsPerBatch);
  const beganMs = performance.now();
  const result = await jobs[name]?.({ store, catalog, table, topic, partitions, end, nowMs: endMs });
  const seconds = (performance.now() - beganMs) / 1000;
  return { result: result ?? 'no such job', requests, seconds, peakMegabytes: process.resourceUsage().maxRSS / 1024 };
}

const memoryOfTheImage = ['--expose-gc', '--max-semi-space-size=8', '--max-old-space-size=256'];

function measureApart(name: string): void {
  const args = [...memoryOfTheImage, 'scripts/ledger-year.ts', `--batches=${batches}`, name];
  const env = { ...process.env, MALLOC_MMAP_THRESHOLD_: '65536' };
  const output = execFileSync(process.execPath, args, { encoding: 'utf8', env });
  const { result, requests, seconds, peakMegabytes }: Measured = JSON.parse(output);
  const kinds = Object.entries(requests).filter(([, count]) => count > 0);
  process.stdout.write(
    `${name}: ${result}; ${sumOf(requests)} requests (${kinds.map(([kind, count]) => `${count} ${kind}`).join(', ')}), ${seconds.toFixed(1)} s, peak ${peakMegabytes.toFixed(0)} MB\n`,
  );
}

const [job] = positionals;
if (job === undefined) {
  await writeOnce();
  await noteStarts();
  for (const name of Object.keys(jobs)) measureApart(name);
} else process.stdout.write(JSON.stringify(await measure(job)));
