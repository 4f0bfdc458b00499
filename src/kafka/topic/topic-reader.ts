import type { TopicReader } from '../../consumer/ports/topic.ts';
import { BrokerClient } from '../brokers/broker-client.ts';
import type { KafkaClient } from '../kafkajs/client.ts';
import { RangeReading } from './range-reading.ts';
import { TopicClient } from './topic-client.ts';

export type GroupAwareReader = TopicReader & Pick<TopicClient, 'checkMembership'>;

/** Reads a topic without being a member of a group, by requests to the partitions' leaders. Its connections end with it. */
export function createTopicReader({
  kafka,
  topic,
}: {
  readonly kafka: KafkaClient;
  readonly topic: string;
}): GroupAwareReader & AsyncDisposable {
  const brokers = new BrokerClient(kafka);
  return { ...readTopicOver(brokers, topic), [Symbol.asyncDispose]: () => brokers.close() };
}

/** Reads a topic over connections that others use too. */
export function readTopicOver(brokers: BrokerClient, topic: string): GroupAwareReader {
  const client = new TopicClient(brokers, topic);
  return {
    describe: async () => {
      const [topicId, partitions] = await Promise.all([client.topicId(), client.watermarks()]);
      return { topicId, partitions };
    },
    topicId: () => client.topicId(),
    offsetsAt: async (timestampMs) => {
      const [partitions, offsets] = await Promise.all([client.watermarks(), client.offsetsAt(timestampMs)]);
      return new Map([...partitions].map(([partition, { high }]) => [partition, offsets.get(partition) ?? high]));
    },
    committed: (groupId) => client.committed(groupId),
    checkMembership: (groupId) => client.checkMembership(groupId),
    read: (range, signal) => new RangeReading(client, topic, range).chunks(signal),
  };
}
