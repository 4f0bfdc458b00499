import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { BrokerClient } from '../../../src/kafka/brokers/broker-client.ts';
import { readRecordBatches } from '../../../src/kafka/format/record-batch.ts';
import { createCluster } from '../../../src/kafka/kafkajs/cluster.ts';
import { fetchRecords } from '../../../src/kafka/kafkajs/fetch-request.ts';
import { errorOf } from '../../../src/kafka/kafkajs/protocol-error.ts';
import { fetchMetadata } from '../../../src/kafka/kafkajs/metadata-request.ts';
import { createTopicReader } from '../../../src/kafka/topic/topic-reader.ts';
import { withAdmin } from '../../../src/kafka/kafkajs/admin.ts';
import { appendRecords, connectAdmin, createTopic } from '../../support/kafka.ts';
import { setFetchQuota } from '../../support/quota.ts';
import { valuesOf } from '../../support/record-recorder.ts';
import { sendBatch } from '../../support/raw-producer.ts';
import { encodeBatch } from '../../support/record-batches.ts';

const values = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `v${from + index}`);
const records = (count: number, from = 0) => values(count, from).map((value) => ({ value }));

async function openTopic(partitions: number) {
  const kafka = connectAdmin();
  const topic = `reader-${randomUUID()}`;
  await createTopic(kafka, topic, partitions);
  return { kafka, topic };
}

describe('a topic reader', () => {
  it('needs no right but to read the topic, and leaves no group behind', async () => {
    const { kafka, topic } = await openTopic(1);
    await appendRecords(kafka, topic, 0, records(10));
    const acl = {
      resourceType: 2,
      resourceName: topic,
      resourcePatternType: 3,
      principal: 'User:CN=nobody',
      host: '*',
      operation: 3,
      permissionType: 3,
    };
    const groups = await withAdmin(kafka, topic, async (admin) => {
      await admin.createAcls({ acl: [acl] });
      return (await admin.listGroups()).groups.length;
    });
    const { bootstrap, credentials } = inject('stack');
    await using reader = createTopicReader({ kafka: connectAdmin(bootstrap, credentials.nobody), topic });
    const read = () => Array.fromAsync(reader.read({ partition: 0, from: 2n, to: 8n }));
    await expect.poll(async () => valuesOf(await read().catch(() => []))).toEqual(values(6, 2));
    expect((await reader.describe()).partitions.get(0)).toEqual({ low: 0n, high: 10n });
    expect(await withAdmin(kafka, topic, async (admin) => (await admin.listGroups()).groups.length)).toBe(groups);
  });

  it.each([6, 10])('speaks version %i of metadata requests', async (version) => {
    const { kafka, topic } = await openTopic(2);
    const cluster = createCluster(kafka);
    onTestFinished(() => cluster.disconnect());
    await cluster.connect();
    await cluster.refreshMetadata();
    const broker = await cluster.findBroker({ nodeId: 1 });
    const upTo = Object.assign(broker, { versions: { 3: { minVersion: 0, maxVersion: version } } });
    const { brokers, topics } = await fetchMetadata(upTo, [topic, 'not-there']);
    expect(brokers).toMatchObject([{ nodeId: 1 }]);
    expect(topics.find((each) => each.topic === 'not-there')).toMatchObject({ errorCode: 3, partitions: [] });
    const found = topics.find((each) => each.topic === topic);
    expect(found).toMatchObject({ errorCode: 0, partitions: [{ leader: 1 }, { leader: 1 }] });
    expect(typeof found?.topicId).toBe(version === 10 ? 'string' : 'undefined');
    const all = await fetchMetadata(upTo, undefined);
    expect(all.topics.map((each) => each.topic)).toContain(topic);
  });

  it.each([11, 12, 13])('speaks version %i of fetch requests', async (version) => {
    const { kafka, topic } = await openTopic(1);
    await appendRecords(kafka, topic, 0, records(4));
    const cluster = createCluster(kafka);
    onTestFinished(() => cluster.disconnect());
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    const broker = await cluster.findBroker({ nodeId: 1 });
    const { topicId } = (await fetchMetadata(broker, [topic])).topics[0] ?? {};
    const upTo = Object.assign(broker, { versions: { 1: { minVersion: 4, maxVersion: version } } });
    const partitions = [{ partition: 0, offset: 1n, bytesMax: 1_000_000, lastEpoch: 0 }];
    const asked = { topics: [{ topic, topicId, partitions }], waitMs: 100, bytesMax: 1_000_000 };
    const { topics } = await fetchRecords(upTo, asked, 0);
    expect(topics.map((each) => each.topic)).toEqual([topic]);
    const answers = topics[0]?.partitions ?? [];
    expect(answers).toMatchObject([{ partition: 0, errorCode: 0, highWatermark: 4n, stableEnd: 4n, logStart: 0n }]);
    expect(readRecordBatches(Buffer.from(answers[0]?.records ?? []), 1n)).toMatchObject({
      batches: [{ baseOffset: 0n, count: 4, leaderEpoch: 0 }],
      damage: undefined,
    });
  });

  it('waits for a broker that slows it down by a quota', async () => {
    const { kafka, topic } = await openTopic(1);
    for (const value of ['a', 'b', 'c']) await appendRecords(kafka, topic, 0, [{ value: value.repeat(45_000) }]);
    const slow = connectAdmin(undefined, undefined, undefined, topic);
    await setFetchQuota(kafka, topic, 10_000);
    await using reader = createTopicReader({ kafka: slow, topic });
    const read = valuesOf(await Array.fromAsync(reader.read({ partition: 0, from: 0n, to: 3n })));
    expect(read.map((value) => value?.[0])).toEqual(['a', 'b', 'c']);
  });

  it('follows a topic that has got more partitions', async () => {
    const { kafka, topic } = await openTopic(1);
    await using reader = createTopicReader({ kafka, topic });
    expect((await reader.describe()).partitions.size).toBe(1);
    await withAdmin(kafka, topic, (admin) => admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] }));
    await expect.poll(async () => (await reader.describe()).partitions.size).toBe(3);
    await appendRecords(kafka, topic, 2, records(3));
    expect(valuesOf(await Array.fromAsync(reader.read({ partition: 2, from: 0n, to: 3n })))).toEqual(values(3));
  });

  it('counts nothing as read that a transaction has not committed yet', async () => {
    const { kafka, topic } = await openTopic(1);
    await appendRecords(kafka, topic, 0, records(5));
    const producer = kafka.kafkajs.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ value: 'open' }] });
    await using reader = createTopicReader({ kafka, topic });
    const readTo = (to: bigint) => Array.fromAsync(reader.read({ partition: 0, from: 0n, to }));
    expect((await reader.describe()).partitions.get(0)?.high).toBe(5n);
    await expect(readTo(6n)).rejects.toMatchObject({ code: 'OFFSETS_GONE' });
    await transaction.abort();
    await producer.disconnect();
    await expect.poll(async () => (await reader.describe()).partitions.get(0)?.high).toBe(7n);
    const chunks = await readTo(7n);
    expect(valuesOf(chunks)).toEqual(values(5));
    expect(chunks.at(-1)?.to).toBe(7n);
  });

  it('hands over what stands before a batch that can’t be read, and then says which one it is', async () => {
    const { kafka, topic } = await openTopic(1);
    await appendRecords(kafka, topic, 0, records(3));
    await sendBatch(topic, 0, encodeBatch(records(2), { deltas: [0, 0], lastOffsetDelta: 1 }));
    await appendRecords(kafka, topic, 0, records(2, 5));
    await using reader = createTopicReader({ kafka, topic });
    const read: string[] = [];
    const reading = async (): Promise<void> => {
      for await (const chunk of reader.read({ partition: 0, from: 0n, to: 7n })) read.push(...valuesOf([chunk]));
    };
    await expect(reading()).rejects.toMatchObject({
      code: 'RECORDS_UNREADABLE',
      message: expect.stringContaining(`${topic}/0: the record batch at offset 3`),
      details: { partition: 0, offset: '3', to: '5' },
    });
    expect(read).toEqual(values(3));
    const behind = await Array.fromAsync(reader.read({ partition: 0, from: 5n, to: 7n }));
    expect(valuesOf(behind)).toEqual(values(2, 5));
  });

  it('reads the last record of 120 partitions over the connections it has', async () => {
    const { kafka, topic } = await openTopic(120);
    const producer = kafka.kafkajs.producer();
    await producer.connect();
    const messages = Array.from({ length: 120 }, (_, partition) => ({ partition, value: `last of ${partition}` }));
    await producer.send({ topic, messages });
    await producer.disconnect();
    await using reader = createTopicReader({ kafka, topic });
    const { partitions } = await reader.describe();
    const last = await Promise.all(
      [...partitions].map(async ([partition, { high }]) =>
        valuesOf(await Array.fromAsync(reader.read({ partition, from: high - 1n, to: high }))),
      ),
    );
    expect(last.flat()).toEqual(messages.map(({ value }) => value));
  });

  it('takes no other request’s connections away when one is tried again over new ones', async () => {
    const { kafka, topic } = await openTopic(1);
    const once = async () => {
      const brokers = new BrokerClient(kafka);
      onTestFinished(() => brokers.close());
      let isLoading = true;
      const retried = brokers.ask('a coordinator that is loading', async (cluster) => {
        await cluster.brokerPool.findConnectedBroker();
        if (!isLoading) return;
        isLoading = false;
        throw errorOf(14);
      });
      await Promise.all([retried, brokers.metadata(topic), brokers.watermarks(topic), brokers.committed(topic, topic)]);
    };
    await expect(Promise.all(Array.from({ length: 20 }, once))).resolves.toHaveLength(20);
  });
});
