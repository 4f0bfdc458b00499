import { BrokerClient } from '../../kafka/brokers/broker-client.ts';
import { listTopics, presentTopics } from '../../kafka/list-topics.ts';
import { createMembership, createRecordSource } from '../../kafka/source.ts';
import type { TopicSelection } from '../../kafka/group/subscription.ts';
import { createTopicReader, readTopicOver } from '../../kafka/topic/topic-reader.ts';
import type { GroupMembership, RecordSource, TopicReader } from '../../consumer/ports/topic.ts';
import type { KafkaConnection } from './connect-kafka.ts';
import type { KafkaSettings } from '../config/settings/kafka-settings.ts';
import type { TopicChoice } from '../config/topic-choice.ts';
import type { PipelineError } from '../../runtime/errors.ts';
import { failureFields } from '../observe/explain-failure.ts';
import type { Logger } from '../observe/logger.ts';
import type { OpenTopic } from './open-topic.ts';

/** Reads as a member of the group; connects when it is run. */
export function openSource({ kafka }: KafkaConnection, settings: KafkaSettings, log: Logger): RecordSource {
  return createRecordSource({ ...settings, kafka, onTrouble: troubleLog(log) });
}

/** Reads several topics as one member of the group; connects when it is run. */
export function openMembership({ kafka }: KafkaConnection, settings: KafkaSettings, log: Logger): GroupMembership {
  return createMembership({ ...settings, kafka, selection: selectionOf(settings.topics), onTrouble: troubleLog(log) });
}

/** Looks things up beside it, outside of the group, with the same certificate. Ends its connections when it is disposed of. */
export function openReader({ kafka }: KafkaConnection, topic: string): OpenTopic {
  return createTopicReader({ kafka, topic });
}

/** Looks things up of several topics, over the same connections, which end when it is disposed of. */
export interface OpenTopics extends AsyncDisposable {
  reader(topic: string): TopicReader;
  /** The topics that are chosen and, for a pattern, there. */
  list(choice: TopicChoice): Promise<readonly string[]>;
  /** Those of them that the brokers have. */
  present(choice: TopicChoice): Promise<readonly string[]>;
}

export function openReaders({ kafka }: KafkaConnection): OpenTopics {
  const brokers = new BrokerClient(kafka);
  return {
    reader: (topic) => readTopicOver(brokers, topic),
    list: async (choice) => {
      const selection = selectionOf(choice);
      return selection.kind === 'list' ? selection.topics : listTopics(brokers, selection.pattern);
    },
    present: (choice) => presentTopics(brokers, selectionOf(choice)),
    [Symbol.asyncDispose]: () => brokers.close(),
  };
}

function selectionOf(choice: TopicChoice): TopicSelection {
  return choice.kind === 'one' ? { kind: 'list', topics: [choice.topic] } : choice;
}

function troubleLog(log: Logger) {
  return (error: PipelineError): void => log.warn(failureFields(error), 'reading is tried again');
}
