import type { BrokerClient } from './brokers/broker-client.ts';
import { fetchMetadata } from './kafkajs/metadata-request.ts';
import { errorCodes } from './kafkajs/protocol-error.ts';
import type { TopicSelection } from './group/subscription.ts';

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

/** Names of the selection's topics that the brokers have, also of those that can't be read now. */
export function presentTopics(brokers: BrokerClient, selection: TopicSelection): Promise<string[]> {
  return brokers.ask('the list of topics', async (cluster) => {
    const asked = selection.kind === 'list' ? selection.topics : undefined;
    const { topics } = await fetchMetadata(await cluster.brokerPool.findConnectedBroker(), asked);
    const found = topics.filter(({ errorCode }) => errorCode !== errorCodes.unknownTopic).map(({ topic }) => topic);
    return selection.kind === 'list' ? found : found.filter((topic) => selection.pattern.test(topic));
  });
}
