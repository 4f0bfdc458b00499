import { emptyChunk, type RecordChunk } from '../../consumer/ports/record-chunk.ts';
import type { OffsetRange } from '../../consumer/ports/topic.ts';
import { smaller } from '../../runtime/bigints.ts';
import { systemClock } from '../../runtime/clock.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { AnswerRecords } from '../format/answer-records.ts';
import { describeDamage } from './describe-damage.ts';
import type { FetchedRecords, TopicClient } from './topic-client.ts';

/** A fetch of one record asks for less than one of many: some batches of the usual size. */
const fetchBytesMin = 128 * 1024;
const fetchBytesMax = 4 * 1024 * 1024;
const bytesPerOffset = 256;

/** A new leader does not know at once how far the log is committed. */
const endAsks = { count: 6, delayMs: 250 };

/** Answers without a batch that a leader which holds the range must give in a row before the rest of it may count as empty. */
const emptyAnswersMin = 10;
/** So often a leader may give that many in a row though it holds later batches: a remote tier takes its time, for about a minute. */
const emptyRoundsMax = 12;

/** What a range is read by. */
export type RangeClient = Pick<TopicClient, 'topicId' | 'watermarks' | 'fetch'>;

/** One range on its way. */
export class RangeReading {
  readonly #client: RangeClient;
  readonly #topic: string;
  readonly #range: OffsetRange;
  #from: bigint;

  constructor(client: RangeClient, topic: string, range: OffsetRange) {
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
      const { records, isThrottled, stableEnd } = await this.#fetchHeld(topicId);
      if (!records.isEmpty) {
        emptyAnswers = 0;
        yield* this.#take(records);
      } else if (!isThrottled && ++emptyAnswers % emptyAnswersMin === 0) {
        if (await this.#isEmptyUpTo(stableEnd, topicId)) yield this.#emptyRest();
        else if (emptyAnswers >= emptyAnswersMin * emptyRoundsMax) throw this.#withheld();
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

  /**
   * A leader answers with the first batch at an offset or behind it. Compaction may have left none up to the end; one that has a batch there
   * and does not give it has not looked, as when the remote tier of the topic's log is slow.
   */
  async #isEmptyUpTo(stableEnd: bigint, topicId: string | undefined): Promise<boolean> {
    const last = { partition: this.#range.partition, offset: stableEnd - 1n, bytesMax: fetchBytesMin };
    const { records, isOutOfRange, isThrottled } = await this.#client.fetch(last, topicId);
    records.drop();
    return records.isEmpty && !isOutOfRange && !isThrottled;
  }

  #withheld(): PipelineError {
    const { partition, to } = this.#range;
    return new PipelineError('BROKER_SILENT', {
      message: `${this.#topic}/${partition}: the leader holds records behind [${this.#from}, ${to}) and does not say what is in it`,
      retryable: true,
      hint: 'if the topic has tiered storage, look at the brokers’ requests to it, and try again',
    });
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
      // says nothing of where the log ends
      if (fetched.isThrottled && fetched.records.isEmpty && !fetched.isOutOfRange) return fetched;
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
