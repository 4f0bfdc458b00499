import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { glueless, tableOf } from '../support/glueless.ts';
import { measureProcess, startMeasured } from '../support/measure.ts';
import { freshnessOf } from '../support/freshness.ts';
import { untilRows } from '../support/parquet-output.ts';
import { runRounds, type Contender } from '../support/rounds.ts';
import { thermometerTopic } from '../support/topics.ts';
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
    'The service on a steady stream with BATCH_AGE_MAX_SECONDS=5: from the Kafka timestamp of each record to the moment the object that holds it could be read. That moment is the change time of the file, which the link to its final name sets. CPU share: CPU seconds of the process by its wall seconds, start and stop included.',
  run: (bench) => runRounds([steady(bench)], { ...bench, samples: Math.min(bench.samples, samplesMax), warmUps: 0 }),
};

function steady(bench: Bench): Contender {
  const forSeconds = bench.isQuick ? quickSeconds : seconds;
  const settings = { BATCH_AGE_MAX_SECONDS: '5' };
  return {
    id: 'glueless',
    name: 'glueless',
    settings: [
      'glueless consume, BATCH_AGE_MAX_SECONDS=5',
      `glueless produce --rate ${perSecond} for ${forSeconds} s beside it`,
    ],
    records: perSecond * forSeconds,
    run: async (round) => {
      const broker = await bench.broker();
      const first = thermometerTopic({ topic: `bench-freshness-${round}`, records: firstRecords });
      const topic = await broker.topic(first);
      const lake = join(bench.folder, 'lake');
      await rm(lake, { recursive: true, force: true });
      const service = startMeasured(glueless(['consume'], { broker, topic, lake, group: topic, settings }));
      const table = join(lake, tableOf(topic));
      await Promise.race([untilRows(table, firstRecords), service.cost]);
      const steadyFromMs = Date.now();
      const rate = ['--rate', String(perSecond), '--duration', `${forSeconds}s`, '--partitions', '3'];
      const produced = await measureProcess(glueless(['produce', ...rate], { broker, topic }));
      // the last records must be written because of their age, as all others; a stop would write them early
      await untilRows(table, await broker.countRecords(topic));
      const figures = await freshnessOf(table, steadyFromMs);
      const cost = await service.stop();
      await broker.dropTopic(topic);
      const cpuShare = cost.cpuSeconds / cost.wallSeconds;
      return { ...cost, figures: { ...figures, cpuShare, producerCpuSeconds: produced.cpuSeconds } };
    },
  };
}
