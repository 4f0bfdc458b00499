import { randomUUID } from 'node:crypto';
import { createRecordSource } from '../../src/kafka/source.ts';
import { createTopicReader } from '../../src/kafka/topic-reader.ts';
import { appendRecords, connectAdmin, createTopic, deleteBelow } from '../support/kafka.ts';
import { describeTopic } from './topic-contract.ts';

describeTopic('Apache Kafka', async () => {
  const kafka = connectAdmin();
  const topic = `contract-${randomUUID()}`;
  await createTopic(kafka, topic, 2);
  return {
    reader: createTopicReader({ kafka, topic }),
    join: () =>
      createRecordSource({
        kafka,
        topic,
        groupId: topic,
        sessionTimeoutMs: 10_000,
        fetchBytesMax: 100_000,
        metadataMaxAgeMs: 60_000,
      }),
    append: (partition, records) => appendRecords(kafka, topic, partition, records),
    deleteBelow: (partition, offset) => deleteBelow(kafka, topic, partition, offset),
  };
});
