import { expect, it } from 'vitest';
import type { RecordHandler } from '../../../src/consumer/ports/topic.ts';
import { BrokerClient } from '../../../src/kafka/brokers/broker-client.ts';
import { TopicMember } from '../../../src/kafka/group/topic-member.ts';
import { createKafkaClient } from '../../../src/kafka/kafkajs/client.ts';
import { PartitionControl } from '../../../src/kafka/kafkajs/partition-control.ts';

const ignore = (): void => {};
const handler: RecordHandler = {
  assigned: async () => new Map(),
  revoked: ignore,
  records: ignore,
  gap: ignore,
  unreadable: ignore,
};

/** A member whose connections nobody uses. */
function openMember(): TopicMember {
  const kafka = createKafkaClient({
    brokers: ['127.0.0.1:1'],
    clientId: 'c',
    identity: undefined,
    retries: 0,
    unpackedBytesMax: 1_000_000,
  });
  return new TopicMember({
    topic: 't',
    groupId: 'g',
    brokers: new BrokerClient(kafka),
    control: new PartitionControl({ pause: ignore, resume: ignore, seek: ignore }, 't'),
    commit: async () => {},
    complain: ignore,
    explain: (error) => kafka.explain(error, 't'),
    onGone: ignore,
  });
}

it.each([-1, 7, 13])('a leader that could not read this time (error %i) is asked again', async (code) => {
  const member = openMember();
  const running = member.run(handler);
  await member.refused(code);
  await member.stop();
  await expect(running).resolves.toBeUndefined();
});

it('a leader that does not let the topic be read ends the reading', async () => {
  const member = openMember();
  const running = member.run(handler);
  await Promise.all([member.refused(29), expect(running).rejects.toMatchObject({ code: 'TOPIC_DENIED' })]);
});
