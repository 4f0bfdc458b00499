import type { CommittedOffset } from '../../consumer/ports/topic.ts';
import type { Cluster, ClusterBroker } from '../kafkajs/cluster.ts';
import { fetchMetadata } from '../kafkajs/metadata-request.ts';
import type { TopicMetadata } from '../kafkajs/topic-metadata.ts';
import { errorOf } from '../kafkajs/protocol-error.ts';
import { topicsToldBy } from '../kafkajs/topic-assigner.ts';

/** What a broker answered of one topic instead of what it was asked for. Others that were asked for with it have their answers. */
export class Refusal {
  readonly error: Error;

  constructor(error: Error) {
    this.error = error;
  }
}

/** Offsets by partition. */
export type Offsets = ReadonlyMap<number, bigint>;

/** Names of offsets, where a time could stand. */
export const namedOffsets = { latest: -1, earliest: -2 } as const;

const readCommitted = 1;

/** Asks any broker for the topics' ids, partitions and leaders. */
export async function askMetadata(
  cluster: Cluster,
  names: readonly string[],
): Promise<Map<string, TopicMetadata | Refusal>> {
  const { topics } = await fetchMetadata(await cluster.brokerPool.findConnectedBroker(), names);
  return new Map(topics.map((topic) => [topic.topic, topic.errorCode === 0 ? topic : refusal(topic.errorCode)]));
}

/** The topic as it is, unless one of its partitions has no leader. */
export function unlessLeaderless(topic: TopicMetadata | Refusal): TopicMetadata | Refusal {
  if (topic instanceof Refusal) return topic;
  const code = topic.partitions.find(({ partitionErrorCode }) => partitionErrorCode !== 0)?.partitionErrorCode;
  return code === undefined ? topic : refusal(code);
}

/** Each partition's first offset with a timestamp at or after `timestamp`, -1 where there is none. One request to each leader. */
export async function askOffsets(
  cluster: Cluster,
  topics: readonly TopicMetadata[],
  timestamp: number,
): Promise<Map<string, Offsets>> {
  const led = topics.flatMap(({ topic, partitions }) =>
    partitions.map(({ partitionId, leader }) => ({ topic, partition: partitionId, leader })),
  );
  const answers = await Promise.all(
    [...Map.groupBy(led, ({ leader }) => leader)].map(async ([nodeId, partitions]) => {
      const broker = await cluster.findBroker({ nodeId });
      const asked = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, own]) => ({
        topic,
        partitions: own.map(({ partition }) => ({ partition, timestamp })),
      }));
      const { responses } = await broker.listOffsets({ isolationLevel: readCommitted, topics: asked });
      return responses.flatMap(({ topic, partitions: found }) => found.map((each) => ({ topic, ...each })));
    }),
  );
  const byTopic = Map.groupBy(answers.flat(), ({ topic }) => topic);
  return new Map(topics.map(({ topic }) => [topic, sorted(byTopic.get(topic) ?? [])]));
}

/** The group's commits by topic and partition; partitions without one are left out. */
export async function askCommitted(
  cluster: Cluster,
  groupId: string,
  topics: readonly TopicMetadata[],
): Promise<Map<string, ReadonlyMap<number, CommittedOffset>>> {
  const coordinator = await findCoordinator(cluster, groupId);
  const asked = topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partitionId }) => ({ partition: partitionId })),
  }));
  const { responses } = await coordinator.offsetFetch({ groupId, topics: asked });
  return new Map(
    topics.map(({ topic }) => {
      const found = responses.filter((each) => each.topic === topic).flatMap(({ partitions }) => partitions);
      const commits = found.map(({ partition, offset, metadata }): [number, CommittedOffset] => [
        partition,
        { offset: BigInt(offset), metadata: metadata ?? '' },
      ]);
      return [topic, new Map(commits.filter(([, { offset }]) => offset >= 0n))];
    }),
  );
}

/** A member of a group, by the name of its client, and the topics that it reads. */
export interface GroupReader {
  readonly clientId: string;
  readonly topics: readonly string[];
}

/** Members of the group that have told it what they read. */
export async function askReaders(cluster: Cluster, groupId: string): Promise<GroupReader[]> {
  const { groups } = await (await findCoordinator(cluster, groupId)).describeGroups({ groupIds: [groupId] });
  const members = groups.flatMap((group) => group.members);
  const readers = members.map(({ clientId, memberMetadata }) => ({ clientId, topics: topicsToldBy(memberMetadata) }));
  return readers.filter(({ topics }) => topics.length > 0);
}

/** kafkajs's own search tells a refusal from a coordinator that is moving in no way. */
export async function findCoordinator(cluster: Cluster, groupId: string): Promise<ClusterBroker> {
  const broker = await cluster.brokerPool.findConnectedBroker();
  const { coordinator } = await broker.findGroupCoordinator({ groupId, coordinatorType: 0 });
  return cluster.findBroker({ nodeId: coordinator.nodeId });
}

function refusal(code: number): Refusal {
  return new Refusal(errorOf(code));
}

function sorted(offsets: readonly { readonly partition: number; readonly offset: string }[]): Offsets {
  const ordered = offsets.toSorted((a, b) => a.partition - b.partition);
  return new Map(ordered.map(({ partition, offset }) => [partition, BigInt(offset)]));
}
