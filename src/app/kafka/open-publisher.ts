import type { Compression } from '../../kafka/format/codecs.ts';
import { createKafkaPublisher } from '../../kafka/publisher.ts';
import { ensureTopic } from '../../kafka/topics.ts';
import { withAdmin } from '../../kafka/kafkajs/admin.ts';
import { systemClock } from '../../runtime/clock.ts';
import { connectKafka } from './connect-kafka.ts';
import type { KafkaSettings } from '../config/settings/kafka-settings.ts';
import type { Logger } from '../observe/logger.ts';

export interface PublisherPlan {
  readonly partitions: number;
  readonly replication: number;
  readonly topicSettings: Readonly<Record<string, string>>;
  readonly compression: Compression;
  /** Waits for a cluster that has answered before. */
  readonly keepTrying: <T>(work: () => Promise<T>) => Promise<T>;
  readonly log: Logger;
}

export type OpenPublisher = Awaited<ReturnType<typeof createKafkaPublisher>>;

/** Connects to the brokers, makes the topic if it is missing, and resolves with who publishes to it. */
export async function openPublisher(settings: KafkaSettings, plan: PublisherPlan): Promise<OpenPublisher> {
  const { partitions, replication, topicSettings, compression, keepTrying, log } = plan;
  const { topic } = settings;
  const { kafka, certificate } = await connectKafka(settings, { patience: 'one-off', nowMs: systemClock.nowMs() });
  if (certificate !== undefined) log.info({ ...certificate }, 'client certificate is valid');
  // mistakes are told at once; a cluster is waited for once one of its brokers has answered, also while it replaces another one
  await withAdmin(kafka, 'cluster', async () => undefined);
  const state = await keepTrying(() => ensureTopic(kafka, { topic, partitions, replication, settings: topicSettings }));
  log.info({ topic, partitions, state }, 'topic is there');
  return createKafkaPublisher(kafka, { topic, compression, keepTrying });
}
