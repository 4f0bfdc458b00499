import { createRequire } from 'node:module';
import type { PartitionAssigner } from 'kafkajs';
import type { Cluster } from './cluster.ts';
import { fetchMetadata } from './metadata-request.ts';
import type { PartitionMetadata } from './topic-metadata.ts';
import { errorOf } from './protocol-error.ts';

const require = createRequire(import.meta.url);

/** A member of the group, and the topics that it reads. */
export interface Subscriber {
  readonly id: string;
  readonly topics: readonly string[];
}

/** The topics that a member has told the group. */
export function topicsToldBy(memberMetadata: Buffer): readonly string[] {
  const { AssignerProtocol }: typeof import('kafkajs') = require('kafkajs');
  return memberMetadata.length === 0 ? [] : (AssignerProtocol.MemberMetadata.decode(memberMetadata)?.topics ?? []);
}

/** Partitions by topic, by member. */
export type Assignment = ReadonlyMap<string, Readonly<Record<string, readonly number[]>>>;

export interface AssignerOptions {
  /** Topics that this member reads, asked for each time it joins. */
  readonly subscribed: () => readonly string[];
  /** Called when the partitions of another member's topic can't be told: they stay unread until another member leads the group. */
  readonly onUnknownTopic: (topic: string, error: unknown) => void;
}

/**
 * Deals each topic's partitions out in turn among the members that read it. kafkajs's own assigner gives the leader's topic to all
 * members, whatever they read: when services of two topics share a group, partitions of both are read by nobody. It goes by the same
 * name, so that members of older versions can be in the group too.
 */
export function topicAssigner({ subscribed, onUnknownTopic }: AssignerOptions): PartitionAssigner {
  const { AssignerProtocol }: typeof import('kafkajs') = require('kafkajs');
  const { MemberAssignment, MemberMetadata } = AssignerProtocol;
  const version = 0;
  return ({ cluster }) => ({
    name: 'RoundRobinAssigner',
    version,
    protocol: ({ topics }) => {
      // kafkajs's own list, which it knows no way to change while it is a member
      topics.splice(0, topics.length, ...subscribed());
      return {
        name: 'RoundRobinAssigner',
        metadata: MemberMetadata.encode({ version, topics, userData: Buffer.alloc(0) }),
      };
    },
    assign: async ({ members, topics: own }) => {
      const subscribers = members.map(({ memberId, memberMetadata }) => ({
        id: memberId,
        topics: MemberMetadata.decode(memberMetadata)?.topics ?? [],
      }));
      const wanted = [...new Set(subscribers.flatMap(({ topics }) => topics))].toSorted();
      const others = await ask(wanted.filter((topic) => !own.includes(topic)));
      const partitions = new Map(
        wanted.map((topic) => {
          const known = own.includes(topic) ? cluster.findTopicPartitionMetadata(topic) : (others.get(topic) ?? []);
          return [topic, known.map(({ partitionId }) => partitionId)];
        }),
      );
      return [...dealPartitions(subscribers, partitions)].map(([memberId, assignment]) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({
          version,
          assignment: mutable(assignment),
          userData: Buffer.alloc(0),
        }),
      }));

      /** Partitions of topics that only other members read. */
      async function ask(topics: readonly string[]): Promise<ReadonlyMap<string, readonly PartitionMetadata[]>> {
        if (topics.length === 0) return new Map();
        const pool: Cluster['brokerPool'] = Reflect.get(cluster, 'brokerPool');
        try {
          const found = (await fetchMetadata(await pool.findConnectedBroker(), topics)).topics;
          for (const { topic, errorCode } of found) if (errorCode !== 0) onUnknownTopic(topic, errorOf(errorCode));
          return new Map(found.map(({ topic, partitions: numbered }) => [topic, numbered]));
        } catch (error) {
          for (const topic of topics) onUnknownTopic(topic, error);
          return new Map();
        }
      }
    },
  });
}

/**
 * Gives partition after partition to the next of the members that read its topic, in the order of their ids. Topics follow each other,
 * so that many topics of one partition are spread over all members too.
 */
export function dealPartitions(
  subscribers: readonly Subscriber[],
  partitions: ReadonlyMap<string, readonly number[]>,
): Assignment {
  const dealt = new Map<string, Record<string, number[]>>();
  const members = subscribers.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  let turn = 0;
  for (const [topic, numbers] of partitions) {
    const readers = new Set(members.filter(({ topics }) => topics.includes(topic)).map(({ id }) => id));
    if (readers.size === 0) continue;
    for (const partition of numbers) {
      const reader = nextReader();
      const own = dealt.get(reader) ?? {};
      own[topic] = [...(own[topic] ?? []), partition];
      dealt.set(reader, own);
    }

    function nextReader(): string {
      for (;;) {
        const id = members[turn++ % members.length]?.id;
        if (id !== undefined && readers.has(id)) return id;
      }
    }
  }
  return dealt;
}

function mutable(assignment: Readonly<Record<string, readonly number[]>>): Record<string, number[]> {
  return Object.fromEntries(Object.entries(assignment).map(([topic, numbers]) => [topic, [...numbers]]));
}
