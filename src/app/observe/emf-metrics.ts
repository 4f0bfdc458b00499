import type { Metric } from 'prom-client';
import type { Metrics } from './metrics.ts';

/** The metrics of a service as CloudWatch takes them out of its log. */
export interface EmfOptions {
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly metrics: Metrics;
}

interface Reading {
  readonly name: string;
  readonly unit: 'Count' | 'Seconds';
  /** `undefined`: nothing to say this time. */
  readonly value: number | undefined;
}

/**
 * Reads the metrics into one line of CloudWatch's embedded metric format: gauges as they are, counters as what was added since the
 * line before. Source: Amazon's specification of the format.
 */
export class EmfMetrics {
  readonly #options: EmfOptions;
  readonly #totals = new Map<string, number>();

  constructor(options: EmfOptions) {
    this.#options = options;
  }

  async line(nowMs: number): Promise<Record<string, unknown>> {
    const { namespace, dimensions } = this.#options;
    const readings = (await this.#readings()).filter(({ value }) => value !== undefined);
    return {
      _aws: {
        Timestamp: nowMs,
        CloudWatchMetrics: [
          {
            Namespace: namespace,
            Dimensions: [Object.keys(dimensions)],
            Metrics: readings.map(({ name, unit }) => ({ Name: name, Unit: unit })),
          },
        ],
      },
      ...dimensions,
      ...Object.fromEntries(readings.map(({ name, value }) => [name, value])),
    };
  }

  async #readings(): Promise<Reading[]> {
    const { metrics } = this.#options;
    const { lag, behind, brokerSilent, unreadable, certificateDays } = metrics;
    const [lags, behinds, silent, unreadables, days] = await Promise.all(
      [lag, behind, brokerSilent, unreadable, certificateDays].map(valuesOf),
    );
    return [
      { name: 'LagRecords', unit: 'Count', value: sum(lags) },
      { name: 'BehindSeconds', unit: 'Seconds', value: Math.max(0, ...(behinds ?? [])) },
      { name: 'BrokerSilentSeconds', unit: 'Seconds', value: silent?.[0] },
      { name: 'FreshnessSeconds', unit: 'Seconds', value: await this.#meanFreshness() },
      { name: 'UnreadablePartitions', unit: 'Count', value: sum(unreadables) },
      { name: 'CertificateDaysLeft', unit: 'Count', value: days?.[0] },
      await this.#added('Records', metrics.records),
      await this.#added('DeadLetters', metrics.deadLetters),
      await this.#added('GapOffsets', metrics.gapOffsets),
      await this.#added('CertificateFailures', metrics.certificateFailures),
      await this.#added('AwsRequests', metrics.awsRequests),
    ];
  }

  /** Mean age of the oldest records of the batches committed since the line before. */
  async #meanFreshness(): Promise<number | undefined> {
    const { values } = await this.#options.metrics.freshness.get();
    const total = (suffix: string): number =>
      values.find(({ metricName }) => metricName?.endsWith(suffix) === true)?.value ?? 0;
    const [seconds, batches] = [this.#since('freshness', total('_sum')), this.#since('batches', total('_count'))];
    return batches === 0 ? undefined : seconds / batches;
  }

  async #added(name: string, metric: Metric): Promise<Reading> {
    return { name, unit: 'Count', value: this.#since(name, sum(await valuesOf(metric))) };
  }

  #since(name: string, total: number): number {
    const before = this.#totals.get(name) ?? 0;
    this.#totals.set(name, total);
    return total - before;
  }
}

async function valuesOf(metric: Metric): Promise<number[]> {
  const { values } = await metric.get();
  return values.map(({ value }) => value);
}

function sum(values: readonly number[] | undefined): number {
  return (values ?? []).reduce((total, value) => total + value, 0);
}
