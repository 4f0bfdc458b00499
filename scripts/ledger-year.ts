import { execFileSync } from 'node:child_process';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { crc32 } from 'node:zlib';
import { findPosition } from '../src/consumer/ledger/chain-position.ts';
import { Ledger } from '../src/consumer/ledger/ledger.ts';
import type { TopicReader } from '../src/consumer/ports/topic.ts';
import { createLocalObjectStore } from '../src/lake/local-object-store.ts';
import { createColumnEncoder } from '../src/parquet/column-encoder.ts';
import { countRequests, sumOf, type Requests } from './count-requests.ts';
import { SimulatedYear } from './simulated-year.ts';

/**
 * `npm run ledger-year [-- --batches 500000]`: a year of a batch a minute in four Kafka partitions, two million ledger entries and as many
 * objects. Rolls it up once, into .cache/ledger-year, then measures in processes of their own how many requests, how long and how much memory it
 * takes to start, to plan a replay and to audit.
 */
const { values: chosen, positionals } = parseArgs({
  allowPositionals: true,
  options: { batches: { type: 'string', default: '500000' } },
});

const recordsPerBatch = 100;
const partitions = 4;
const batches = Number(chosen.batches);
const everyMs = Math.floor((365 * 86_400_000) / batches);
const folder = join('.cache', 'ledger-year', String(batches));
const end = BigInt(batches * recordsPerBatch);
const paths = Array.from({ length: partitions }, (_, partition) => ({
  table: 'readings',
  topic: 'thermometer',
  partition,
}));

async function openYear(root: string): Promise<SimulatedYear> {
  const file = await parquetFile();
  return new SimulatedYear({
    table: 'readings',
    topic: 'thermometer',
    partitions,
    batches,
    recordsPerBatch,
    everyMs,
    startMs: Date.parse('2025-11-01T00:00:00Z'),
    file,
    fileCrc32: crc32(file),
    overlay: createLocalObjectStore({ root }),
  });
}

/** A file of one batch's rows. All objects are this file, so their rows' coordinates are those of no batch. */
async function parquetFile(): Promise<Uint8Array> {
  const values = Float64Array.from({ length: recordsPerBatch }, (_, row) => 36 + row / 100);
  return createColumnEncoder({ codec: 'zstd', rowGroupRows: 1000 }).encode({
    rowCount: recordsPerBatch,
    columns: [{ name: 'temperature', type: { kind: 'double' }, data: { kind: 'double', values } }],
  });
}

async function rollUpOnce(): Promise<void> {
  if (
    await stat(folder).then(
      () => true,
      () => false,
    )
  )
    return;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  const year = await openYear(unfinished);
  const startMs = performance.now();
  for (const path of paths) {
    const segments = await year.writeSegments(path.partition);
    const seconds = Math.round((performance.now() - startMs) / 1000);
    process.stdout.write(`rolled up partition ${path.partition} into ${segments} segments (${seconds} s so far)\n`);
  }
  await rename(unfinished, folder);
}

/** What is measured, each in a process of its own. */
const jobs: Readonly<Record<string, (ledger: Ledger, year: SimulatedYear) => Promise<string>>> = {
  'start of one partition, without a hint': async (ledger) => {
    const position = await findPosition(
      firstPath(),
      { partition: 0, low: end, high: end, topicId: 'simulated' },
      { ledger, reader },
    );
    return `offset ${position.next}`;
  },
  'start of four partitions, without a hint': async (ledger) => {
    for (const path of paths)
      await findPosition(
        path,
        { partition: path.partition, low: end, high: end, topicId: 'simulated' },
        { ledger, reader },
      );
    return 'four offsets';
  },
  'replay --dry-run of one offset': async (ledger) => {
    const from = end / 3n;
    const found = await Array.fromAsync(ledger.entries(firstPath(), { from, to: from + 1n }));
    return `${found.length} batch`;
  },
  'all entries of four partitions, in order': async (ledger) => {
    let entries = 0;
    for (const path of paths) for await (const _ of ledger.entries(path)) entries++;
    return `${entries} entries`;
  },
};

/** Kafka no longer holds anything of that year. */
const reader: TopicReader = {
  describe: () => Promise.reject(new Error('not asked')),
  topicId: () => Promise.reject(new Error('not asked')),
  offsetsAt: () => Promise.reject(new Error('not asked')),
  committed: () => Promise.reject(new Error('not asked')),
  read: () => {
    throw new Error('not asked');
  },
};

function firstPath() {
  const [path] = paths;
  if (path === undefined) throw new Error('there is a partition');
  return path;
}

interface Measured {
  readonly result: string;
  readonly requests: Requests;
  readonly seconds: number;
  readonly peakMegabytes: number;
}

async function measure(job: string): Promise<Measured> {
  const year = await openYear(folder);
  const { store, requests } = countRequests(year);
  const startMs = performance.now();
  const result = await jobs[job]?.(new Ledger(store), year);
  const seconds = (performance.now() - startMs) / 1000;
  return { result: result ?? 'no such job', requests, seconds, peakMegabytes: process.resourceUsage().maxRSS / 1024 };
}

function measureApart(job: string): void {
  const args = ['--expose-gc', 'scripts/ledger-year.ts', `--batches=${batches}`, job];
  const { result, requests, seconds, peakMegabytes }: Measured = JSON.parse(
    execFileSync(process.execPath, args, { encoding: 'utf8' }),
  );
  const kinds = Object.entries(requests).filter(([, count]) => count > 0);
  process.stdout.write(
    `${job}: ${result}; ${sumOf(requests)} requests (${kinds.map(([kind, count]) => `${count} ${kind}`).join(', ')}), ${seconds.toFixed(1)} s, peak ${peakMegabytes.toFixed(0)} MB\n`,
  );
}

const [job] = positionals;
if (job === undefined) {
  await rollUpOnce();
  for (const each of Object.keys(jobs)) measureApart(each);
} else process.stdout.write(JSON.stringify(await measure(job)));
