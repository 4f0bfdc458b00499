import type { RecordHandler } from '../../consumer/ports/topic.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { admit } from './admit-fetch.ts';
import { describeDamage } from '../topic/describe-damage.ts';
import { AnswerRecords } from '../format/answer-records.ts';
import { UnreadableBatch } from '../format/unreadable-batch.ts';
import type { AskedOffsets } from '../kafkajs/consumer-fetch.ts';
import type { FetchAnswer } from '../kafkajs/fetch-request.ts';
import type { FetchedPartition } from '../kafkajs/fetched-batch.ts';
import type { PartitionControl } from '../kafkajs/partition-control.ts';
import { errorCodes } from '../kafkajs/protocol-error.ts';
import { logTruncated } from '../topic/other-log.ts';
import { AssignedPosition } from './assigned-position.ts';
import type { TopicClient } from '../topic/topic-client.ts';
import { larger } from '../../runtime/bigints.ts';

export interface AssignedOptions {
  readonly topic: string;
  readonly topicId: string | undefined;
  readonly client: TopicClient;
  readonly handler: RecordHandler;
  readonly control: PartitionControl;
  readonly unpackedBytesMax: number;
  readonly starts: ReadonlyMap<number, bigint>;
  /** Ends the membership. */
  readonly fail: (error: PipelineError) => void;
  /** Something is tried again. */
  readonly trouble: (error: unknown) => void;
  /** Rejects when the topic's name belongs to another topic by now. */
  readonly checkTopic: () => Promise<void>;
}

/** Impossible answers in a row before one is believed: leaders and watermarks need a moment to settle. */
const impossibleAnswersMin = 3;

/** The partitions of one assignment: what the brokers answer, checked against what was read before, goes to the handler. */
export class AssignedPartitions {
  readonly #options: AssignedOptions;
  readonly #states: ReadonlyMap<number, AssignedPosition>;
  #isOver = false;

  constructor(options: AssignedOptions) {
    this.#options = options;
    this.#states = new Map([...options.starts].map(([partition, offset]) => [partition, new AssignedPosition(offset)]));
  }

  get topicId(): string | undefined {
    return this.#options.topicId;
  }

  begin(): void {
    const { control } = this.#options;
    for (const [partition, { position }] of this.#states) control.seek(partition, position);
    control.resume([...this.#states.keys()]);
  }

  /** Ends this assignment: what is still on its way counts for nothing. */
  end(): void {
    this.#isOver = true;
  }

  lastEpochOf(partition: number): number | undefined {
    return this.#states.get(partition)?.lastEpoch;
  }

  pause(partition: number): void {
    const state = this.#states.get(partition);
    if (state === undefined) return;
    state.isPaused = true;
    this.#options.control.pause([partition]);
  }

  resume(partition: number): void {
    const state = this.#states.get(partition);
    if (state === undefined) return;
    state.isPaused = false;
    this.#resumeIfFree(partition, state);
  }

  seek(partition: number, offset: bigint): void {
    const state = this.#states.get(partition);
    if (state === undefined) return;
    state.seek(offset);
    this.#options.control.seek(partition, offset);
    this.#resumeIfFree(partition, state);
  }

  /** Copies the records of an answer, and looks at what the broker could not answer. Answers with the records to hand over. */
  receive(partitions: readonly FetchAnswer[], asked: AskedOffsets): FetchedPartition[] {
    const received: FetchedPartition[] = [];
    for (const answer of partitions) {
      const { partition, errorCode, divergesAt } = answer;
      const state = this.#states.get(partition);
      const fetchedOffset = asked.get(partition);
      if (state === undefined || fetchedOffset === undefined) continue;
      if (errorCode === errorCodes.offsetOutOfRange || divergesAt !== undefined) {
        if (fetchedOffset === state.position) void this.#lookAt(partition, state, divergesAt);
      } else if (errorCode === 0) {
        const records = this.#recordsOf(answer, state, fetchedOffset);
        if (records !== undefined) received.push({ partition, records });
      }
    }
    return received;
  }

  /** Hands the records over if they continue at the position. Answers with the offset to fetch next; `undefined`: these ones again. */
  take(partition: number, records: AnswerRecords): bigint | undefined {
    const state = this.#states.get(partition);
    // they are not unpacked while memory is short
    if (this.#isOver || state === undefined || state.isBlocked || (records.isPacked && state.isPaused)) {
      records.drop();
      return undefined;
    }
    const { position } = state;
    const { end, damage, fetchedOffset } = records;
    const admission = admit(position, records);
    if (admission.kind === 'take') {
      this.#handOver(partition, state, records, admission);
      return end;
    }
    records.drop();
    if (admission.kind === 'stale') this.#options.control.seek(partition, position);
    else if (damage !== undefined && fetchedOffset === position) this.#block(partition, state, damage);
    return end;
  }

  #handOver(
    partition: number,
    state: AssignedPosition,
    records: AnswerRecords,
    { from, lost }: { readonly from: bigint; readonly lost?: { readonly from: bigint; readonly to: bigint } },
  ): void {
    const { handler, topic } = this.#options;
    if (lost !== undefined) handler.gap({ partition, ...lost });
    const { leaderEpoch } = records;
    const { chunk, damage } = records.take({ topic, partition, from, to: records.end });
    state.advance(chunk.to, leaderEpoch);
    if (chunk.to > from) handler.records(chunk);
    else chunk[Symbol.dispose]();
    if (damage !== undefined) this.#block(partition, state, damage);
  }

  #block(partition: number, state: AssignedPosition, damage: UnreadableBatch): void {
    const { handler, control, topic } = this.#options;
    state.isBlocked = true;
    control.pause([partition]);
    const from = larger(damage.from, state.position);
    handler.unreadable({ partition, from, to: damage.to, error: describeDamage(topic, partition, damage) });
  }

  /** `undefined` when there is nothing to hand over. */
  #recordsOf(answer: FetchAnswer, state: AssignedPosition, fetchedOffset: bigint): AnswerRecords | undefined {
    if (answer.records.length === 0) return undefined;
    const records = new AnswerRecords({ ...answer, fetchedOffset }, this.#options.unpackedBytesMax);
    if (!records.isEmpty) return records;
    records.drop();
    if (!records.isBeyond || ++state.beyondWatermark < impossibleAnswersMin) return undefined;
    const { partition, highWatermark } = answer;
    const what = `reaches beyond the log’s own end, offset ${highWatermark}`;
    this.#block(partition, state, new UnreadableBatch({ from: state.position, to: undefined, what }));
    return undefined;
  }

  /** The broker does not have what follows the position: it dropped it, or lost it, or this is another log. */
  async #lookAt(partition: number, state: AssignedPosition, divergesAt: bigint | undefined): Promise<void> {
    if (state.isLookedAt) return;
    const { control, trouble, fail } = this.#options;
    state.isLookedAt = true;
    control.pause([partition]);
    try {
      await this.#explainPosition(partition, state, divergesAt);
    } catch (error) {
      if (error instanceof PipelineError && error.code === 'TOPIC_RECREATED') fail(error);
      else if (!this.#isOver) trouble(error);
    } finally {
      state.isLookedAt = false;
      if (!this.#isOver) this.#resumeIfFree(partition, state);
    }
  }

  async #explainPosition(partition: number, state: AssignedPosition, divergesAt: bigint | undefined): Promise<void> {
    const { client, handler, control, topic, fail, checkTopic } = this.#options;
    const { position } = state;
    await checkTopic();
    const marks = (await client.watermarks()).get(partition);
    if (this.#isOver || state.position !== position || marks === undefined) return;
    if (position < marks.low) {
      state.seek(marks.low);
      handler.gap({ partition, from: position, to: marks.low });
      control.seek(partition, marks.low);
      return;
    }
    const logEnd = divergesAt ?? marks.high;
    if (logEnd >= position) state.forgetEpoch();
    else if (divergesAt !== undefined || ++state.beyondEnd >= impossibleAnswersMin)
      fail(logTruncated(topic, partition, { position, logEnd }));
  }

  #resumeIfFree(partition: number, state: AssignedPosition): void {
    if (!state.isStill) this.#options.control.resume([partition]);
  }
}
