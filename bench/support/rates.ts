import { contenderOf, type ContenderResult, type Cost, type WorkloadResult } from './results.ts';
import { spreadOf, type Spread } from './statistics.ts';

/** The cost by which records are divided. */
export type Per = 'cpuSeconds' | 'wallSeconds';

/** Records per second, median and spread over the samples. */
export function rateOf({ records, samples }: ContenderResult, per: Per): Spread | undefined {
  return spreadOf(samples.map((sample) => records / sample[per]));
}

/** Megabytes of JSON per CPU second. */
export function jsonRateOf({ jsonBytes, samples }: ContenderResult): Spread | undefined {
  return jsonBytes === undefined ? undefined : spreadOf(samples.map(({ cpuSeconds }) => jsonBytes / cpuSeconds / 1e6));
}

/** Divides the rate by that of `other`, round by round, so that a slow minute of the machine hits both. */
export function ratioOf(one: ContenderResult, other: ContenderResult, per: Per): Spread | undefined {
  const rate = ({ records }: ContenderResult, cost: Cost): number => records / cost[per];
  return spreadOf(
    one.samples.flatMap((sample, round) => {
      const beside = other.samples[round];
      return beside === undefined ? [] : [rate(one, sample) / rate(other, beside)];
    }),
  );
}

/** The contender with the highest rate. */
export function fastestOf(contenders: readonly ContenderResult[], per: Per): ContenderResult | undefined {
  const rate = (contender: ContenderResult): number => rateOf(contender, per)?.median ?? 0;
  return contenders.toSorted((a, b) => rate(b) - rate(a))[0];
}

/** Our rate over that of the fastest of the others. */
export function ratioToFastest(
  result: WorkloadResult,
  others: readonly ContenderResult[],
  per: Per,
): Spread | undefined {
  const ours = contenderOf(result, 'glueless');
  const fastest = fastestOf(others, per);
  return ours && fastest && ratioOf(ours, fastest, per);
}

/** Our rate over that of the fastest of the contenders. */
export function ratioOver(result: WorkloadResult, ids: readonly string[]): number | undefined {
  const others = ids.flatMap((id) => contenderOf(result, id) ?? []);
  return ratioToFastest(result, others, 'cpuSeconds')?.median;
}

/** The highest of all samples. */
export function peakRssBytes({ samples }: ContenderResult): number {
  return Math.max(...samples.map((sample) => sample.peakRssBytes));
}

export function figureOf({ samples }: ContenderResult, name: string): Spread | undefined {
  return spreadOf(samples.flatMap(({ figures }) => figures?.[name] ?? []));
}
