import { FakeSource, FakeTopic } from '../fakes/fake-topic.ts';
import { describeTopic } from './topic-contract.ts';

describeTopic('in memory', async () => {
  const topic = new FakeTopic(2);
  return {
    reader: topic,
    join: () => new FakeSource(topic),
    append: async (partition, records) => topic.append(partition, ...records),
    deleteBelow: async (partition, offset) => topic.deleteBelow(partition, offset),
  };
});
