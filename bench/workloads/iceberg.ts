import { timestampOf } from '../support/glueless.ts';
import { sparkIceberg } from '../peers/spark-iceberg.ts';
import { gluelessContender, peerContender } from '../support/kafka-contender.ts';
import { runRounds } from '../support/rounds.ts';
import { kindTopic } from '../support/topics.ts';
import type { Workload } from '../support/workload.ts';

const samplesMax = 3;

export const iceberg: Workload = {
  name: 'iceberg',
  about:
    'What Iceberg tables cost beside those of plain files: from the earliest to the last offset of a topic over mutual TLS, three partitions, into a local folder. Rows are counted in the Parquet files afterwards.',
  run: async (bench) => {
    const { kind } = bench;
    const spec = await kindTopic({ ...bench, topic: `bench-iceberg-${kind.name}` });
    const timestamp = timestampOf(kind);
    const settings = { TABLE_FORMAT: 'iceberg' };
    const contenders = [
      gluelessContender(bench, { id: 'glueless', name: 'glueless, plain files', spec, timestamp }),
      gluelessContender(bench, { id: 'glueless-iceberg', name: 'glueless, Iceberg', spec, settings, timestamp }),
      peerContender(bench, spec, { id: 'spark-iceberg', peer: sparkIceberg }),
    ];
    return runRounds(contenders, { ...bench, warmUps: 0, samples: Math.min(bench.samples, samplesMax) });
  },
};
