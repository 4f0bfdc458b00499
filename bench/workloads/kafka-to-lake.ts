import { changeEvents } from '../kinds/change-events.ts';
import { events } from '../kinds/events.ts';
import type { RecordKind } from '../kinds/kind.ts';
import { logs } from '../kinds/logs.ts';
import { optional } from '../kinds/optional.ts';
import { regular } from '../kinds/regular.ts';
import { shuffled } from '../kinds/shuffled.ts';
import { ward } from '../kinds/ward.ts';
import { wide } from '../kinds/wide.ts';
import type { Compression } from '../../src/kafka/format/codecs.ts';
import { timestampOf } from '../support/glueless.ts';
import { gluelessContender, peerContenders } from '../support/kafka-contender.ts';
import { startIdOf } from '../support/kinds-layout.ts';
import { runRounds, type Contender } from '../support/rounds.ts';
import { kindTopic } from '../support/topics.ts';
import { everySteadyKind } from '../support/variants.ts';
import type { Bench, Variant, Workload } from '../support/workload.ts';

/** Each kind is measured uncompressed and with one codec, so that every codec has two kinds. */
const codecs: readonly (readonly [RecordKind, Compression])[] = [
  [regular, 'zstd'],
  [ward, 'lz4'],
  [events, 'snappy'],
  [shuffled, 'gzip'],
  [optional, 'zstd'],
  [changeEvents, 'lz4'],
  [logs, 'snappy'],
  [wide, 'gzip'],
];

const packed = codecs.map(([kind, compression]): Variant => ({
  name: `${kind.name}, ${compression}`,
  kind,
  compression,
}));
/** Of the first variant; the others are many, and Spark takes long. */
const samplesMax = 3;
const startRecords = 1000;
const startPeers = ['bento', 'spark-schema-given'];

export const kafkaToLake: Workload = {
  name: 'kafka-to-lake',
  about:
    'From the earliest to the last offset of a topic over mutual TLS, three partitions, to Parquet in a local folder. Ours with its defaults, the exactly-once path on, each offset counted afterwards. Record batches are of about 60 kB, uncompressed or as the kind says.',
  variants: [...everySteadyKind, ...packed],
  run: async (bench) => {
    const { kind, compression, records, seed } = bench;
    const topic = `bench-${kind.name}-${compression}`;
    const spec = await kindTopic({ topic, kind, compression, records, seed });
    const peers = peerContenders(bench, spec);
    const ours = gluelessContender(bench, { id: 'glueless', name: 'glueless', spec, timestamp: timestampOf(kind) });
    const isFirst = kind === regular && compression === 'none';
    const starts = isFirst ? await startContenders(bench) : [];
    return runRounds([ours, ...peers, ...starts], {
      ...bench,
      warmUps: 0,
      samples: Math.min(bench.samples, isFirst ? samplesMax : 1),
    });
  },
};

/** What the programs cost before they have work to speak of. */
async function startContenders(bench: Bench): Promise<Contender[]> {
  const spec = await kindTopic({ ...bench, topic: 'bench-start', records: startRecords });
  const ours = gluelessContender(bench, { id: 'glueless', name: 'glueless', spec });
  const peers = peerContenders(bench, spec).filter(({ id }) => startPeers.includes(id));
  return [ours, ...peers].map((contender) => ({
    ...contender,
    id: startIdOf(contender.id),
    name: `${contender.name}, ${startRecords.toLocaleString('en')} records`,
  }));
}
