import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { provideImage, startContainer, taskFlags } from '../support/containers.ts';
import { changeTimes, freshnessOf } from '../support/freshness.ts';
import { regular } from '../kinds/regular.ts';
import { glueless, tableOf, timestampOf } from '../support/glueless.ts';
import { measureProcess } from '../support/measure.ts';
import { checkParquet, untilRows } from '../support/parquet-output.ts';
import { runRounds, type Contender } from '../support/rounds.ts';
import { kindTopic, sizeOf, thermometerTopic } from '../support/topics.ts';
import { everySteadyKind } from '../support/variants.ts';
import type { Bench, Workload } from '../support/workload.ts';

const regularRecordsMax = 1_000_000;
/** Enough for a full batch of each partition. */
const recordsMax = 300_000;
const samplesMax = 3;
const perSecond = 10_000;
const seconds = 60;
const quickSeconds = 15;
const firstRecords = 1000;
const ageSeconds = 5;

export const container: Workload = {
  name: 'container',
  about:
    'The image in the smallest Fargate task, 512 MB and a quarter of a core, with the broker outside: how fast it catches up with each kind of records, its start included, and whether it keeps up with 10,000 thermometer readings a second. Falling behind would show in the last third of that minute. Costs are those of the process inside, by getrusage at its end.',
  variants: everySteadyKind,
  run: async (bench) => {
    const samples = Math.min(bench.samples, bench.kind === regular ? samplesMax : 1);
    const contenders = [await catchingUp(bench), ...(bench.kind === regular ? [keepingUp(bench)] : [])];
    return runRounds(contenders, { ...bench, samples, warmUps: 0 });
  },
};

async function catchingUp(bench: Bench): Promise<Contender> {
  const { kind } = bench;
  const records = Math.min(bench.records, kind === regular ? regularRecordsMax : recordsMax);
  const spec = await kindTopic({ ...bench, topic: `bench-container-${kind.name}`, records });
  return {
    id: 'glueless',
    name: 'catching up',
    settings: [`docker run ${taskFlags.join(' ')}`, 'consume --until-end, defaults of the image'],
    ...sizeOf(spec),
    provide: provideImage,
    run: async (round) => {
      const broker = await bench.broker();
      const topic = await broker.topic(spec);
      const folder = join(bench.folder, 'catching-up');
      const settings = { KAFKA_GROUP_ID: `container-${round}-${Date.now()}` };
      const args = ['consume', '--until-end'];
      const task = await startContainer({ name: 'glueless-bench-catch-up', args, broker, topic, folder, settings });
      try {
        const cost = await task.end();
        const outputBytes = await checkParquet(join(folder, 'lake', tableOf(topic)), {
          records,
          distinct: '(kafka_partition, kafka_offset)',
          timestamp: timestampOf(kind),
        });
        return { ...cost, figures: { outputBytes, caughtUpPerSecond: records / cost.wallSeconds } };
      } finally {
        await task.remove();
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

function keepingUp(bench: Bench): Contender {
  const forSeconds = bench.isQuick ? quickSeconds : seconds;
  return {
    id: 'glueless-steady',
    name: `keeping up with ${perSecond.toLocaleString('en')} records/s`,
    settings: [
      `docker run ${taskFlags.join(' ')}`,
      `consume, BATCH_AGE_MAX_SECONDS=${ageSeconds}`,
      `glueless produce --rate ${perSecond} for ${forSeconds} s, outside`,
    ],
    records: perSecond * forSeconds,
    provide: provideImage,
    run: async (round) => {
      const broker = await bench.broker();
      const first = thermometerTopic({ topic: `bench-container-steady-${round}`, records: firstRecords });
      const topic = await broker.topic(first);
      const folder = join(bench.folder, 'keeping-up');
      const settings = { BATCH_AGE_MAX_SECONDS: String(ageSeconds) };
      const name = 'glueless-bench-keep-up';
      const task = await startContainer({ name, args: ['consume'], broker, topic, folder, settings });
      try {
        const table = join(folder, 'lake', tableOf(topic));
        await untilRows(table, firstRecords);
        const rate = ['--rate', String(perSecond), '--duration', `${forSeconds}s`, '--partitions', '3'];
        const fromMs = Date.now();
        await measureProcess(glueless(['produce', ...rate], { broker, topic }));
        const lastThirdMs = fromMs + ((Date.now() - fromMs) * 2) / 3;
        // rejects when rows are missing
        await untilRows(table, await broker.countRecords(topic));
        const figures = await freshnessOf(await changeTimes(table), lastThirdMs);
        const cost = await task.stop();
        return { ...cost, figures: { ...figures, cpuShare: cost.cpuSeconds / cost.wallSeconds } };
      } finally {
        await task.remove();
        await broker.dropTopic(topic);
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
