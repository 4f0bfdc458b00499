import { gluelessContender, peerContenders } from '../support/kafka-contender.ts';
import { runRounds } from '../support/rounds.ts';
import { thermometerTopic } from '../support/topics.ts';
import type { Workload } from '../support/workload.ts';

export const kafkaToLake: Workload = {
  name: 'kafka-to-lake',
  about:
    'Thermometer readings of 107 to 118 bytes from the earliest to the last offset of a topic over mutual TLS, uncompressed, three partitions, to Parquet in a local folder. Ours with its defaults, the exactly-once path on, each offset counted afterwards.',
  run: (bench) => {
    const spec = thermometerTopic({ topic: 'bench-thermometer', records: bench.records });
    const peers = peerContenders(bench, spec, 'thermometer');
    const ours = gluelessContender(bench, { id: 'glueless', name: 'glueless', spec });
    return runRounds([ours, ...peers], bench);
  },
};
