import type { BrokerClient } from './broker-client.ts';
import { fetchMetadata } from './kafkajs/metadata-request.ts';

/** Names of all topics that match and that we may see, without Kafka's own. */
export function listTopics(brokers: BrokerClient, pattern: RegExp): Promise<string[]> {
  return brokers.ask('the list of topics', async (cluster) => {
    const { topics } = await fetchMetadata(await cluster.brokerPool.findConnectedBroker(), undefined);
    const found = topics.filter(
      ({ topic, isInternal, errorCode }) => !isInternal && errorCode === 0 && pattern.test(topic),
    );
    return found.map(({ topic }) => topic).toSorted();
  });
}
