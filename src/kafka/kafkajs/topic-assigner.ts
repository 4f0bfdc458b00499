import { createRequire } from 'node:module';
import type { PartitionAssigner } from 'kafkajs';
import type { Cluster } from './cluster.ts';

const require = createRequire(import.meta.url);

/** A member of the group, and the topics that it reads. */
export interface Subscriber {
  readonly id: string;
  readonly topics: readonly string[];
}

/** Partitions by topic, by member. */
export type Assignment = ReadonlyMap<string, Readonly<Record<string, readonly number[]>>>;

export interface AssignerOptions {
  /** Called when the partitions of another member's topic can't be told: they stay unread until another member leads the group. */
  readonly onUnknownTopic: (topic: string, error: unknown) => void;
}

/**
 * Deals each topic's partitions out in turn among the members that read it. kafkajs's own assigner gives the leader's topic to all
 * members, whatever they read: when services of two topics share a group, partitions of both are read by nobody. It goes by the same
 * name, so that members of older versions can be in the group too.
 */
export function topicAssigner({ onUnknownTopic }: AssignerOptions): PartitionAssigner {
  const { AssignerProtocol }: typeof import('kafkajs') = require('kafkajs');
  const { MemberAssignment, MemberMetadata } = AssignerProtocol;
  const version = 0;
  return ({ cluster }) => ({
    name: 'RoundRobinAssigner',
    version,
    protocol: ({ topics }) => ({
      name: 'RoundRobinAssigner',
      metadata: MemberMetadata.encode({ version, topics, userData: Buffer.alloc(0) }),
    }),
    assign: async ({ members, topics: own }) => {
      const subscribers = members.map(({ memberId, memberMetadata }) => ({
        id: memberId,
        topics: MemberMetadata.decode(memberMetadata)?.topics ?? [],
      }));
      const partitions = new Map<string, number[]>();
      for (const topic of new Set(subscribers.flatMap(({ topics }) => topics))) {
        const known = own.includes(topic) ? cluster.findTopicPartitionMetadata(topic) : await ask(topic);
        partitions.set(
          topic,
          known.map(({ partitionId }) => partitionId),
        );
      }
      return [...dealPartitions(subscribers, partitions)].map(([memberId, assignment]) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({
          version,
          assignment: mutable(assignment),
          userData: Buffer.alloc(0),
        }),
      }));

      async function ask(topic: string): Promise<readonly { readonly partitionId: number }[]> {
        try {
          const pool: Cluster['brokerPool'] = Reflect.get(cluster, 'brokerPool');
          const { topicMetadata } = await (await pool.findConnectedBroker()).metadata([topic]);
          return topicMetadata.find((each) => each.topic === topic)?.partitionMetadata ?? [];
        } catch (error) {
          onUnknownTopic(topic, error);
          return [];
        }
      }
    },
  });
}

/** Gives partition after partition of each topic to the next of its subscribers, in the order of their ids. */
export function dealPartitions(
  subscribers: readonly Subscriber[],
  partitions: ReadonlyMap<string, readonly number[]>,
): Assignment {
  const dealt = new Map<string, Record<string, number[]>>();
  for (const [topic, numbers] of partitions) {
    const readers = subscribers
      .filter(({ topics }) => topics.includes(topic))
      .map(({ id }) => id)
      .toSorted();
    for (const [index, partition] of numbers.entries()) {
      const reader = readers[index % readers.length];
      if (reader === undefined) continue;
      const own = dealt.get(reader) ?? {};
      own[topic] = [...(own[topic] ?? []), partition];
      dealt.set(reader, own);
    }
  }
  return dealt;
}

function mutable(assignment: Readonly<Record<string, readonly number[]>>): Record<string, number[]> {
  return Object.fromEntries(Object.entries(assignment).map(([topic, numbers]) => [topic, [...numbers]]));
}
