import { emptyChunk, type RecordChunk } from '../../consumer/ports/record-chunk.ts';
import type { OffsetRange, TopicReader } from '../../consumer/ports/topic.ts';
import { systemClock } from '../../runtime/clock.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { describeDamage } from './describe-damage.ts';
import type { AnswerRecords } from '../format/answer-records.ts';
import { BrokerClient } from '../brokers/broker-client.ts';
import type { KafkaClient } from '../kafkajs/client.ts';
import { TopicClient, type FetchedRecords } from './topic-client.ts';
import { smaller } from '../../runtime/bigints.ts';

/** A fetch of one record asks for less than one of many: some batches of the usual size. */
const fetchBytesMin = 128 * 1024;
const fetchBytesMax = 4 * 1024 * 1024;
const bytesPerOffset = 256;

/** A new leader does not know at once how far the log is committed. */
const endAsks = { count: 6, delayMs: 250 };

/** Answers without a batch that a leader which holds the range must give in a row before the rest of it counts as empty. */
const emptyAnswersMin = 10;

export type GroupAwareReader = TopicReader & Pick<TopicClient, 'checkMembership'>;

/** Reads a topic without being a member of a group, by requests to the partitions' leaders. Its connections end with it. */
export function createTopicReader({
  kafka,
  topic,
}: {
  readonly kafka: KafkaClient;
  readonly topic: string;
}): GroupAwareReader & AsyncDisposable {
  const brokers = new BrokerClient(kafka);
  return { ...readTopicOver(brokers, topic), [Symbol.asyncDispose]: () => brokers.close() };
}

/** Reads a topic over connections that others use too. */
export function readTopicOver(brokers: BrokerClient, topic: string): GroupAwareReader {
  const client = new TopicClient(brokers, topic);
  return {
    describe: async () => {
      const [topicId, partitions] = await Promise.all([client.topicId(), client.watermarks()]);
      return { topicId, partitions };
    },
    topicId: () => client.topicId(),
    offsetsAt: async (timestampMs) => {
      const [partitions, offsets] = await Promise.all([client.watermarks(), client.offsetsAt(timestampMs)]);
      return new Map([...partitions].map(([partition, { high }]) => [partition, offsets.get(partition) ?? high]));
    },
    committed: (groupId) => client.committed(groupId),
    checkMembership: (groupId) => client.checkMembership(groupId),
    read: (range, signal) => new RangeReading(client, topic, range).chunks(signal),
  };
}

/** One range on its way. */
class RangeReading {
  readonly #client: TopicClient;
  readonly #topic: string;
  readonly #range: OffsetRange;
  #from: bigint;

  constructor(client: TopicClient, topic: string, range: OffsetRange) {
    this.#client = client;
    this.#topic = topic;
    this.#range = range;
    this.#from = range.from;
  }

  async *chunks(signal: AbortSignal | undefined): AsyncIterable<RecordChunk> {
    const { from, to } = this.#range;
    if (from >= to) return;
    // what has the topic's name later is not read as if it were this one
    const topicId = await this.#client.topicId();
    let emptyAnswers = 0;
    while (this.#from < to) {
      signal?.throwIfAborted();
      const { records, isThrottled } = await this.#fetchHeld(topicId);
      if (!records.isEmpty) {
        emptyAnswers = 0;
        yield* this.#take(records);
      } else if (!isThrottled && ++emptyAnswers >= emptyAnswersMin) {
        yield this.#emptyRest();
      }
    }
  }

  *#take(records: AnswerRecords): Iterable<RecordChunk> {
    const { partition, to } = this.#range;
    const end = smaller(records.end, to);
    const { chunk, damage } = records.take({ topic: this.#topic, partition, from: this.#from, to: end });
    const isAhead = chunk.to > this.#from;
    this.#from = chunk.to;
    if (isAhead) yield chunk;
    if (damage !== undefined && this.#from < to) throw describeDamage(this.#topic, partition, damage);
  }

  /** Compaction has removed what was there: the leader holds these offsets, and no batch of them. */
  #emptyRest(): RecordChunk {
    const { partition, to } = this.#range;
    const from = this.#from;
    this.#from = to;
    return emptyChunk({ topic: this.#topic, partition, from, to });
  }

  /** Fetches at the position from a log that holds the range up to its end. */
  async #fetchHeld(topicId: string | undefined): Promise<FetchedRecords> {
    const { partition, to } = this.#range;
    for (let asks = 1; ; asks++) {
      const bytes = Number(to - this.#from) * bytesPerOffset;
      const bytesMax = Math.min(fetchBytesMax, Math.max(fetchBytesMin, bytes));
      const fetched = await this.#client.fetch({ partition, offset: this.#from, bytesMax }, topicId);
      if (!fetched.isOutOfRange && fetched.stableEnd >= to) return fetched;
      fetched.records.drop();
      await this.#checkHeld(asks >= endAsks.count);
      await systemClock.sleep(endAsks.delayMs);
    }
  }

  /** What Kafka has dropped is gone for good; what it does not have yet may come. */
  async #checkHeld(isLast: boolean): Promise<void> {
    const { partition, to } = this.#range;
    const marks = (await this.#client.watermarks()).get(partition);
    if (!isLast && marks !== undefined && this.#from >= marks.low) return;
    const held = marks === undefined ? 'no such partition' : `[${marks.low}, ${marks.high})`;
    throw new PipelineError('OFFSETS_GONE', {
      message: `${this.#topic}/${partition}: asked for [${this.#from}, ${to}), Kafka holds ${held}`,
      retryable: false,
    });
  }
}
