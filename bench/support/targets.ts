import { familyOf, contenderOf, type Results, type WorkloadResult } from './results.ts';
import { fastestOf, figureOf, peakRssBytes, rateOf, ratioOf, type Per } from './rates.ts';
import type { Spread } from './statistics.ts';

/** What the project set out to reach, with the number that decides. */
export interface Target {
  readonly workload: string;
  readonly text: string;
  readonly bound: { readonly kind: 'at least' | 'at most'; readonly value: number; readonly unit: Unit };
  /** Undefined when the workload was not run, or without the contender it takes. */
  readonly measure: (result: WorkloadResult) => Spread | undefined;
}

/** `×`: a ratio in one run. */
export type Unit = '×' | 'MB' | 's' | 'records/s' | 'records/CPU s';

export interface Verdict {
  readonly target: Target;
  readonly measured: Spread | undefined;
  readonly state: 'met' | 'not met' | 'not measured';
  /** By which share of the bound it is missed. */
  readonly missedBy?: number;
}

const bytesPerMegabyte = 1e6;

export const targets: readonly Target[] = [
  {
    workload: 'kafka-to-lake',
    text: 'rows per CPU second, of kafkajs receiving and doing nothing: 400,000 where kafkajs receives 350,000',
    bound: { kind: 'at least', value: 400 / 350, unit: '×' },
    measure: overFamily('kafkajs-receive', 'cpuSeconds'),
  },
  cpuTarget('kafka-to-lake', 'spark', 15, 'Spark'),
  cpuTarget('kafka-to-lake', 'bento', 5, 'Bento'),
  wallTarget('kafka-to-lake', 'spark', 5, 'Spark'),
  wallTarget('kafka-to-lake', 'bento', 3, 'Bento'),
  {
    workload: 'json-to-parquet',
    text: 'rows per CPU second, of DuckDB on one thread: the better of columns given and inferred',
    bound: { kind: 'at least', value: 1.5, unit: '×' },
    measure: (result) =>
      over(
        result,
        familyOf(result, 'duckdb').filter(({ id }) => !id.endsWith('all-threads')),
        'cpuSeconds',
      ),
  },
  cpuTarget('json-to-parquet', 'parquetjs-lite', 10, 'parquetjs-lite'),
  {
    workload: 'file-size',
    text: 'bytes of our files, of DuckDB’s zstd Parquet of the same rows',
    bound: { kind: 'at most', value: 1, unit: '×' },
    measure: sizeOver('duckdb'),
  },
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
  cpuTarget('wide', 'spark', 5, 'Spark'),
  {
    workload: 'wide',
    text: 'peak RSS',
    bound: { kind: 'at most', value: 256, unit: 'MB' },
    measure: peakOf('glueless'),
  },
  {
    workload: 'freshness',
    text: 'p99 from Kafka timestamp to readable object, 5,000 records/s, BATCH_AGE_MAX_SECONDS=5',
    bound: { kind: 'at most', value: 6, unit: 's' },
    measure: figure('glueless', 'freshnessP99Seconds'),
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

/** Each target with what the results say of it. */
export function judge(results: Results, all: readonly Target[] = targets): Verdict[] {
  return all.map((target) => {
    const result = results.workloads.find(({ workload }) => workload === target.workload);
    const measured = result && target.measure(result);
    if (measured === undefined || Number.isNaN(measured.median))
      return { target, measured: undefined, state: 'not measured' };
    const { kind, value } = target.bound;
    const isMet = kind === 'at least' ? measured.median >= value : measured.median <= value;
    if (isMet) return { target, measured, state: 'met' };
    return { target, measured, state: 'not met', missedBy: Math.abs(measured.median - value) / value };
  });
}

function cpuTarget(workload: string, family: string, value: number, name: string): Target {
  return {
    workload,
    text: `rows per CPU second, of ${name}`,
    bound: { kind: 'at least', value, unit: '×' },
    measure: overFamily(family, 'cpuSeconds'),
  };
}

function wallTarget(workload: string, family: string, value: number, name: string): Target {
  return {
    workload,
    text: `rows per second of wall time, of ${name}`,
    bound: { kind: 'at least', value, unit: '×' },
    measure: overFamily(family, 'wallSeconds'),
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

/** Ours by the best of the family's contenders. */
function overFamily(family: string, per: Per): Target['measure'] {
  return (result) => over(result, familyOf(result, family), per);
}

function over(result: WorkloadResult, others: WorkloadResult['contenders'], per: Per): Spread | undefined {
  const ours = contenderOf(result, 'glueless');
  const other = fastestOf(
    others.filter(({ samples }) => samples.length > 0),
    per,
  );
  return ours && other && ratioOf(ours, other, per);
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
