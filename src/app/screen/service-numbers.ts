import type { Metrics } from '../observe/metrics.ts';

/** What the metrics say of a service, summed up for people. */
export interface ServiceNumbers {
  readonly rows: number;
  readonly deadLetters: number;
  readonly tombstones: number;
  /** Why dead letters could not become rows, and how many. */
  readonly deadLetterReasons: ReadonlyMap<string, number>;
  /** Batches by why they were cut. */
  readonly batchReasons: ReadonlyMap<string, number>;
  readonly partitions: number;
  readonly lag: number;
  readonly behindSeconds: number;
  readonly unreadablePartitions: readonly string[];
  /** Topics of several that are not written by now. */
  readonly troubledTopics: number;
  readonly lostOffsets: number;
  readonly bufferedBytes: number;
  readonly retries: number;
  /** Left out: there is no certificate, or it was not looked at yet. */
  readonly certificateDays?: number | undefined;
}

interface Sample {
  readonly value: number;
  readonly labels: Readonly<Partial<Record<string, string | number>>>;
}

/** Reads the metrics that `/metrics` shows: the screen counts nothing itself. */
export async function readServiceNumbers(metrics: Metrics): Promise<ServiceNumbers> {
  const { values: records } = await metrics.records.get();
  const { values: lag } = await metrics.lag.get();
  const { values: unreadable } = await metrics.unreadable.get();
  const certificate = (await metrics.certificateDays.get()).values[0]?.value;
  const fates = totals(records, 'fate');
  return {
    rows: fates.get('row') ?? 0,
    deadLetters: fates.get('dead-letter') ?? 0,
    tombstones: fates.get('tombstone') ?? 0,
    deadLetterReasons: totals((await metrics.deadLetters.get()).values, 'reason'),
    batchReasons: totals((await metrics.batches.get()).values, 'reason'),
    partitions: lag.length,
    lag: sum(lag),
    behindSeconds: Math.max(0, ...(await metrics.behind.get()).values.map(({ value }) => value)),
    unreadablePartitions: unreadable
      .filter(({ value }) => value > 0)
      .map(({ labels }) => [labels.topic ?? [], labels.partition].flat().join('/')),
    troubledTopics: sum((await metrics.troubledTopics.get()).values),
    lostOffsets: sum((await metrics.gapOffsets.get()).values),
    bufferedBytes: sum((await metrics.buffered.get()).values),
    retries: sum((await metrics.retries.get()).values),
    certificateDays: certificate,
  };
}

function sum(samples: readonly Sample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}

/** Sums by the values of a label, the largest first. */
function totals(samples: readonly Sample[], label: string): ReadonlyMap<string, number> {
  const groups = Map.groupBy(samples, ({ labels }) => String(labels[label]));
  const sums = [...groups].map(([key, group]): [string, number] => [key, sum(group)]);
  return new Map(sums.toSorted(([, a], [, b]) => b - a));
}
