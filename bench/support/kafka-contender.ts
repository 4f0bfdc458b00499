import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { glueless, tableOf } from './glueless.ts';
import { measureProcess } from './measure.ts';
import { checkParquet, parquetFiles } from './parquet-output.ts';
import type { KafkaPeer } from './kafka-peer.ts';
import { kafkaPeers, type Named } from './peers.ts';
import type { Contender } from './rounds.ts';
import { sizeOf, type TopicSpec } from './topics.ts';
import type { Bench } from './workload.ts';

/** Peers that only receive and write nothing, so that no output is checked. */
const receiveOnly = /^(kafkajs-receive|franz-go)/;

export interface GluelessCase {
  readonly id: string;
  readonly name: string;
  readonly spec: TopicSpec;
  readonly settings?: Readonly<Record<string, string>>;
  /** Column of the event time, checked to be a timestamp. */
  readonly timestamp?: string;
  /** Drops a large topic when the sample has been taken. */
  readonly dropsTopic?: boolean;
}

/** Runs `glueless consume --until-end` from the earliest offset into a new lake and checks that every offset is there once. */
export function gluelessContender(bench: Bench, options: GluelessCase): Contender {
  const { id, name, spec, settings = {}, timestamp = 'eventtime', dropsTopic = false } = options;
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  return {
    id,
    name,
    settings: ['glueless consume --until-end', lines.length === 0 ? 'defaults' : lines.join(', ')],
    ...sizeOf(spec),
    run: async (round) => {
      const broker = await bench.broker();
      const topic = await broker.topic(spec);
      const lake = join(bench.folder, id);
      await rm(lake, { recursive: true, force: true });
      const group = `${id}-${round}-${Date.now()}`;
      const cost = await measureProcess(glueless(['consume', '--until-end'], { broker, topic, lake, group, settings }));
      const distinct = '(kafka_partition, kafka_offset)';
      const outputBytes = await checkParquet(join(lake, tableOf(topic)), {
        records: spec.records,
        distinct,
        timestamp,
      });
      const outputFiles = (await parquetFiles(lake)).length;
      await rm(lake, { recursive: true, force: true });
      if (dropsTopic) await broker.dropTopic(topic);
      return { ...cost, figures: { outputBytes, outputFiles } };
    },
  };
}

/** The peers that are measured on it, on the same topic. */
export function peerContenders(bench: Bench, spec: TopicSpec): Contender[] {
  const { kind, compression } = bench;
  const isMeasured = ({ peer }: (typeof kafkaPeers)[number]): boolean =>
    peer.kinds === undefined || (compression === 'none' && peer.kinds.includes(kind.name));
  return kafkaPeers.filter(isMeasured).map((named) => peerContender(bench, spec, named));
}

/** Another program on the topic; what it wrote is counted. */
export function peerContender(bench: Bench, spec: TopicSpec, { id, peer }: Named<KafkaPeer>): Contender {
  const { kind } = bench;
  return {
    id,
    name: peer.name,
    settings: peer.settings,
    records: spec.records,
    provide: () => peer.provide(),
    run: async () => {
      const broker = await bench.broker();
      const topic = await broker.topic(spec);
      const folder = join(bench.folder, id);
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      const { ca, cert, key } = broker.files;
      const files = { caFile: ca, certFile: cert, keyFile: key };
      const job = { ...files, bootstrap: broker.bootstrap, topic, records: spec.records, kind, folder };
      const { output, ...command } = peer.invocation(job);
      const cost = await measureProcess(command);
      const outputBytes = receiveOnly.test(id) ? 0 : await checkParquet(output, { records: spec.records });
      await rm(folder, { recursive: true, force: true });
      return outputBytes === 0 ? cost : { ...cost, figures: { outputBytes } };
    },
  };
}
