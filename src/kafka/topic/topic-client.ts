import { systemClock } from '../../runtime/clock.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { BrokerClient, TopicCommits, TopicWatermarks } from '../brokers/broker-client.ts';
import { AnswerRecords } from '../format/answer-records.ts';
import { fetchRecords, type FetchPosition } from '../kafkajs/fetch-request.ts';
import { errorCodes, errorOf } from '../kafkajs/protocol-error.ts';
import { topicRecreated } from './other-log.ts';
import { askOffsets, Refusal, type Offsets } from '../brokers/topic-requests.ts';

const fetchWaitMs = 500;

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
 * Errors come explained, after some patience with leaders that move.
 */
export class TopicClient {
  readonly #brokers: BrokerClient;
  readonly #topic: string;

  constructor(brokers: BrokerClient, topic: string) {
    this.#brokers = brokers;
    this.#topic = topic;
  }

  /** The topic's id; `undefined` from a broker that knows no ids. */
  async topicId(): Promise<string | undefined> {
    return (await this.#brokers.metadata(this.#topic)).topicId;
  }

  /** Every partition's first offset and the end of what is committed. */
  watermarks(): Promise<TopicWatermarks> {
    return this.#brokers.watermarks(this.#topic);
  }

  /** Each partition's first offset with a timestamp at or after `timestampMs`; partitions without one are left out. */
  offsetsAt(timestampMs: number): Promise<Offsets> {
    return this.#brokers.ask(`topic ${this.#topic}`, async (cluster) => {
      const topic = await this.#brokers.known(cluster, this.#topic);
      if (topic instanceof Refusal) return topic;
      const offsets = (await askOffsets(cluster, [topic], timestampMs)).get(this.#topic) ?? [];
      return new Map([...offsets].filter(([, offset]) => offset >= 0n));
    });
  }

  /** A group's commits by partition; partitions without one are left out. */
  committed(groupId: string): Promise<TopicCommits> {
    return this.#brokers.committed(this.#topic, groupId);
  }

  /** Rejects with GROUP_DENIED unless we may be members of the group; joins nothing, and disturbs no member. */
  checkMembership(groupId: string): Promise<void> {
    return this.#brokers.checkMembership(groupId);
  }

  /** Asks the partition's leader for records. Rejects with TOPIC_RECREATED when the topic's id is another one by now. */
  fetch(position: FetchPosition, topicId: string | undefined): Promise<FetchedRecords> {
    return this.#brokers.ask(`topic ${this.#topic}`, async (cluster) => {
      const topic = await this.#brokers.known(cluster, this.#topic);
      if (topic instanceof Refusal) return topic;
      const leader = topic.partitions.find(({ partitionId }) => partitionId === position.partition)?.leader;
      if (leader === undefined)
        throw new PipelineError('TOPIC_MISSING', {
          message: `${this.#topic} has no partition ${position.partition}`,
          retryable: false,
        });
      const broker = await cluster.findBroker({ nodeId: leader });
      const wanted = { topic: this.#topic, topicId, partitions: [position] };
      const request = { topics: [wanted], waitMs: fetchWaitMs, bytesMax: position.bytesMax };
      const { topics, throttleMs } = await fetchRecords(broker, request, 0);
      const answer = topics[0]?.partitions.find(({ partition }) => partition === position.partition);
      if (answer === undefined && throttleMs > 0) return this.#nothingYet(position);
      if (answer === undefined) throw new RangeError(`an answer without partition ${position.partition}`);
      const isOutOfRange = answer.errorCode === errorCodes.offsetOutOfRange;
      if (answer.errorCode !== 0 && !isOutOfRange) throw await this.#refusal(answer.errorCode, topicId);
      const { unpackedBytesMax } = this.#brokers;
      const records = new AnswerRecords({ ...answer, fetchedOffset: position.offset }, unpackedBytesMax);
      return { records, stableEnd: answer.stableEnd, isOutOfRange, isThrottled: throttleMs > 0 };
    });
  }

  /** What a broker says that slows us down: it names no partition. */
  #nothingYet({ offset }: FetchPosition): FetchedRecords {
    const none = {
      fetchedOffset: offset,
      highWatermark: offset,
      logStart: undefined,
      aborted: [],
      records: Buffer.alloc(0),
    };
    const records = new AnswerRecords(none, this.#brokers.unpackedBytesMax);
    return { records, stableEnd: offset, isOutOfRange: false, isThrottled: true };
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
}
