import { createTopicReader } from '../../kafka/topic/topic-reader.ts';
import { systemClock } from '../../runtime/clock.ts';
import { connectKafka } from './connect-kafka.ts';
import type { KafkaSettings } from '../config/settings/kafka-settings.ts';

/** A reader of the configured topic for one command, outside of any group. Ends its connections when it is disposed of. */
export type OpenTopic = ReturnType<typeof createTopicReader>;

/** Loads and checks the certificate; connects with the first request. Rejects with CERT_* and KEYSTORE_*. */
export async function openTopic(settings: KafkaSettings): Promise<OpenTopic> {
  const { kafka } = await connectKafka(settings, { patience: 'one-off', nowMs: systemClock.nowMs() });
  return createTopicReader({ kafka, topic: settings.topic });
}
