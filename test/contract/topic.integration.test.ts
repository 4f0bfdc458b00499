import { randomUUID } from 'node:crypto';
import { createTopicReader } from '../../src/kafka/topic/topic-reader.ts';
import { memberOf } from '../support/group-member.ts';
import { appendRecords, connectAdmin, createTopic, deleteBelow } from '../support/kafka.ts';
import { describeTopic } from './topic-contract.ts';

describeTopic('Apache Kafka', async () => {
  const kafka = connectAdmin();
  const topic = `contract-${randomUUID()}`;
  await createTopic(kafka, topic, 2);
  return {
    reader: createTopicReader({ kafka, topic }),
    join: () => memberOf(kafka, topic),
    append: (partition, records) => appendRecords(kafka, topic, partition, records),
    deleteBelow: (partition, offset) => deleteBelow(kafka, topic, partition, offset),
  };
});
