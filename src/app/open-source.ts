import { createRecordSource } from '../kafka/source.ts';
import { createTopicReader } from '../kafka/topic-reader.ts';
import type { RecordSource } from '../consumer/ports/topic.ts';
import type { KafkaConnection } from './connect-kafka.ts';
import type { KafkaSettings } from './config/settings.ts';
import type { Logger } from './observe/logger.ts';
import type { OpenTopic } from './open-topic.ts';

/** Reads as a member of the group; connects when it is run. */
export function openSource({ kafka }: KafkaConnection, settings: KafkaSettings, log: Logger): RecordSource {
  return createRecordSource({
    ...settings,
    kafka,
    onTrouble: ({ code, message }) => log.warn({ code, reason: message }, 'reading is tried again'),
  });
}

/** Looks things up beside it, outside of the group, with the same certificate. Ends its connections when it is disposed of. */
export function openReader({ kafka }: KafkaConnection, topic: string): OpenTopic {
  return createTopicReader({ kafka, topic });
}
