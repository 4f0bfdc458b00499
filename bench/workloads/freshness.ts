import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { glueless, tableOf } from '../support/glueless.ts';
import { measureProcess, startMeasured } from '../support/measure.ts';
import { changeTimes, freshnessOf } from '../support/freshness.ts';
import { untilRows } from '../support/parquet-output.ts';
import { runRounds, type Contender } from '../support/rounds.ts';
import { thermometerTopic } from '../support/topics.ts';
import { untilSnapshotRows, visibleSince } from '../support/visible-since.ts';
import type { Bench, Workload } from '../support/workload.ts';

const perSecond = 5000;
const seconds = 60;
const quickSeconds = 10;
const samplesMax = 3;
/** Records published before measuring: once they are written, the service is in its steady state. */
const firstRecords = 1000;

export const freshness: Workload = {
  name: 'freshness',
  about:
    'The service on a steady stream: from the Kafka timestamp of each record to the moment the object that holds it could be read. That moment is the change time of the file, which the link to its final name sets; of an Iceberg table it is that of the catalog’s first pointer to a snapshot with the file. CPU share: CPU seconds of the process by its wall seconds, start and stop included.',
  run: (bench) =>
    runRounds(
      cases.map((each) => steady(bench, each)),
      { ...bench, samples: Math.min(bench.samples, samplesMax), warmUps: 0 },
    ),
};

interface Case {
  readonly id: string;
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Resolves when readers see that many rows. */
  readonly untilVisible: (lake: string, table: string, rows: number) => Promise<void>;
  /** When readers could see each file first. */
  readonly readableSince: (lake: string, table: string) => Promise<ReadonlyMap<string, number>>;
}

const cases: readonly Case[] = [
  {
    id: 'glueless',
    name: 'glueless',
    settings: { BATCH_AGE_MAX_SECONDS: '5' },
    untilVisible: (lake, table, rows) => untilRows(join(lake, table), rows),
    readableSince: (lake, table) => changeTimes(join(lake, table)),
  },
  {
    id: 'glueless-iceberg',
    name: 'glueless, Iceberg',
    settings: { TABLE_FORMAT: 'iceberg', COMMIT_SECONDS: '5' },
    untilVisible: untilSnapshotRows,
    readableSince: visibleSince,
  },
];

function steady(bench: Bench, { id, name, settings, untilVisible, readableSince }: Case): Contender {
  const forSeconds = bench.isQuick ? quickSeconds : seconds;
  const shown = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  return {
    id,
    name,
    settings: [
      `glueless consume, ${shown.join(', ')}`,
      `glueless produce --rate ${perSecond} for ${forSeconds} s beside it`,
    ],
    records: perSecond * forSeconds,
    run: async (round) => {
      const broker = await bench.broker();
      const first = thermometerTopic({ topic: `bench-freshness-${id}-${round}`, records: firstRecords });
      const topic = await broker.topic(first);
      const lake = join(bench.folder, 'lake');
      await rm(lake, { recursive: true, force: true });
      const service = startMeasured(glueless(['consume'], { broker, topic, lake, group: topic, settings }));
      const table = tableOf(topic);
      await Promise.race([untilVisible(lake, table, firstRecords), service.cost]);
      const steadyFromMs = Date.now();
      const rate = ['--rate', String(perSecond), '--duration', `${forSeconds}s`, '--partitions', '3'];
      const produced = await measureProcess(glueless(['produce', ...rate], { broker, topic }));
      // the last records must be written because of their age, as all others; a stop would write them early
      await untilVisible(lake, table, await broker.countRecords(topic));
      const figures = await freshnessOf(await readableSince(lake, table), steadyFromMs);
      const cost = await service.stop();
      await broker.dropTopic(topic);
      const cpuShare = cost.cpuSeconds / cost.wallSeconds;
      return { ...cost, figures: { ...figures, cpuShare, producerCpuSeconds: produced.cpuSeconds } };
    },
  };
}
