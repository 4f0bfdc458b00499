import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../src/runtime/errors.ts';
import { compareResults, comparisonLines } from './support/compare.ts';
import { startLoadBroker, type LoadBroker } from './support/load-broker.ts';
import { thisMachine, thisVersion } from './support/machine.ts';
import { benchmarkPictures } from './support/picture.ts';
import { benchmarksPage } from './support/page.ts';
import { mergeResults, titleOf, type Results, type WorkloadResult } from './support/results.ts';
import { resultNameOf, runsOf, type Run } from './support/runs.ts';
import { warmMemory } from './support/warm-memory.ts';
import type { Bench, Workload } from './support/workload.ts';
import { container } from './workloads/container.ts';
import { freshness } from './workloads/freshness.ts';
import { growth } from './workloads/growth.ts';
import { iceberg } from './workloads/iceberg.ts';
import { jsonToParquet } from './workloads/json-to-parquet.ts';
import { kafkaToLake } from './workloads/kafka-to-lake.ts';
import { memory } from './workloads/memory.ts';
import { produce } from './workloads/produce.ts';
import { requests } from './workloads/requests.ts';
import { startUp } from './workloads/start-up.ts';

/**
 * `npm run bench [-- <workload> …] [--kind events --kind posts …] [--records 2000000] [--samples 5]
 * [--seed 1] [--quick] [--compare <results.json>]`
 *
 * Measures the workloads, saves the results in bench/results/latest.json and makes docs/benchmarks.md from them. `--quick` writes
 * both to .cache/bench instead. `--page` only makes the page again.
 */
const workloads: readonly Workload[] = [
  jsonToParquet,
  ...growth,
  kafkaToLake,
  iceberg,
  memory,
  produce,
  freshness,
  requests,
  startUp,
  container,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kind: { type: 'string', multiple: true },
    records: { type: 'string' },
    seed: { type: 'string' },
    samples: { type: 'string' },
    quick: { type: 'boolean', default: false },
    compare: { type: 'string' },
    page: { type: 'boolean', default: false },
  },
});

const isQuick = values.quick;
const seed = wholeNumber('seed', values.seed ?? '1');
const samples = wholeNumber('samples', values.samples ?? (isQuick ? '1' : '5'));
/** Commit or tag of what was built at the start, even if files are edited meanwhile. */
const version = thisVersion();
const folder = join('.cache', 'bench', 'work');
const paths = isQuick
  ? { results: join('.cache', 'bench', 'quick.json'), page: join('.cache', 'bench', 'quick.md') }
  : { results: join('bench', 'results', 'latest.json'), page: join('docs', 'benchmarks.md') };

let broker: Promise<LoadBroker> | undefined;
try {
  process.exitCode = await bench();
} finally {
  await (await broker)?.stop();
  await rm(folder, { recursive: true, force: true });
}
process.exit();

async function bench(): Promise<number> {
  const baseline = values.compare === undefined ? undefined : await readResults(values.compare);
  const chosen = values.page ? [] : chooseWorkloads(positionals);
  await mkdir(join('bench', 'results'), { recursive: true });
  if (chosen.length > 0) {
    build();
    if (!isQuick) warmMemory();
  }
  let results = mergeResults(await readResults(paths.results).catch(() => ({ workloads: [] })), []);
  const failures: string[] = [];
  for (const run of chosen.flatMap((workload) => runsOf(workload, values.kind ?? []))) {
    try {
      // saved one by one, so that a later failure does not lose an hour of measuring
      results = mergeResults(results, [await measure(run)]);
      await save(results);
    } catch (error) {
      failures.push(`${titleOf(resultNameOf(run))}: ${messageOf(error)}`);
      say(`FAILED ${failures.at(-1)}`);
    }
  }
  await save(results);
  const changes = baseline === undefined ? [] : compareResults(baseline, results);
  for (const line of comparisonLines(changes)) say(line);
  for (const failure of failures) say(`FAILED ${failure}`);
  return failures.length > 0 || changes.some(({ isWorse }) => isWorse) ? 1 : 0;
}

async function measure(run: Run): Promise<WorkloadResult> {
  const { workload, variant } = run;
  const { kind, compression } = variant;
  say(`\n# ${titleOf(resultNameOf(run))}`);
  const own = join(folder, workload.name);
  await rm(own, { recursive: true, force: true });
  await mkdir(own, { recursive: true });
  const [loadBefore = 0] = loadavg();
  const context: Bench = {
    kind,
    compression,
    records: wholeNumber('records', values.records ?? String(isQuick ? kind.records / 10 : kind.records)),
    seed,
    samples,
    warmUps: samples === 1 ? 0 : 1,
    isQuick,
    folder: own,
    say,
    broker: () => (broker ??= startLoadBroker(join(folder, 'broker'))),
  };
  const contenders = await workload.run(context);
  await rm(own, { recursive: true, force: true });
  const facts = { date: new Date().toISOString(), version, machine: thisMachine(), loadBefore };
  return { ...resultNameOf(run), ...facts, contenders };
}

async function save(results: Results): Promise<void> {
  await writeFile(paths.results, `${JSON.stringify(results, undefined, 2)}\n`);
  const abouts = Object.fromEntries(workloads.map(({ name, about }) => [name, about]));
  await writeFile(paths.page, `${benchmarksPage(results, abouts)}\n`);
  if (isQuick) return;
  await mkdir(join('docs', 'images'), { recursive: true });
  for (const [path, picture] of benchmarkPictures(results)) await writeFile(path, picture);
}

function chooseWorkloads(names: readonly string[]): readonly Workload[] {
  const isNamed = ({ name }: Workload, wanted: string): boolean => name === wanted || name.startsWith(`${wanted}-`);
  const unknown = names.filter((wanted) => !workloads.some((workload) => isNamed(workload, wanted)));
  if (unknown.length > 0) {
    throw new Error(`no workload ${unknown.join(', ')}: there are ${workloads.map(({ name }) => name).join(', ')}`);
  }
  return names.length === 0
    ? workloads
    : workloads.filter((workload) => names.some((wanted) => isNamed(workload, wanted)));
}

function build(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  execFileSync('npx', ['rolldown', '-c', 'bench/rolldown.config.ts'], { stdio: 'inherit' });
  execFileSync('npx', ['asc', '--config', 'bench/contenders/asconfig.json'], { stdio: 'inherit' });
}

async function readResults(path: string): Promise<Results> {
  return JSON.parse(await readFile(path, 'utf8'));
}

function wholeNumber(name: string, text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new Error(`--${name} takes a whole number, got ${text}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
