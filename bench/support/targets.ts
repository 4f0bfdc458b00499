import { familyOf, contenderOf, type Results, type WorkloadResult } from './results.ts';
import { figureOf, peakRssBytes, rateOf, ratioToFastest, jsonRateOf, type Per } from './rates.ts';
import type { Spread } from './statistics.ts';

/** A goal of the project, with the number that decides whether it is met. */
export interface Target {
  readonly workload: string;
  /** Kinds of records that it is about; left out: all. */
  readonly kinds?: readonly string[];
  readonly text: string;
  readonly bound: { readonly kind: 'at least' | 'at most'; readonly value: number; readonly unit: Unit };
  /** Answers `undefined` when the workload was not run, or without a contender it needs. */
  readonly measure: (result: WorkloadResult) => Spread | undefined;
}

/** `×`: a ratio in one run. */
export type Unit = '×' | 'MB' | 's' | 'records/s' | 'records/CPU s';

export interface Verdict {
  readonly target: Target;
  readonly measured: Spread | undefined;
  readonly state: 'met' | 'not met' | 'not measured';
  /** Share of the bound by which it is missed. */
  readonly missedBy?: number;
  /** Kind of records that was the worst of several. */
  readonly kind?: string;
}

const bytesPerMegabyte = 1e6;

const perText: Readonly<Record<Per, string>> = { cpuSeconds: 'CPU second', wallSeconds: 'second of wall time' };

export const targets: readonly Target[] = [
  {
    workload: 'kafka-to-lake',
    text: 'rows per CPU second, of kafkajs receiving and doing nothing: 400,000 where kafkajs receives 350,000',
    bound: { kind: 'at least', value: 400 / 350, unit: '×' },
    measure: overFamily('kafkajs-receive', 'cpuSeconds'),
  },
  rateTarget('kafka-to-lake', { name: 'Spark', per: 'cpuSeconds', times: 10 }),
  rateTarget('kafka-to-lake', { name: 'Bento', per: 'cpuSeconds', times: 5 }),
  ...[
    rateTarget('kafka-to-lake', { name: 'Spark', per: 'cpuSeconds', times: 15 }),
    rateTarget('kafka-to-lake', { name: 'Spark', per: 'wallSeconds', times: 5 }),
    rateTarget('kafka-to-lake', { name: 'Bento', per: 'wallSeconds', times: 3 }),
  ].map((target) => ({ ...target, kinds: ['regular'] })),
  {
    workload: 'json-to-parquet',
    text: 'rows per CPU second, of DuckDB on one thread: the better of columns given and inferred',
    bound: { kind: 'at least', value: 1.5, unit: '×' },
    measure: (result) =>
      ratioToFastest(
        result,
        familyOf(result, 'duckdb').filter(({ id }) => !id.endsWith('all-threads')),
        'cpuSeconds',
      ),
  },
  rateTarget('json-to-parquet', { name: 'parquetjs-lite', per: 'cpuSeconds', times: 10 }),
  {
    workload: 'json-to-parquet',
    text: 'bytes of our files, of DuckDB’s in zstd, PARQUET_VERSION V2',
    bound: { kind: 'at most', value: 1, unit: '×' },
    measure: sizeOver('duckdb-v2'),
  },
  {
    workload: 'json-to-parquet',
    text: 'MB of JSON per CPU second',
    bound: { kind: 'at least', value: 60, unit: 'MB' },
    measure: (result) => {
      const ours = contenderOf(result, 'glueless');
      return ours && jsonRateOf(ours);
    },
  },
  {
    workload: 'json-to-parquet',
    text: 'peak RSS',
    bound: { kind: 'at most', value: 256, unit: 'MB' },
    measure: peakOf('glueless'),
  },
  ...(['fields', 'shapes', 'strings', 'levels'] as const).map(growthTarget),
  {
    workload: 'kafka-to-lake',
    text: 'peak RSS',
    bound: { kind: 'at most', value: 256, unit: 'MB' },
    measure: peakOf('glueless'),
  },
  ...(['hive-1', 'hive-60', 'kafka-50', 'zstd-1mb', 'zstd-regular', 'tenfold'] as const).map((id) => memoryTarget(id)),
  {
    workload: 'memory',
    text: 'peak RSS with ten times the records, of the base case',
    bound: { kind: 'at most', value: 1.1, unit: '×' },
    measure: growthOfMemory,
  },
  idleTarget('idle-empty', 'RSS idle, topic empty: the peak from start to end'),
  idleTarget('idle-caught-up', 'RSS idle, after it has caught up'),
  {
    workload: 'freshness',
    text: 'p99 from Kafka timestamp to readable object, 5,000 records/s, BATCH_AGE_MAX_SECONDS=5',
    bound: { kind: 'at most', value: 6, unit: 's' },
    measure: figure('glueless', 'freshnessP99Seconds'),
  },
  {
    workload: 'freshness',
    text: 'p99 from Kafka timestamp to readable snapshot, 5,000 records/s, COMMIT_SECONDS=5',
    bound: { kind: 'at most', value: 6, unit: 's' },
    measure: figure('glueless-iceberg', 'freshnessP99Seconds'),
  },
  {
    workload: 'start-up',
    text: 'from process start to the first claim, which is after the first fetch',
    bound: { kind: 'at most', value: 1, unit: 's' },
    measure: figure('glueless', 'startUpSeconds'),
  },
  {
    workload: 'produce',
    text: 'records per CPU second, acknowledged',
    bound: { kind: 'at least', value: 150_000, unit: 'records/CPU s' },
    measure: (result) => {
      const ours = contenderOf(result, 'glueless');
      return ours && rateOf(ours, 'cpuSeconds');
    },
  },
  {
    workload: 'container',
    text: 'peak RSS in 512 MB and 0.25 CPU',
    bound: { kind: 'at most', value: 512, unit: 'MB' },
    measure: peakOf('glueless'),
  },
  {
    workload: 'container',
    text: 'records per second caught up with in 512 MB and 0.25 CPU',
    bound: { kind: 'at least', value: 10_000, unit: 'records/s' },
    measure: figure('glueless', 'caughtUpPerSecond'),
  },
  {
    workload: 'container',
    text: 'p99 from Kafka timestamp to readable object at 10,000 records/s, BATCH_AGE_MAX_SECONDS=5, in the last third of a minute: twice that age, so that falling behind shows',
    bound: { kind: 'at most', value: 10, unit: 's' },
    measure: figure('glueless-steady', 'freshnessP99Seconds'),
  },
];

/** Judges each target by the results; by the worst kind where a workload has several. */
export function judge(results: Results, all: readonly Target[] = targets): Verdict[] {
  return all.map((target) => {
    const found = results.workloads.filter((result) => isAbout(target, result));
    const verdicts = found.map((result) => verdictOf(target, result));
    const [farthest] = verdicts.toSorted((one, other) => distance(one) - distance(other));
    return farthest ?? { target, measured: undefined, state: 'not measured' };
  });
}

function isAbout({ workload, kinds }: Target, result: WorkloadResult): boolean {
  return (
    result.workload === workload && (kinds === undefined || result.kind === undefined || kinds.includes(result.kind))
  );
}

function verdictOf(target: Target, result: WorkloadResult): Verdict {
  const measured = target.measure(result);
  if (measured === undefined || Number.isNaN(measured.median))
    return { target, measured: undefined, state: 'not measured' };
  const { kind, value } = target.bound;
  const isMet = kind === 'at least' ? measured.median >= value : measured.median <= value;
  const verdict = { target, measured, ...(result.kind !== undefined && { kind: result.kind }) };
  if (isMet) return { ...verdict, state: 'met' };
  return { ...verdict, state: 'not met', missedBy: Math.abs(measured.median - value) / value };
}

/** How far the measured value lies on the good side of its bound; infinite if it was not measured. */
function distance({ target, measured }: Verdict): number {
  if (measured === undefined) return Infinity;
  const { kind, value } = target.bound;
  return kind === 'at least' ? measured.median - value : value - measured.median;
}

/** Our rate over that of a peer, whose family of contenders has its name in lower case. */
function rateTarget(
  workload: string,
  peer: { readonly name: string; readonly per: Per; readonly times: number },
): Target {
  return {
    workload,
    text: `rows per ${perText[peer.per]}, of ${peer.name}`,
    bound: { kind: 'at least', value: peer.times, unit: '×' },
    measure: overFamily(peer.name.toLowerCase(), peer.per),
  };
}

function memoryTarget(id: string): Target {
  return {
    workload: 'memory',
    text: `peak RSS, ${id}`,
    bound: { kind: 'at most', value: 256, unit: 'MB' },
    measure: peakOf(id),
  };
}

function idleTarget(id: string, text: string): Target {
  return {
    workload: 'memory',
    text,
    bound: { kind: 'at most', value: 110, unit: 'MB' },
    measure: (result) => {
      const contender = contenderOf(result, id);
      const bytes = contender && figureOf(contender, 'idleRssBytes');
      return bytes && scaled(worst(bytes), 1 / bytesPerMegabyte);
    },
  };
}

/** Measures our rate over that of the family's fastest contender. */
function overFamily(family: string, per: Per): Target['measure'] {
  return (result) => ratioToFastest(result, familyOf(result, family), per);
}

function peakOf(id: string): Target['measure'] {
  return (result) => {
    const contender = contenderOf(result, id);
    if (contender === undefined) return undefined;
    const peaks = contender.samples.map((sample) => sample.peakRssBytes / bytesPerMegabyte);
    // a bound of memory must hold every time
    return { median: Math.max(...peaks), min: Math.min(...peaks), max: Math.max(...peaks) };
  };
}

function worst({ min, max }: Spread): Spread {
  return { median: max, min, max };
}

function scaled({ median, min, max }: Spread, factor: number): Spread {
  return { median: median * factor, min: min * factor, max: max * factor };
}

function growthOfMemory(result: WorkloadResult): Spread | undefined {
  const base = contenderOf(result, 'base');
  const tenfold = contenderOf(result, 'tenfold');
  if (base === undefined || tenfold === undefined) return undefined;
  const growth = peakRssBytes(tenfold) / peakRssBytes(base);
  return { median: growth, min: growth, max: growth };
}

function growthTarget(name: string): Target {
  return {
    workload: `growth-${name}`,
    text: 'most CPU seconds per byte of JSON, of the least',
    bound: { kind: 'at most', value: 1.1, unit: '×' },
    measure: growthOfCost,
  };
}

/** Compares sizes by their medians: each has samples of its own. */
function growthOfCost({ contenders }: WorkloadResult): Spread | undefined {
  const rates = contenders.flatMap((contender) => jsonRateOf(contender)?.median ?? []);
  if (rates.length === 0) return undefined;
  const growth = Math.max(...rates) / Math.min(...rates);
  return { median: growth, min: growth, max: growth };
}

function figure(id: string, name: string): Target['measure'] {
  return (result) => {
    const contender = contenderOf(result, id);
    return contender && figureOf(contender, name);
  };
}

function sizeOver(id: string): Target['measure'] {
  return (result) => {
    const [ours, other] = ['glueless', id].map((each) => {
      const contender = contenderOf(result, each);
      return contender && figureOf(contender, 'outputBytes')?.median;
    });
    if (ours === undefined || other === undefined) return undefined;
    const ratio = ours / other;
    return { median: ratio, min: ratio, max: ratio };
  };
}
