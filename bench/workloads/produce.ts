import { builtContender } from '../support/built.ts';
import { glueless } from '../support/glueless.ts';
import { measureProcess } from '../support/measure.ts';
import { runRounds, type Contender } from '../support/rounds.ts';
import type { Bench, Workload } from '../support/workload.ts';
import type { LoadBroker } from '../support/load-broker.ts';

const recordsMax = 1_000_000;
const partitions = 3;
const batchRecords = 3000;

export const produce: Workload = {
  name: 'produce',
  about:
    'The simulator makes thermometer readings and publishes them over mutual TLS as fast as they are acknowledged, to three partitions. kafkajs publishes the same readings with its own producer.',
  run: (bench) => {
    const records = Math.min(bench.records, recordsMax);
    const contenders = [
      ours(bench, records, { id: 'glueless', compression: 'zstd' }),
      ours(bench, records, { id: 'glueless-uncompressed', compression: 'none' }),
      kafkajs(bench, records),
    ];
    return runRounds(contenders, bench);
  },
};

function ours(bench: Bench, records: number, { id, compression }: { id: string; compression: string }): Contender {
  const options = ['--count', String(records), '--partitions', String(partitions), '--compression', compression];
  const args = ['produce', ...options, '--batch', String(batchRecords)];
  return {
    id,
    name: `glueless produce, ${compression}`,
    settings: [`glueless ${args.join(' ')}`],
    records,
    run: (round) =>
      onNewTopic(bench, { id, round, records }, (broker, topic) => measureProcess(glueless(args, { broker, topic }))),
  };
}

function kafkajs(bench: Bench, records: number): Contender {
  return {
    id: 'kafkajs',
    name: 'kafkajs producer, none',
    settings: [`the same readings, ${batchRecords} a send, acks -1, idempotent, uncompressed`],
    records,
    run: (round) =>
      onNewTopic(bench, { id: 'kafkajs', round, records }, async (broker, topic) => {
        const { args, ...command } = glueless([], { broker, topic, entry: builtContender('kafkajs-produce') });
        const numbers = [records, partitions, batchRecords].map(String);
        return measureProcess({ ...command, args: [...args, ...numbers] });
      }),
  };
}

/** Publishes to a topic of the sample's own, counts its records and drops it. */
async function onNewTopic<T>(
  bench: Bench,
  { id, round, records }: { readonly id: string; readonly round: number; readonly records: number },
  work: (broker: LoadBroker, topic: string) => Promise<T>,
): Promise<T> {
  const broker = await bench.broker();
  const topic = `bench-produce-${id}-${round + 1}`;
  const done = await work(broker, topic);
  const held = await broker.countRecords(topic);
  if (held !== records) throw new Error(`${topic} holds ${held} records, expected ${records}`);
  await broker.dropTopic(topic);
  return done;
}
