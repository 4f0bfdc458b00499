import { gluelessContender } from '../support/kafka-contender.ts';
import { idleContenders } from '../support/idle.ts';
import { runRounds, type Contender } from '../support/rounds.ts';
import { thermometerTopic, type ThermometerTopic } from '../support/topics.ts';
import type { Bench, Workload } from '../support/workload.ts';

interface Case extends Omit<ThermometerTopic, 'topic' | 'records'> {
  readonly id: string;
  readonly name: string;
  /** Multiplies the records of the run. */
  readonly times?: number;
}

const cases: readonly Case[] = [
  { id: 'base', name: 'base: uncompressed, 3 partitions, records in order of time' },
  { id: 'hive-1', name: '1 Hive partition', hours: 1 },
  { id: 'hive-60', name: '60 Hive partitions in every batch', hours: 60 },
  { id: 'kafka-50', name: '50 Kafka partitions', partitions: 50 },
  {
    id: 'zstd-1mb',
    name: 'zstd, irregular readings, record batches of 125,000: 1 MB packed, 17 MB unpacked',
    compression: 'zstd',
    sendRecords: 3 * 125_000,
    isIrregular: true,
  },
  {
    id: 'zstd-regular',
    name: 'zstd, record batches of 100,000: 0.2 MB packed, 13 MB unpacked, so that a fetch of 1 MiB would bring 79 MB',
    compression: 'zstd',
    sendRecords: 3 * 100_000,
  },
];

const samplesMax = 3;
const tenfold = 10;

/** Measures peak memory of the process as the kernel counts it, in the cases that could raise it. */
export const memory: Workload = {
  name: 'memory',
  about:
    'Peak resident memory of `glueless consume` with its defaults on topics that could raise it, and of one that has nothing to do.',
  run: async (bench) => {
    const few = { ...bench, samples: Math.min(bench.samples, samplesMax), warmUps: 0 };
    const once = { ...few, samples: 1 };
    const short = await runRounds(
      cases.map((each) => contender(bench, each)),
      few,
    );
    const long = await runRounds(
      [contender(bench, { id: 'tenfold', name: 'ten times the records', times: tenfold })],
      once,
    );
    return [...short, ...long, ...(await runRounds(idleContenders(bench), few))];
  },
};

function contender(bench: Bench, { id, name, times = 1, ...topic }: Case): Contender {
  const spec = thermometerTopic({ ...topic, topic: `bench-memory-${id}`, records: bench.records * times });
  return gluelessContender(bench, { id, name, spec, dropsTopic: times > 1 });
}
