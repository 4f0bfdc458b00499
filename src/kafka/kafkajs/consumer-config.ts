import type { ConsumerConfig } from 'kafkajs';
import type { KafkaClient } from './client.ts';
import { topicAssigner, type AssignerOptions } from './topic-assigner.ts';

export interface GroupOptions {
  readonly kafka: KafkaClient;
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly fetchBytesMax: number;
  /** How old the list of partitions and leaders may become: new partitions are seen within this time. */
  readonly metadataMaxAgeMs: number;
}

/** What kafkajs's consumer is told. */
export function consumerConfig(
  { kafka, groupId, sessionTimeoutMs, fetchBytesMax, metadataMaxAgeMs }: GroupOptions,
  assigner: AssignerOptions,
): ConsumerConfig {
  return {
    groupId,
    partitionAssigners: [topicAssigner(assigner)],
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.max(500, Math.floor(sessionTimeoutMs / 10)),
    rebalanceTimeout: 60_000,
    metadataMaxAge: metadataMaxAgeMs,
    // when all partitions are paused, kafkajs looks at them again after this long
    maxWaitTimeInMs: 100,
    maxBytesPerPartition: Math.min(fetchBytesMax, kafka.unpackedBytesMax),
    maxBytes: Math.min(fetchBytesMax * 4, kafka.unpackedBytesMax),
    allowAutoTopicCreation: false,
    retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 10_000, restartOnFailure: async () => true },
  };
}
