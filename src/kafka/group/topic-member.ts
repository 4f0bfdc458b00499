import type { AssignedPartition, RecordHandler, RecordSource } from '../../consumer/ports/topic.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { AssignedPartitions } from './assigned-partitions.ts';
import type { BrokerClient } from '../brokers/broker-client.ts';
import { explainKafkaError } from '../errors/explain-kafka-error.ts';
import type { AnswerRecords } from '../format/answer-records.ts';
import type { AskedOffsets } from '../kafkajs/consumer-fetch.ts';
import type { TopicAnswer } from '../kafkajs/fetch-request.ts';
import type { FetchedPartition } from '../kafkajs/fetched-batch.ts';
import type { PartitionControl } from '../kafkajs/partition-control.ts';
import { errorCodes, errorOf, isPassing, isStaleLeader } from '../kafkajs/protocol-error.ts';
import { TopicClient } from '../topic/topic-client.ts';
import { TopicGuard } from '../topic/topic-guard.ts';

export interface TopicMemberOptions {
  readonly topic: string;
  readonly groupId: string;
  readonly brokers: BrokerClient;
  readonly control: PartitionControl;
  readonly commit: RecordSource['commit'];
  /** Something is tried again. */
  readonly complain: (error: unknown) => void;
  readonly explain: (error: unknown) => PipelineError;
  /** The topic is gone for good. */
  readonly onGone: () => void;
}

/** One topic of a membership: its partitions of the assignment, and who reads them. Partitions that nobody reads are paused. */
export class TopicMember implements RecordSource {
  readonly #options: TopicMemberOptions;
  readonly #client: TopicClient;
  readonly #watch: TopicGuard;
  #handler: RecordHandler | undefined;
  #over = Promise.withResolvers<void>();
  #partitions: readonly number[] | undefined;
  #assigned: AssignedPartitions | undefined;
  #assignment = 0;
  #isLookedFor = false;

  constructor(options: TopicMemberOptions) {
    this.#options = options;
    this.#client = new TopicClient(options.brokers, options.topic);
    this.#watch = new TopicGuard(this.#client, options.topic);
  }

  run(handler: RecordHandler): Promise<void> {
    this.#handler = handler;
    this.#over = Promise.withResolvers();
    if (this.#partitions !== undefined) this.#begin(this.#partitions);
    return this.#over.promise;
  }

  async stop(): Promise<void> {
    this.#detach();
    this.#over.resolve();
  }

  pause(partition: number): void {
    this.#assigned?.pause(partition);
  }

  resume(partition: number): void {
    this.#assigned?.resume(partition);
  }

  seek(partition: number, offset: bigint): void {
    this.#assigned?.seek(partition, offset);
  }

  commit(partition: number, offset: bigint, metadata: string): Promise<void> {
    return this.#options.commit(partition, offset, metadata);
  }

  get topicId(): string | undefined {
    return this.#assigned?.topicId;
  }

  get hasPartitions(): boolean {
    return (this.#partitions?.length ?? 0) > 0;
  }

  lastEpochOf(partition: number): number | undefined {
    return this.#assigned?.lastEpochOf(partition);
  }

  /** The member got these partitions of the topic; called before the first fetch of the assignment. */
  join(partitions: readonly number[]): void {
    const isStillNone = partitions.length === 0 && this.#partitions?.length === 0;
    this.#partitions = partitions;
    if (!isStillNone) this.#begin(partitions);
  }

  lose(cause: PipelineError): void {
    this.#handler?.revoked(cause);
  }

  /** Hands over what kafkajs made of an answer. Answers with the offset to fetch next; `undefined`: the same again. */
  take(partition: number, records: AnswerRecords): bigint | undefined {
    if (this.#assigned === undefined) records.drop();
    return this.#assigned?.take(partition, records);
  }

  /** The records of a broker's answer, for kafkajs to make batches of. */
  receive({ partitions }: TopicAnswer, asked: AskedOffsets): FetchedPartition[] {
    return this.#assigned?.receive(partitions, asked) ?? [];
  }

  /** A broker refused to answer for a partition, as it does when the topic's name belongs to another one by now. */
  async refused(code: number): Promise<void> {
    if (code === errorCodes.unknownTopicId || code === errorCodes.inconsistentTopicId)
      await this.#watch.check().catch((error: unknown) => this.#failIfRecreated(error));
    else if (!isStaleLeader(code) && !isPassing(code)) this.fail(this.#options.explain(errorOf(code)));
  }

  /** A broker has no such topic, does not let us see it, or knows no leader of it. */
  meetProblem(code: number, error: PipelineError): { readonly isRead: boolean; readonly isSettling: boolean } {
    const isSettling = code !== errorCodes.unknownTopic && isStaleLeader(code);
    const isRead = this.#handler !== undefined && this.#watch.hasMet;
    if (isRead && code === errorCodes.unknownTopic) void this.#lookFor(error);
    else if (isRead && !isSettling) this.fail(error);
    return { isRead, isSettling };
  }

  /** Ends the reading of this topic. */
  fail(error: PipelineError): void {
    this.#detach();
    this.#over.reject(error);
  }

  /** Tells a topic that is gone from one that was made anew, and from a broker that has not heard of it. */
  async #lookFor(missing: PipelineError): Promise<void> {
    if (this.#isLookedFor) return;
    this.#isLookedFor = true;
    const found = await this.#watch.explainMissing(missing, () => this.#handler === undefined);
    this.#isLookedFor = false;
    if (found === undefined) return;
    this.fail(found);
    if (found === missing) this.#options.onGone();
  }

  #begin(partitions: readonly number[]): void {
    const mine = ++this.#assignment;
    this.#assigned?.end();
    this.#assigned = undefined;
    this.#options.control.pause(partitions);
    if (this.#handler === undefined) return;
    this.#assign(partitions, this.#handler)
      .then((assigned) => {
        if (mine !== this.#assignment) return;
        this.#assigned = assigned;
        assigned.begin();
      })
      .catch((error: unknown) => {
        if (mine === this.#assignment) this.fail(this.#options.explain(error));
      });
  }

  async #assign(partitions: readonly number[], handler: RecordHandler): Promise<AssignedPartitions> {
    const { topic, brokers, control, complain } = this.#options;
    // of a topic that others read, or that is gone, nothing has to be known
    const assigned = partitions.length === 0 ? [] : await this.#describe(partitions);
    const topicId = assigned[0]?.topicId;
    const starts = await handler.assigned(assigned);
    return new AssignedPartitions({
      topic,
      topicId,
      handler,
      starts,
      client: this.#client,
      control,
      unpackedBytesMax: brokers.unpackedBytesMax,
      fail: (error) => this.fail(error),
      trouble: complain,
      checkTopic: () => this.#watch.check(),
    });
  }

  async #describe(partitions: readonly number[]): Promise<AssignedPartition[]> {
    const { topic, groupId } = this.#options;
    const [topicId, marks, commits] = await Promise.all([
      this.#client.topicId(),
      this.#client.watermarks(),
      this.#client.committed(groupId),
    ]);
    await this.#watch.meet(topicId);
    return partitions.map((partition): AssignedPartition => {
      const mark = marks.get(partition);
      if (mark === undefined) throw missingPartition(topic, partition);
      const committed = commits.get(partition);
      return { partition, topicId, ...mark, ...(committed !== undefined && { committed }) };
    });
  }

  #detach(): void {
    this.#assignment++;
    this.#assigned?.end();
    this.#assigned = undefined;
    this.#handler = undefined;
    this.#options.control.pause(this.#partitions ?? []);
  }

  #failIfRecreated(error: unknown): void {
    const named = explainKafkaError(error, `topic ${this.#options.topic}`);
    if (named.code === 'TOPIC_RECREATED') this.fail(named);
    else this.#options.complain(error);
  }
}

function missingPartition(topic: string, partition: number): PipelineError {
  return new PipelineError('TOPIC_MISSING', { message: `${topic} has no partition ${partition}`, retryable: false });
}
