import type { Message, Publisher } from '../producer/publisher.ts';
import { systemClock } from '../runtime/clock.ts';
import { PipelineError } from '../runtime/errors.ts';
import { retry } from '../runtime/retry.ts';
import { createCluster, type Cluster, type ProducerIdentity } from './kafkajs/cluster.ts';
import type { Compression } from './format/codecs.ts';
import type { KafkaClient } from './kafkajs/client.ts';
import { errorCodes, errorOf } from './kafkajs/protocol-error.ts';
import { partitionOf } from './format/partitioner.ts';
import { sendBatches, type PartitionAnswer, type PartitionBatches } from './kafkajs/produce-request.ts';
import { writeRecordBatch } from './format/record-batch-writer.ts';

export interface PublisherOptions {
  readonly topic: string;
  readonly compression: Compression;
  /** Runs the work again while it rejects with a retryable failure. */
  readonly keepTrying: (work: () => Promise<void>) => Promise<void>;
}

const producerIdTimeoutMs = 60_000;
const sequenceMask = 0x7fffffff;

/**
 * An idempotent producer with acknowledgement by all replicas, over kafkajs's connections. Each partition's batch is sent
 * until its leader, whichever broker that is by then, has acknowledged it: no record is lost or doubled by a failover.
 */
export async function createKafkaPublisher(kafka: KafkaClient, options: PublisherOptions): Promise<Publisher> {
  const { topic, compression, keepTrying } = options;
  const cluster = createCluster(kafka);
  const named = { kafka, topic };
  let identity: ProducerIdentity | undefined;
  await keepTrying(() =>
    knownSoon(named, async () => {
      await cluster.connect();
      await cluster.addTargetTopic(topic);
      const broker = await cluster.brokerPool.findConnectedBroker();
      identity = await broker.initProducerId({ transactionTimeout: producerIdTimeoutMs });
    }),
  );
  const { producerId = '-1', producerEpoch = -1 } = identity ?? {};
  const partitions = cluster.findTopicPartitionMetadata(topic).length;
  const sequences = new Map<number, number>();
  let unkeyed = 0;

  const batchesOf = (messages: readonly Message[]): Map<number, Buffer> => {
    const byPartition = Map.groupBy(messages, ({ key }) =>
      key === undefined ? unkeyed++ % partitions : partitionOf(key, partitions),
    );
    const batches = new Map<number, Buffer>();
    for (const [partition, group] of byPartition) {
      const baseSequence = sequences.get(partition) ?? 0;
      sequences.set(partition, (baseSequence + group.length) & sequenceMask);
      const identified = { producerId: BigInt(producerId), producerEpoch, baseSequence };
      batches.set(partition, writeRecordBatch(group, { ...identified, compression, nowMs: systemClock.nowMs() }));
    }
    return batches;
  };

  return {
    send: async (messages) => {
      const waiting = batchesOf(messages);
      await keepTrying(() => knownSoon(named, () => deliver(cluster, topic, waiting)));
      return messages.length;
    },
    close: () => cluster.disconnect(),
  };
}

/** Sends each batch to its partition's leader and removes those that are acknowledged. Rejects while some are left. */
async function deliver(cluster: Cluster, topic: string, waiting: Map<number, Buffer>): Promise<void> {
  const leaders = new Map(
    cluster.findTopicPartitionMetadata(topic).map(({ partitionId, leader }) => [partitionId, leader]),
  );
  const byLeader = Map.groupBy(waiting, ([partition]) => leaders.get(partition) ?? -1);
  const outcomes = await Promise.allSettled(
    [...byLeader].map(async ([nodeId, batches]) => {
      let refused: number | undefined;
      for (const { partition, errorCode } of await produceTo(cluster, nodeId, { topic, batches })) {
        if (errorCode === 0 || errorCode === errorCodes.duplicateSequence) waiting.delete(partition);
        else refused = errorCode;
      }
      if (refused !== undefined) throw errorOf(refused);
    }),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed === undefined) return;
  // another broker may lead by now
  await cluster.refreshMetadata();
  throw failed.reason;
}

async function produceTo(
  cluster: Cluster,
  nodeId: number,
  request: PartitionBatches,
): Promise<readonly PartitionAnswer[]> {
  const broker = await cluster.findBroker({ nodeId });
  try {
    return await sendBatches(await broker.connectionPool.getConnection(), request);
  } catch (error) {
    // what is left of the connection would be used again
    if (error instanceof Error && /ConnectionClosed|RequestTimeout/.test(error.name)) await broker.disconnect();
    throw error;
  }
}

interface NamedTopic {
  readonly kafka: KafkaClient;
  readonly topic: string;
}

/** Patience for brokers that do not know yet of a topic that another one has just created. */
const topicPatience = { attemptsMax: 40, totalMs: 10_000, delayMs: 250, delayMaxMs: 250 };

async function knownSoon(named: NamedTopic, work: () => Promise<void>): Promise<void> {
  await retry(() => explained(named, work), {
    ...topicPatience,
    clock: systemClock,
    random: Math.random,
    isRetryable: (error) => error instanceof PipelineError && error.code === 'TOPIC_MISSING',
  });
}

async function explained({ kafka, topic }: NamedTopic, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw kafka.explain(error, `publishing to ${topic}`, { isEstablished: true });
  }
}
