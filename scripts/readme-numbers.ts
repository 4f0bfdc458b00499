import { readFileSync } from 'node:fs';
import { rounded } from '../bench/support/figures.ts';
import { figureOf, rateOf, ratioOf } from '../bench/support/rates.ts';
import { contenderOf, type ContenderResult, type Results } from '../bench/support/results.ts';

export const readmePath = 'README.md';

const begin = '<!-- numbers: made from bench/results/latest.json by `npm run docs` -->';
const end = '<!-- numbers end -->';

export function readResults(): Results {
  return JSON.parse(readFileSync('bench/results/latest.json', 'utf8'));
}

/** The README with the three numbers of the newest results, each with its worst beside it. */
export function readmeWith(readme: string, results: Results): string {
  const [before, rest] = readme.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${readmePath} has no place for its numbers`);
  return `${before}${begin}\n\n${numbers(results)}\n\n${end}${after}`;
}

function numbers(results: Results): string {
  const readings = contenders(results, 'kafka-to-lake');
  const nested = contenders(results, 'wide');
  const memory = ['kafka-to-lake', 'wide', 'memory'].flatMap((workload) => peaks(results, workload));
  const fresh = contenders(results, 'freshness').ours;
  return [
    '|  | at its best | at its worst |',
    '| --- | --- | --- |',
    row(
      'Rows per CPU second, Kafka to Parquet',
      speed(readings, 'readings of 110 bytes'),
      speed(nested, 'nested records of 1.2 kB'),
    ),
    row('Peak memory', megabytes(Math.min(...memory)), megabytes(Math.max(...memory))),
    row(
      'From Kafka timestamp to readable file, batches of 5 s',
      `${seconds(fresh, 'freshnessP50Seconds')}, the median`,
      `${seconds(fresh, 'freshnessWorstSeconds')}, ${seconds(fresh, 'freshnessP99Seconds')} for 99 %`,
    ),
  ].join('\n');
}

interface Compared {
  readonly ours: ContenderResult;
  readonly spark: ContenderResult;
  readonly bento: ContenderResult;
}

/** Ours of a workload; the others are ours where the workload has none. */
function contenders(results: Results, workload: string): Compared {
  const result = results.workloads.find((each) => each.workload === workload);
  const ours = contenderOf(result, 'glueless');
  if (ours === undefined) throw new Error(`bench/results/latest.json has no ${workload}`);
  return {
    ours,
    spark: contenderOf(result, 'spark-schema-given') ?? ours,
    bento: contenderOf(result, 'bento') ?? ours,
  };
}

function speed({ ours, spark, bento }: Compared, of: string): string {
  const times = (other: ContenderResult): string =>
    (ratioOf(ours, other, 'cpuSeconds')?.median ?? Number.NaN).toPrecision(3);
  return `**${rounded(rateOf(ours, 'cpuSeconds')?.median ?? Number.NaN)}** ${of}: ${times(spark)} × Spark, ${times(bento)} × Bento`;
}

/** The highest resident memory of each run of ours, idle ones left out. */
function peaks(results: Results, workload: string): number[] {
  const result = results.workloads.find((each) => each.workload === workload);
  const ours = (result?.contenders ?? []).filter(({ id }) =>
    workload === 'memory' ? !id.startsWith('idle') : id === 'glueless',
  );
  return ours.flatMap(({ samples }) => samples.map(({ peakRssBytes }) => peakRssBytes));
}

function megabytes(bytes: number): string {
  return `**${Math.round(bytes / 1e6)} MB**`;
}

function seconds(contender: ContenderResult, figure: string): string {
  return `**${(figureOf(contender, figure)?.median ?? Number.NaN).toFixed(1)} s**`;
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
