import { setTimeout as delay } from 'node:timers/promises';
import { parseMetrics, type MetricSample } from '../../src/monitor/pipeline/service-metrics.ts';
import { freePort } from '../../src/devstack/child.ts';
import { startAwsEmulator } from '../../src/devstack/emulators.ts';
import { glueless } from '../support/glueless.ts';
import { measureProcess, startMeasured } from '../support/measure.ts';
import { runRounds, type Contender } from '../support/rounds.ts';
import { thermometerTopic } from '../support/topics.ts';
import type { Bench, Workload } from '../support/workload.ts';

const perSecond = 5000;
const seconds = 60;
const quickSeconds = 10;
const commitSeconds = 10;
const waitMsMax = 180_000;
/** Published before: once they are written, the table is there and what is done at the start has been done. */
const firstRecords = 1000;

export const requests: Workload = {
  name: 'requests',
  about: `What the service asks of S3 and Glue on a steady stream of ${perSecond.toLocaleString('en')} records a second, three partitions, by its own counter \`glueless_aws_requests_total\`, against an emulator. Of plain files a batch of each partition is written every five seconds; of the Iceberg table every ten, with its snapshot: with fewer records a second, or shorter times, a million records cost more requests in proportion.`,
  run: async (bench) => {
    const emulator = await startAwsEmulator();
    try {
      const { environment, bucket } = emulator;
      const lakeOf = (id: string): string => `s3://${bucket}/${id}`;
      const contenders = [
        steady(bench, {
          id: 'glueless',
          name: 'glueless, plain files',
          lake: lakeOf('hive'),
          aws: environment,
          settings: { BATCH_AGE_MAX_SECONDS: '5' },
        }),
        steady(bench, {
          id: 'glueless-iceberg',
          name: 'glueless, Iceberg',
          lake: lakeOf('iceberg'),
          aws: environment,
          settings: { TABLE_FORMAT: 'iceberg', COMMIT_SECONDS: String(commitSeconds) },
        }),
      ];
      return await runRounds(contenders, { ...bench, warmUps: 0, samples: 1 });
    } finally {
      await emulator.stop();
    }
  },
};

interface Case {
  readonly id: string;
  readonly name: string;
  readonly lake: string;
  readonly aws: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
}

function steady(bench: Bench, { id, name, lake, aws, settings: own }: Case): Contender {
  const forSeconds = bench.isQuick ? quickSeconds : seconds;
  const shown = Object.entries(own).map(([key, value]) => `${key}=${value}`);
  return {
    id,
    name,
    settings: [`glueless consume, ${shown.join(', ')}`, `glueless produce --rate ${perSecond} for ${forSeconds} s`],
    records: perSecond * forSeconds,
    run: async (round) => {
      const broker = await bench.broker();
      const spec = thermometerTopic({ topic: `bench-requests-${id}-${round}`, records: firstRecords });
      const topic = await broker.topic(spec);
      const port = await freePort();
      const settings = { ...aws, ...own, HTTP_PORT: String(port) };
      const service = startMeasured(glueless(['consume'], { broker, topic, lake, group: topic, settings }));
      const until = (records: number): Promise<MetricSample[]> =>
        untilRecords(`http://127.0.0.1:${port}/metrics`, records);
      const before = await Promise.race([until(firstRecords), service.cost.then(() => [])]);
      const rate = ['--rate', String(perSecond), '--duration', `${forSeconds}s`, '--partitions', '3'];
      await measureProcess(glueless(['produce', ...rate], { broker, topic }));
      const all = await broker.countRecords(topic);
      const after = await until(all);
      const cost = await service.stop();
      await broker.dropTopic(topic);
      const millions = (all - firstRecords) / 1e6;
      const spent = (labels: Readonly<Record<string, string>> = {}): number =>
        (sumOf(after, 'glueless_aws_requests_total', labels) - sumOf(before, 'glueless_aws_requests_total', labels)) /
        millions;
      const figures = {
        requestsPerMillion: spent(),
        s3PutsPerMillion: spent({ operation: 'PutObject' }),
        s3ReadsPerMillion: spent({ operation: 'GetObject' }) + spent({ operation: 'HeadObject' }),
        s3ListsPerMillion: spent({ operation: 'ListObjectsV2' }),
        glueRequestsPerMillion: spent({ service: 'Glue' }),
      };
      return { ...cost, figures };
    },
  };
}

/** Gives the metrics once so many records are accounted for, and a snapshot had the time to take them in. */
async function untilRecords(url: string, records: number): Promise<MetricSample[]> {
  const deadlineMs = performance.now() + waitMsMax;
  for (;;) {
    const written = sumOf(await scrape(url).catch(() => []), 'glueless_records_total');
    if (written >= records) break;
    if (performance.now() > deadlineMs) throw new Error(`${url} came to ${written} of ${records} records`);
    await delay(200);
  }
  await delay(commitSeconds * 1000);
  return scrape(url);
}

async function scrape(url: string): Promise<MetricSample[]> {
  return parseMetrics(await (await fetch(url)).text());
}

/** Sums the samples of a metric that have all of these labels. */
function sumOf(samples: readonly MetricSample[], name: string, labels: Readonly<Record<string, string>> = {}): number {
  return samples
    .filter(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels.get(key) === value),
    )
    .reduce((sum, { value }) => sum + value, 0);
}
