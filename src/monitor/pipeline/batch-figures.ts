import { msPerHour, msPerMinute } from '../../runtime/duration.ts';
import type { RecentBatch } from './recent-batches.ts';

/** Sums over the batches of a time. */
export interface BatchFigures {
  readonly records: number;
  readonly rows: number;
  readonly deadLetters: number;
  readonly batches: number;
  /** Records a second over the last ten minutes. */
  readonly recordsPerSecond: number;
  /** Batches by why they were cut, the most first. */
  readonly reasons: readonly { readonly reason: string; readonly batches: number }[];
  readonly files: FileFigures;
  readonly newestCommitMs: number | undefined;
  /** Age that a batch's last record had when it was committed: the middle one of the last hour. */
  readonly latencyMs: number | undefined;
  /** Records of each hour, by the hour of the commit, like `2026-11-23T09`. */
  readonly byHour: ReadonlyMap<string, number>;
  readonly partitions: readonly PartitionFigures[];
}

export interface FileFigures {
  readonly count: number;
  readonly bytes: number;
  readonly smallest: number;
  readonly middle: number;
  readonly largest: number;
}

export interface PartitionFigures {
  readonly partition: number;
  readonly records: number;
  readonly newestCommitMs: number;
}

const rateMinutes = 10;

/** Adds up what is known of the batches. */
export function figuresOf(batches: readonly RecentBatch[], nowMs: number): BatchFigures {
  const sum = (of: readonly RecentBatch[], name: 'records' | 'rows' | 'deadLetters'): number =>
    of.reduce((total, batch) => total + batch[name], 0);
  const since = (ms: number) => batches.filter(({ committedAtMs }) => committedAtMs > nowMs - ms);
  const latencies = since(msPerHour).flatMap(({ committedAtMs, sentAtMs }) =>
    sentAtMs === undefined ? [] : [committedAtMs - sentAtMs],
  );
  return {
    records: sum(batches, 'records'),
    rows: sum(batches, 'rows'),
    deadLetters: sum(batches, 'deadLetters'),
    batches: batches.length,
    recordsPerSecond: sum(since(rateMinutes * msPerMinute), 'records') / (rateMinutes * 60),
    reasons: reasonsOf(batches),
    files: filesOf(batches),
    newestCommitMs: newestOf(batches),
    latencyMs: middleOf(latencies),
    byHour: byHourOf(batches),
    partitions: partitionsOf(batches, sum),
  };
}

function reasonsOf(batches: readonly RecentBatch[]): BatchFigures['reasons'] {
  return [...Map.groupBy(batches, ({ reason }) => reason)]
    .map(([reason, own]) => ({ reason, batches: own.length }))
    .toSorted((a, b) => b.batches - a.batches);
}

function filesOf(batches: readonly RecentBatch[]): FileFigures {
  const sizes = batches.flatMap(({ fileBytes }) => fileBytes).sort((a, b) => a - b);
  return {
    count: sizes.length,
    bytes: sizes.reduce((total, size) => total + size, 0),
    smallest: sizes[0] ?? 0,
    middle: middleOf(sizes) ?? 0,
    largest: sizes.at(-1) ?? 0,
  };
}

function byHourOf(batches: readonly RecentBatch[]): ReadonlyMap<string, number> {
  const hours = new Map<string, number>();
  for (const { committedAtMs, records } of batches) {
    const hour = new Date(committedAtMs).toISOString().slice(0, 13);
    hours.set(hour, (hours.get(hour) ?? 0) + records);
  }
  return hours;
}

function partitionsOf(
  batches: readonly RecentBatch[],
  sum: (of: readonly RecentBatch[], name: 'records') => number,
): PartitionFigures[] {
  return [...Map.groupBy(batches, ({ partition }) => partition)]
    .map(([partition, own]) => ({ partition, records: sum(own, 'records'), newestCommitMs: newestOf(own) ?? 0 }))
    .toSorted((a, b) => a.partition - b.partition);
}

function newestOf(batches: readonly RecentBatch[]): number | undefined {
  return batches.reduce<number | undefined>(
    (newest, { committedAtMs }) => Math.max(newest ?? committedAtMs, committedAtMs),
    undefined,
  );
}

function middleOf(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
