import { gluelessContender, peerContenders } from '../support/kafka-contender.ts';
import { runRounds } from '../support/rounds.ts';
import { wideTopic } from '../support/topics.ts';
import type { Workload } from '../support/workload.ts';

const recordsMax = 200_000;

export const wide: Workload = {
  name: 'wide',
  about:
    'Records of 1.2 kB with 50 fields, among them structs in structs and arrays of numbers and of structs, from Kafka over mutual TLS to Parquet.',
  run: (bench) => {
    const spec = wideTopic('bench-wide', Math.min(bench.records, recordsMax));
    const peers = peerContenders(bench, spec, 'wide');
    const ours = gluelessContender(bench, { id: 'glueless', name: 'glueless', spec });
    return runRounds([ours, ...peers], bench);
  },
};
