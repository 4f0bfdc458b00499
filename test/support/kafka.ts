import { expect, inject } from 'vitest';
import { createKafkaClient, type KafkaClient } from '../../src/kafka/kafkajs/client.ts';
import { createCluster, type Cluster } from '../../src/kafka/kafkajs/cluster.ts';
import { TlsIdentity } from '../../src/kafka/kafkajs/tls-identity.ts';
import { withAdmin } from '../../src/kafka/kafkajs/admin.ts';
import type { TestRecord } from './chunks.ts';

/** A client of the shared broker, with every right. */
export function connectAdmin(
  bootstrap = inject('stack').bootstrap,
  credentials = inject('stack').credentials.admin,
  identity = new TlsIdentity(credentials),
  clientId = 'test',
): KafkaClient {
  return createKafkaClient({
    brokers: bootstrap.split(','),
    clientId,
    identity,
    retries: 5,
    unpackedBytesMax: 100_000_000,
  });
}

/** Runs `work` with connections of its own and closes them. */
export async function withCluster<T>(kafka: KafkaClient, work: (cluster: Cluster) => Promise<T>): Promise<T> {
  const cluster = createCluster(kafka);
  try {
    await cluster.connect();
    return await work(cluster);
  } finally {
    await cluster.disconnect();
  }
}

export async function createTopic(
  kafka: KafkaClient,
  topic: string,
  partitions: number,
  settings: Record<string, string> = {},
): Promise<void> {
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  await withAdmin(kafka, topic, (admin) =>
    admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: partitions, configEntries }] }),
  );
  await untilLed(kafka, topic, partitions);
}

/** A new topic is not known everywhere at once: waits until every partition's leader answers for it. */
export async function untilLed(kafka: KafkaClient, topic: string, partitions: number): Promise<void> {
  await expect
    .poll(
      () => withAdmin(kafka, topic, (admin) => admin.fetchTopicOffsets(topic)).then(({ length }) => length, String),
      { timeout: 20_000, interval: 50 },
    )
    .toBe(partitions);
}

export async function appendRecords(
  kafka: KafkaClient,
  topic: string,
  partition: number,
  records: readonly TestRecord[],
): Promise<void> {
  const producer = kafka.kafkajs.producer();
  await producer.connect();
  await producer.send({
    topic,
    messages: records.map(({ value, key, timestampMs, headers }) => ({
      partition,
      value: value === null ? null : Buffer.from(value),
      key: key ?? null,
      ...(headers && { headers }),
      ...(timestampMs !== undefined && { timestamp: String(timestampMs) }),
    })),
  });
  await producer.disconnect();
}

export async function deleteBelow(kafka: KafkaClient, topic: string, partition: number, offset: bigint): Promise<void> {
  await withAdmin(kafka, topic, async (admin) => {
    // loads the topic's metadata, without which the next call fails
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
  });
}
