import type { Cluster, ClusterBroker, KafkajsMetadata } from './cluster.ts';
import { fetchMetadata } from './metadata-request.ts';
import type { TopicMetadata } from './topic-metadata.ts';

/** Topics that a consumer knows of, and whether they should be asked for again soon. */
export interface KnownTopics {
  readonly topics: readonly TopicMetadata[];
  /** Leaders move, or a broker has not heard of a topic yet. */
  readonly isUnsettled: boolean;
}

export interface ConsumerMetadataOptions {
  /** Topics to ask for; `undefined` for all that may be seen. */
  readonly asked: () => readonly string[] | undefined;
  /** Chooses what kafkajs shall know of the broker's answer. */
  readonly choose: (found: readonly TopicMetadata[]) => KnownTopics;
  /** True once when the member has to tell the group of other topics than it did last. */
  readonly mustJoinAgain: () => boolean;
}

/** How soon unsettled topics are asked for again. */
const settleMs = 500;

/**
 * Asks for topics and leaders of a kafkajs consumer by our own requests. kafkajs's own ones fail for all topics when one is missing or
 * denied, and it can't be told of other topics while it is a member.
 */
export function readMetadataByOurselves(cluster: Cluster, options: ConsumerMetadataOptions): void {
  const pool = cluster.brokerPool;
  const findConnectedBroker = pool.findConnectedBroker.bind(pool);
  const refreshMetadata = pool.refreshMetadata.bind(pool);
  const refreshIfNecessary = cluster.refreshMetadataIfNecessary.bind(cluster);
  let isUnsettled = false;
  const ask = async (broker: ClusterBroker): Promise<KafkajsMetadata> => {
    const { topics: found, ...rest } = await fetchMetadata(broker, options.asked());
    const known = options.choose(found);
    isUnsettled = known.isUnsettled;
    return { ...rest, topicMetadata: known.topics.map(forKafkajs) };
  };
  pool.findConnectedBroker = async () => {
    const broker = await findConnectedBroker();
    return Object.assign(broker, { metadata: () => ask(broker) });
  };
  pool.refreshMetadata = async (topics) => {
    await refreshMetadata(topics);
    if (isUnsettled) pool.metadataExpireAt = Math.min(pool.metadataExpireAt ?? Infinity, Date.now() + settleMs);
  };
  cluster.refreshMetadataIfNecessary = async () => {
    await refreshIfNecessary();
    if (options.mustJoinAgain()) throw staleAssignment();
  };
}

function forKafkajs({ topic, errorCode, isInternal, partitions }: TopicMetadata) {
  return { topic, topicErrorCode: errorCode, isInternal, partitionMetadata: partitions };
}

/** Makes kafkajs join the group again, as the member that it is: it goes by the name. */
function staleAssignment(): Error {
  return Object.assign(new Error('the member reads other topics by now'), {
    name: 'KafkaJSStaleTopicMetadataAssignment',
  });
}
