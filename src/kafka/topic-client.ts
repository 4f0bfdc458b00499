import type { CommittedOffset, Watermarks } from '../consumer/ports/topic.ts';
import { systemClock } from '../runtime/clock.ts';
import { PipelineError, type ErrorCode } from '../runtime/errors.ts';
import { retry } from '../runtime/retry.ts';
import { explainKafkaError } from './explain-kafka-error.ts';
import { createCluster, type Cluster, type ClusterBroker } from './kafkajs/cluster.ts';
import type { KafkaClient } from './kafkajs/client.ts';
import { fetchRecords, type FetchPosition } from './kafkajs/fetch-request.ts';
import { errorCodes, errorOf } from './kafkajs/protocol-error.ts';
import { AnswerRecords } from './format/answer-records.ts';
import { topicRecreated } from './other-log.ts';
import { fetchTopicId } from './kafkajs/metadata-request.ts';

/** Leaders move within seconds, and a broker that is gone is replaced by another one. */
const patience = { attemptsMax: 40, totalMs: 15_000, delayMs: 100, delayMaxMs: 500 };

/** What a broker that is gone looks like. */
const brokerCodes: ReadonlySet<ErrorCode> = new Set(['BROKER_UNREACHABLE', 'BROKER_SILENT', 'BROKER_FAILED']);

const readCommitted = 1;
const latest = -1;
const earliest = -2;
const fetchWaitMs = 500;
const closeMaxMs = 1000;

const recreatedAsks = { count: 4, delayMs: 300 };

export interface FetchedRecords {
  readonly records: AnswerRecords;
  /** Records from here on may belong to a transaction that is still open. */
  readonly stableEnd: bigint;
  /** The broker does not hold the offset. */
  readonly isOutOfRange: boolean;
  /** The broker answered with nothing, to slow us down. */
  readonly isThrottled: boolean;
}

/**
 * Asks the brokers of one topic: what they hold of it, where a group is, and for records, without being a member of any group.
 * Connections are opened when they are first needed and kept until `close`. Errors come explained, after some patience with
 * leaders that move.
 */
export class TopicClient {
  readonly #kafka: KafkaClient;
  readonly #topic: string;
  #cluster: Promise<Cluster> | undefined;
  #hasConnected = false;

  constructor(kafka: KafkaClient, topic: string) {
    this.#kafka = kafka;
    this.#topic = topic;
  }

  /** The topic's id; `undefined` from a broker that knows no ids. */
  topicId(): Promise<string | undefined> {
    return this.#ask(async (cluster) => fetchTopicId(await cluster.brokerPool.findConnectedBroker(), this.#topic));
  }

  /** Every partition's first offset and the end of what is committed. One round: two requests to each broker at once. */
  watermarks(): Promise<ReadonlyMap<number, Watermarks>> {
    return this.#ask(async (cluster) => {
      // partitions may have been added
      await cluster.refreshMetadata();
      const [lows, highs] = await Promise.all([
        this.#listOffsets(cluster, earliest),
        this.#listOffsets(cluster, latest),
      ]);
      return new Map([...lows].map(([partition, low]) => [partition, { low, high: highs.get(partition) ?? low }]));
    });
  }

  /** Each partition's first offset with a timestamp at or after `timestampMs`; partitions without one are left out. */
  offsetsAt(timestampMs: number): Promise<ReadonlyMap<number, bigint>> {
    return this.#ask(async (cluster) => {
      const offsets = await this.#listOffsets(cluster, timestampMs);
      return new Map([...offsets].filter(([, offset]) => offset >= 0n));
    });
  }

  /** A group's commits by partition; partitions without one are left out. */
  committed(groupId: string): Promise<ReadonlyMap<number, CommittedOffset>> {
    return this.#ask(async (cluster) => {
      const coordinator = await findCoordinator(cluster, groupId);
      const partitions = this.#partitions(cluster).map(({ partitionId }) => ({ partition: partitionId }));
      const { responses } = await coordinator.offsetFetch({ groupId, topics: [{ topic: this.#topic, partitions }] });
      const found = responses.flatMap((response) => response.partitions);
      return new Map(
        found
          .map(({ partition, offset, metadata }): [number, CommittedOffset] => [
            partition,
            { offset: BigInt(offset), metadata: metadata ?? '' },
          ])
          .filter(([, { offset }]) => offset >= 0n),
      );
    });
  }

  /** Rejects with GROUP_DENIED unless we may be members of the group; joins nothing, and disturbs no member. */
  async checkMembership(groupId: string): Promise<void> {
    const stranger = { groupId, groupGenerationId: 0, memberId: 'nobody' };
    await this.#ask(async (cluster) => (await findCoordinator(cluster, groupId)).heartbeat(stranger)).catch(
      (error: unknown) => {
        // who may be a member is told that it is none
        if (!(error instanceof PipelineError) || error.code !== 'MEMBERSHIP_LOST') throw error;
      },
    );
  }

  /** Asks the partition's leader for records. Rejects with TOPIC_RECREATED when the topic's id is another one by now. */
  fetch(position: FetchPosition, topicId: string | undefined): Promise<FetchedRecords> {
    return this.#ask(async (cluster) => {
      const leader = this.#partitions(cluster).find(({ partitionId }) => partitionId === position.partition)?.leader;
      if (leader === undefined)
        throw new PipelineError('TOPIC_MISSING', {
          message: `${this.#topic} has no partition ${position.partition}`,
          retryable: false,
        });
      const broker = await cluster.findBroker({ nodeId: leader });
      const request = { topic: this.#topic, topicId, partitions: [position] };
      const { partitions, isThrottled } = await fetchRecords(
        broker,
        { ...request, waitMs: fetchWaitMs, bytesMax: position.bytesMax },
        0,
      );
      const answer = partitions.find(({ partition }) => partition === position.partition);
      if (answer === undefined) throw new RangeError(`an answer without partition ${position.partition}`);
      const isOutOfRange = answer.errorCode === errorCodes.offsetOutOfRange;
      if (answer.errorCode !== 0 && !isOutOfRange) throw await this.#refusal(answer.errorCode, topicId);
      const records = new AnswerRecords({ ...answer, fetchedOffset: position.offset }, this.#kafka.unpackedBytesMax);
      return { records, stableEnd: answer.stableEnd, isOutOfRange, isThrottled };
    });
  }

  /** Whether the topic's name belongs to another topic by now. Asks several times: a broker may not have heard of it yet. */
  async isRecreated(topicId: string): Promise<boolean> {
    for (let asks = 0; asks < recreatedAsks.count; asks++) {
      if (asks > 0) await systemClock.sleep(recreatedAsks.delayMs);
      const found = await this.topicId();
      if (found === topicId || found === undefined) return false;
    }
    return true;
  }

  async #refusal(code: number, topicId: string | undefined): Promise<Error> {
    const isOtherTopic = code === errorCodes.unknownTopicId || code === errorCodes.inconsistentTopicId;
    if (topicId === undefined || !isOtherTopic || !(await this.isRecreated(topicId))) return errorOf(code);
    return topicRecreated(this.#topic, topicId, await this.topicId());
  }

  async close(): Promise<void> {
    const cluster = this.#cluster;
    this.#cluster = undefined;
    // a broker that is gone answers no request that is still on its way
    await Promise.race([cluster?.then((open) => open.disconnect()).catch(() => {}), systemClock.sleep(closeMaxMs)]);
  }

  async #listOffsets(cluster: Cluster, timestamp: number): Promise<Map<number, bigint>> {
    const byLeader = Map.groupBy(this.#partitions(cluster), ({ leader }) => leader);
    const answers = await Promise.all(
      [...byLeader].map(async ([nodeId, led]) => {
        const broker = await cluster.findBroker({ nodeId });
        const partitions = led.map(({ partitionId }) => ({ partition: partitionId, timestamp }));
        const { responses } = await broker.listOffsets({
          isolationLevel: readCommitted,
          topics: [{ topic: this.#topic, partitions }],
        });
        return responses.flatMap((response) => response.partitions);
      }),
    );
    return new Map(
      answers
        .flat()
        .toSorted((a, b) => a.partition - b.partition)
        .map(({ partition, offset }) => [partition, BigInt(offset)]),
    );
  }

  #partitions(cluster: Cluster): readonly { readonly partitionId: number; readonly leader: number }[] {
    return cluster.findTopicPartitionMetadata(this.#topic);
  }

  async #ask<T>(work: (cluster: Cluster) => Promise<T>): Promise<T> {
    return retry(() => this.#askOnce(work), {
      ...patience,
      clock: systemClock,
      random: Math.random,
      isRetryable: (error) => this.#isRetryable(error),
    });
  }

  async #askOnce<T>(work: (cluster: Cluster) => Promise<T>): Promise<T> {
    const opening = (this.#cluster ??= this.#open());
    try {
      return await work(await opening);
    } catch (error) {
      // leaders and addresses are asked for anew; what else waits on these connections is tried again too
      if (this.#cluster === opening) void this.close();
      throw explainKafkaError(error, `topic ${this.#topic}`, { isEstablished: this.#hasConnected });
    }
  }

  /** Who has never been connected is told at once: kafkajs has tried for a while. */
  #isRetryable(error: unknown): boolean {
    if (!(error instanceof PipelineError)) return false;
    return error.code === 'LEADER_MOVING' || (this.#hasConnected && error.retryable && brokerCodes.has(error.code));
  }

  async #open(): Promise<Cluster> {
    const cluster = createCluster(this.#kafka);
    try {
      await cluster.connect();
      this.#hasConnected = true;
      await cluster.addTargetTopic(this.#topic);
      return cluster;
    } catch (error) {
      await cluster.disconnect().catch(() => {});
      throw error;
    }
  }
}

/** kafkajs's own search tells a refusal from a coordinator that is moving in no way. */
async function findCoordinator(cluster: Cluster, groupId: string): Promise<ClusterBroker> {
  const broker = await cluster.brokerPool.findConnectedBroker();
  const { coordinator } = await broker.findGroupCoordinator({ groupId, coordinatorType: 0 });
  return cluster.findBroker({ nodeId: coordinator.nodeId });
}
