import { readFileSync } from 'node:fs';
import { rounded } from '../../bench/support/figures.ts';
import { kindsLayouts } from '../../bench/support/kinds-layout.ts';
import { leadingRatio } from '../../bench/support/ranked-kinds.ts';
import { figureOf, jsonRateOf, rateOf, ratioOver } from '../../bench/support/rates.ts';
import { contenderOf, type ContenderResult, type Results, type WorkloadResult } from '../../bench/support/results.ts';

export const readmePath = 'README.md';

const begin = '<!-- numbers: made from bench/results/latest.json by `npm run docs` -->';
const end = '<!-- numbers end -->';

export function readResults(): Results {
  return JSON.parse(readFileSync('bench/results/latest.json', 'utf8'));
}

/** The README with the numbers of the newest results: of each the worst, and the best beside it. */
export function readmeWith(readme: string, results: Results): string {
  const [before, rest] = readme.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${readmePath} has no place for its numbers`);
  return `${before}${begin}\n\n${numbers(results)}\n\n${end}${after}`;
}

function numbers(results: Results): string {
  const converting = peaks(results, 'json-to-parquet');
  const consuming = ['kafka-to-lake', 'memory'].flatMap((workload) => peaks(results, workload));
  const fresh = oursOf(results.workloads.find(({ workload }) => workload === 'freshness'));
  return [
    '|  | at its worst | at its best |',
    '| --- | --- | --- |',
    row('JSON to Parquet, per CPU second', ...worstAndBest(results, 'json-to-parquet')),
    row('Kafka to Parquet, per CPU second', ...worstAndBest(results, 'kafka-to-lake')),
    row('Peak memory, JSON to Parquet', ...mostAndLeast(converting)),
    row('Peak memory, Kafka to Parquet', ...mostAndLeast(consuming)),
    row(
      'From Kafka timestamp to readable file, batches of 5 s',
      `${seconds(fresh, 'freshnessWorstSeconds')}, ${seconds(fresh, 'freshnessP99Seconds')} for 99 %`,
      `${seconds(fresh, 'freshnessP50Seconds')}, the median`,
    ),
  ].join('\n');
}

/** The kinds of records with the lowest and the highest ratio to the workload's first peers. */
function worstAndBest(results: Results, workload: string): string[] {
  const layout = kindsLayouts[workload];
  const first = (result: WorkloadResult): number => (layout && leadingRatio(layout, result)) ?? Number.NaN;
  const kinds = results.workloads
    .filter((result) => result.workload === workload && !Number.isNaN(first(result)))
    .toSorted((one, other) => first(one) - first(other));
  return [kinds[0], kinds.at(-1)].map((result) => {
    const ours = oursOf(result);
    const times = (layout?.ratios ?? []).map(({ name, ids }) => `${ratioText(result, ids)} × ${name}`);
    return `**${rounded(rateOf(ours, 'cpuSeconds')?.median ?? Number.NaN)}** records of the kind ${result?.kind}, ${Math.round(jsonRateOf(ours)?.median ?? Number.NaN)} MB: ${times.join(', ')}`;
  });
}

function ratioText(result: WorkloadResult | undefined, ids: readonly string[]): string {
  return ((result && ratioOver(result, ids)) ?? Number.NaN).toPrecision(3);
}

function oursOf(result: WorkloadResult | undefined): ContenderResult {
  const ours = contenderOf(result, 'glueless');
  if (ours === undefined) throw new Error('bench/results/latest.json lacks a workload of the README');
  return ours;
}

/** The highest resident memory of each run of ours, idle ones left out. */
function peaks(results: Results, workload: string): number[] {
  const contenders = results.workloads.flatMap((each) => (each.workload === workload ? each.contenders : []));
  const ours = contenders.filter(({ id }) => (workload === 'memory' ? !id.startsWith('idle') : id === 'glueless'));
  return ours.flatMap(({ samples }) => samples.map(({ peakRssBytes }) => peakRssBytes));
}

function mostAndLeast(bytes: readonly number[]): string[] {
  return [Math.max(...bytes), Math.min(...bytes)].map(megabytes);
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
