import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBroker } from '../../src/devstack/broker.ts';
import { createKafkaClient, type KafkaClient } from '../../src/kafka/kafkajs/client.ts';
import { TlsIdentity } from '../../src/kafka/kafkajs/tls-identity.ts';
import { withAdmin } from '../../src/kafka/kafkajs/admin.ts';
import { fillTopic, type TopicSpec } from './topics.ts';

/** A broker with mutual TLS that is faster than the clients it measures, and topics that are filled once. */
export interface LoadBroker {
  readonly bootstrap: string;
  /** PEM files of a client with all permissions. */
  readonly files: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly kafka: KafkaClient;
  /** Makes and fills the topic the first time; resolves with its name. */
  topic(spec: TopicSpec): Promise<string>;
  /** Records that the topic holds. */
  countRecords(topic: string): Promise<number>;
  dropTopic(topic: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startLoadBroker(folder: string): Promise<LoadBroker> {
  const broker = await startBroker({ forLoad: true });
  await mkdir(folder, { recursive: true });
  const files = { ca: join(folder, 'ca.pem'), cert: join(folder, 'client.pem'), key: join(folder, 'client.key') };
  const { ca, cert, key } = broker.admin;
  await writeFile(files.ca, ca);
  await writeFile(files.cert, cert);
  await writeFile(files.key, key, { mode: 0o600 });
  const kafka = createKafkaClient({
    brokers: broker.bootstrap.split(','),
    clientId: 'bench',
    identity: new TlsIdentity(broker.admin),
    retries: 5,
    unpackedBytesMax: 2 ** 30,
  });
  const filled = new Set<string>();
  return {
    bootstrap: broker.bootstrap,
    files,
    kafka,
    topic: async (spec) => {
      if (!filled.has(spec.topic)) await fillTopic(kafka, spec);
      filled.add(spec.topic);
      return spec.topic;
    },
    countRecords: (topic) =>
      withAdmin(kafka, topic, async (admin) => {
        // loads the topic's metadata, without which the next call fails
        await admin.fetchTopicMetadata({ topics: [topic] });
        const offsets = await admin.fetchTopicOffsets(topic);
        return offsets.reduce((sum, { high }) => sum + Number(high), 0);
      }),
    dropTopic: async (topic) => {
      filled.delete(topic);
      await withAdmin(kafka, topic, (admin) => admin.deleteTopics({ topics: [topic] }));
    },
    stop: () => broker.stop(),
  };
}
