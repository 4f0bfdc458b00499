import type { Consumer, Kafka } from 'kafkajs';
import type { AssignedPartition, RecordHandler, RecordSource } from '../consumer/ports/topic.ts';
import { PipelineError } from '../runtime/errors.ts';
import { explainKafkaError } from './explain-kafka-error.ts';
import { admit } from './admit-fetch.ts';
import { fetchedBatch } from './kafkajs/fetch-decoding.ts';
import { chunkOfRecordSet } from './format/record-set.ts';
import { fetchTopicId } from './kafkajs/metadata-request.ts';
import { withAdmin, withCluster } from './topics.ts';

export interface SourceOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly fetchBytesMax: number;
}

/** A member of a consumer group. Positions are ours, not kafkajs's: what does not follow them is dropped. */
export function createRecordSource(options: SourceOptions): RecordSource {
  const { kafka, topic, groupId } = options;
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: options.sessionTimeoutMs,
    heartbeatInterval: Math.max(500, Math.floor(options.sessionTimeoutMs / 10)),
    rebalanceTimeout: 60_000,
    // when all partitions are paused, kafkajs looks at them again after this long
    maxWaitTimeInMs: 100,
    maxBytesPerPartition: options.fetchBytesMax,
    maxBytes: options.fetchBytesMax * 4,
    allowAutoTopicCreation: false,
    retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 10_000, restartOnFailure: async () => true },
  });
  const positions = new Map<number, bigint>();
  const paused = new Set<number>();
  const over = Promise.withResolvers<void>();
  let assignment = 0;
  let stopping: Promise<void> | undefined;

  const fail = (error: unknown): void => over.reject(explainKafkaError(error, `group ${groupId} on ${topic}`));
  const seek = (partition: number, offset: bigint): void => {
    positions.set(partition, offset);
    consumer.seek({ topic, partition, offset: offset.toString() });
  };

  const onJoin = (partitions: readonly number[], handler: RecordHandler): void => {
    const mine = ++assignment;
    positions.clear();
    paused.clear();
    // before the first fetch of this assignment
    consumer.pause([{ topic, partitions: [...partitions] }]);
    assign(kafka, options, partitions, handler)
      .then((starts) => {
        if (mine !== assignment) return;
        for (const [partition, offset] of starts) seek(partition, offset);
        consumer.resume([{ topic, partitions: [...partitions] }]);
      })
      .catch((error: unknown) => {
        if (mine === assignment) fail(error);
      });
  };

  return {
    run: async (handler) => {
      listen(consumer, {
        topic,
        onJoin: (partitions) => onJoin(partitions, handler),
        onLost: () => handler.revoked(),
        fail,
      });
      try {
        await consumer.connect();
        await consumer.subscribe({ topic, fromBeginning: true });
        await consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: 1,
          eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
            const { partition } = batch;
            const answer = fetchedBatch(batch);
            const position = positions.get(partition);
            // memory is short: it is fetched again when there is some
            if (answer.isPacked && paused.has(partition)) return answer.drop();
            resolveOffset((answer.end - 1n).toString());
            const admission = position === undefined ? undefined : admit(position, answer);
            if (admission?.kind === 'take') {
              const { from, lost } = admission;
              if (lost !== undefined) handler.gap({ partition, ...lost });
              positions.set(partition, answer.end);
              handler.records(chunkOfRecordSet(answer.records, { topic, partition, from, to: answer.end }));
            } else {
              answer.drop();
              if (admission?.kind === 'stale' && position !== undefined) seek(partition, position);
            }
            await heartbeat().catch((error: unknown) => {
              handler.revoked();
              throw error;
            });
          },
        });
      } catch (error) {
        throw explainKafkaError(error, `group ${groupId} on ${topic}`);
      }
      await over.promise;
    },
    stop: () => {
      stopping ??= consumer
        .disconnect()
        .catch(() => {})
        .then(() => over.resolve());
      return stopping;
    },
    pause: (partition) => {
      paused.add(partition);
      consumer.pause([{ topic, partitions: [partition] }]);
    },
    resume: (partition) => {
      paused.delete(partition);
      consumer.resume([{ topic, partitions: [partition] }]);
    },
    seek,
    commit: async (partition, offset, metadata) => {
      try {
        await consumer.commitOffsets([{ topic, partition, offset: offset.toString(), metadata }]);
      } catch (error) {
        throw explainKafkaError(error, `committing ${topic}/${partition}`);
      }
    },
  };
}

interface Listeners {
  readonly topic: string;
  readonly onJoin: (partitions: readonly number[]) => void;
  readonly onLost: () => void;
  readonly fail: (error: unknown) => void;
}

function listen(consumer: Consumer, { topic, onJoin, onLost, fail }: Listeners): void {
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => onJoin(payload.memberAssignment[topic] ?? []));
  consumer.on(consumer.events.REBALANCING, onLost);
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    const named = explainKafkaError(payload.error, topic);
    // a crash that kafkajs does not recover from leaves a process that does nothing; what can't pass by itself ends it at once
    if (!payload.restart || (!named.retryable && named.code !== 'BROKER_FAILED')) fail(payload.error);
  });
}

async function assign(
  kafka: Kafka,
  { topic, groupId }: SourceOptions,
  partitions: readonly number[],
  handler: RecordHandler,
): Promise<ReadonlyMap<number, bigint>> {
  const topicId = await withCluster(kafka, topic, async (cluster) =>
    fetchTopicId(await cluster.brokerPool.findConnectedBroker(), topic),
  );
  const assigned = await withAdmin(kafka, `group ${groupId}`, async (admin) => {
    const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const marks = await admin.fetchTopicOffsets(topic);
    return partitions.map((partition): AssignedPartition => {
      const mark = marks.find((each) => each.partition === partition);
      if (mark === undefined)
        throw new PipelineError('TOPIC_MISSING', {
          message: `${topic} has no partition ${partition}`,
          retryable: false,
        });
      const commit = committed?.partitions.find((each) => each.partition === partition);
      const known = commit !== undefined && BigInt(commit.offset) >= 0n;
      return {
        partition,
        topicId,
        low: BigInt(mark.low),
        high: BigInt(mark.high),
        ...(known && { committed: { offset: BigInt(commit.offset), metadata: commit.metadata ?? '' } }),
      };
    });
  });
  return handler.assigned(assigned);
}
