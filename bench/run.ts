import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { finished } from 'node:stream/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBroker } from '../src/devstack/broker.ts';
import { readingAt } from '../src/producer/thermometer.ts';
import { benchmarksPage, type Result } from './support/page.ts';
import { measureProcess, type Cost } from './support/measure.ts';

/** `npm run bench`: all workloads; `-- --records 200000 --samples 3` for a smaller run. */
const { values } = parseArgs({
  options: { records: { type: 'string', default: '1000000' }, samples: { type: 'string', default: '5' } },
});
const records = Number(values.records);
const samples = Number(values.samples);
const folder = join('.cache', 'bench');

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
const results = [...(await jsonToParquet()), ...(await kafkaToLake())];
const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;
await mkdir('bench/results', { recursive: true });
await writeFile(
  'bench/results/latest.json',
  `${JSON.stringify({ machine, records, samples, results }, undefined, 2)}\n`,
);
await writeFile('docs/benchmarks.md', benchmarksPage({ machine, records, samples, results }));
execFileSync('npx', ['prettier', '--write', '--log-level', 'warn', 'docs/benchmarks.md', 'bench/results/latest.json']);
process.exit();

async function jsonToParquet(): Promise<Result[]> {
  const file = join(folder, 'readings.jsonl');
  await writeReadings(file);
  const found: Result[] = [];
  for (const contender of ['hyparquet', 'parquetjs-lite', 'duckdb']) {
    const out = join(folder, contender);
    const costs = await sample(() =>
      measureProcess(process.execPath, ['bench/json-to-parquet.ts', contender, file, out]),
    );
    found.push({ workload: 'json-to-parquet', contender, costs, bytes: await parquetBytes(out) });
  }
  return found;
}

async function kafkaToLake(): Promise<Result[]> {
  const broker = await startBroker();
  const env = {
    ...process.env,
    KAFKA_BROKERS: broker.bootstrap,
    KAFKA_TLS_CA: broker.admin.ca,
    KAFKA_TLS_CERT: broker.admin.cert,
    KAFKA_TLS_KEY: broker.admin.key,
    KAFKA_TOPIC: 'bench',
    LOG_LEVEL: 'warn',
  };
  const produce = [
    'produce',
    '--count',
    String(records),
    '--partitions',
    '3',
    '--compression',
    'none',
    '--batch',
    '2000',
  ];
  const times = ['--start', '2026-11-23T00:00:00Z', '--every', '10ms'];
  const produced = await measureProcess(process.execPath, ['dist/cli.js', ...produce, ...times], env);
  let round = 0;
  const lake = join(folder, 'lake');
  const costs = await sample(async () => {
    await rm(lake, { recursive: true, force: true });
    return measureProcess(process.execPath, ['dist/cli.js', 'consume', '--until-end'], {
      ...env,
      LAKE: lake,
      KAFKA_GROUP_ID: `bench-${round++}`,
    });
  });
  const bytes = await parquetBytes(lake);
  await broker.stop();
  return [
    { workload: 'produce', contender: 'glueless', costs: [produced] },
    { workload: 'kafka-to-lake', contender: 'glueless', costs, bytes },
  ];
}

/** One run to warm up the disk's cache, then the samples. */
async function sample(run: () => Promise<Cost>): Promise<Cost[]> {
  await run();
  const costs: Cost[] = [];
  for (let index = 0; index < samples; index++) costs.push(await run());
  return costs;
}

async function writeReadings(file: string): Promise<void> {
  const stream = createWriteStream(file);
  const startMs = Date.parse('2026-11-23T00:00:00Z');
  for (let index = 0; index < records; index++) {
    const line = `${JSON.stringify(readingAt({ seed: 1, patients: 50 }, index, startMs + index * 10))}\n`;
    if (!stream.write(line)) await once(stream, 'drain');
  }
  stream.end();
  await finished(stream);
}

async function parquetBytes(root: string): Promise<number> {
  const names = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.parquet'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(root, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
