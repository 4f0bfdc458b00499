import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { AssignedPartition, RecordHandler, RecordSource } from '../consumer/ports/topic.ts';
import { systemClock } from '../runtime/clock.ts';
import { PipelineError } from '../runtime/errors.ts';
import { AssignedPartitions } from './assigned-partitions.ts';
import { explainKafkaError } from './explain-kafka-error.ts';
import { createConsumer, type Cluster, type ConsumerFetchAnswer } from './kafkajs/cluster.ts';
import { consumerConfig, type GroupOptions } from './kafkajs/consumer-config.ts';
import { fetchByOurselves } from './kafkajs/consumer-fetch.ts';
import { ConsumerReins } from './kafkajs/consumer-reins.ts';
import type { FetchAnswers } from './kafkajs/fetch-request.ts';
import { recordsOf } from './kafkajs/fetched-batch.ts';
import { errorCodes, errorOf, isStaleLeader } from './kafkajs/protocol-error.ts';
import { TopicClient } from './topic-client.ts';
import { TopicWatch } from './topic-watch.ts';

export interface SourceOptions extends GroupOptions {
  readonly topic: string;
  /** Called with what is tried again, at most once a minute. */
  readonly onTrouble?: (error: PipelineError) => void;
}

const troubleEveryMs = 60_000;
const restartDelayMs = 1000;
const staleDelayMs = 200;

/** A member of a consumer group. Positions are ours, not kafkajs's: what does not follow them is dropped. */
export function createRecordSource(options: SourceOptions): RecordSource {
  return new GroupMember(options);
}

class GroupMember implements RecordSource {
  readonly #options: SourceOptions;
  readonly #client: TopicClient;
  readonly #consumer: Consumer;
  readonly #reins: ConsumerReins;
  readonly #watch: TopicWatch;
  readonly #over = Promise.withResolvers<void>();
  #handler: RecordHandler | undefined;
  #assigned: AssignedPartitions | undefined;
  #assignment = 0;
  #hasJoined = false;
  #stopping: Promise<void> | undefined;
  #troubleMs = Number.NEGATIVE_INFINITY;

  constructor(options: SourceOptions) {
    this.#options = options;
    this.#client = new TopicClient(options.kafka, options.topic);
    this.#watch = new TopicWatch(this.#client, options.topic);
    const config = consumerConfig(options, (topic, error) =>
      this.#complain(explainKafkaError(error, `topic ${topic}, which another member of the group reads`)),
    );
    this.#consumer = createConsumer(options.kafka, config, (cluster) =>
      fetchByOurselves(cluster, {
        topic: options.topic,
        topicId: () => this.#assigned?.topicId,
        lastEpochOf: (partition) => this.#assigned?.lastEpochOf(partition),
        onFailure: (error) => this.#complain(error),
        receive: (answers, asked) => this.#receive(cluster, answers, asked),
      }),
    );
    this.#reins = new ConsumerReins(this.#consumer, options.topic);
  }

  async run(handler: RecordHandler): Promise<void> {
    this.#handler = handler;
    const { events } = this.#consumer;
    const { topic, groupId } = this.#options;
    this.#consumer.on(events.GROUP_JOIN, ({ payload }) => this.#join(payload.memberAssignment[topic] ?? []));
    this.#consumer.on(events.REBALANCING, () => this.#lose());
    this.#consumer.on(events.CRASH, ({ payload }) => this.#recover(payload.error, payload.restart));
    try {
      // kafkajs does not tell a group that may not be used from one whose coordinator moves
      await this.#client.committed(groupId);
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topic, fromBeginning: true });
      await this.#consume();
    } catch (error) {
      throw this.#explain(error);
    }
    await this.#over.promise;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#consumer
      .disconnect()
      .catch(() => {})
      .then(() => this.#client.close())
      .then(() => this.#over.resolve());
    return this.#stopping;
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

  async commit(partition: number, offset: bigint, metadata: string): Promise<void> {
    const { topic } = this.#options;
    try {
      await this.#consumer.commitOffsets([{ topic, partition, offset: offset.toString(), metadata }]);
    } catch (error) {
      throw explainKafkaError(error, `committing ${topic}/${partition}`);
    }
  }

  #consume(): Promise<void> {
    return this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 1,
      eachBatch: (payload) => this.#take(payload),
    });
  }

  async #take({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    const records = recordsOf(batch);
    if (this.#assigned === undefined) records.drop();
    const next = this.#assigned?.take(batch.partition, records);
    // else the same is fetched again
    if (next !== undefined) resolveOffset((next - 1n).toString());
    await heartbeat().catch((error: unknown) => {
      // after any other failure kafkajs goes on as the member that it is
      if (explainKafkaError(error, '').code === 'MEMBERSHIP_LOST') this.#lose();
      throw error;
    });
  }

  /** What a broker answered to a fetch, for kafkajs to make batches of. */
  async #receive(
    cluster: Cluster,
    answers: FetchAnswers,
    asked: ReadonlyMap<number, bigint>,
  ): Promise<ConsumerFetchAnswer> {
    const partitions = this.#assigned?.receive(answers, asked) ?? [];
    const codes = answers.partitions.map(({ errorCode }) => errorCode);
    const refused = codes.find((code) => code !== 0 && code !== errorCodes.offsetOutOfRange);
    if (refused !== undefined) await this.#afterRefusal(cluster, refused);
    return { responses: [{ topicName: this.#options.topic, partitions }] };
  }

  /** Leaders that moved are asked for anew, without leaving the group. */
  async #afterRefusal(cluster: Cluster, code: number): Promise<void> {
    if (!isStaleLeader(code)) throw errorOf(code);
    this.#complain(errorOf(code));
    if (code === errorCodes.unknownTopicId || code === errorCodes.inconsistentTopicId)
      await this.#watch.check().catch((error: unknown) => this.#endIfRecreated(error));
    await systemClock.sleep(staleDelayMs);
    await cluster.refreshMetadata();
  }

  #join(partitions: readonly number[]): void {
    const mine = ++this.#assignment;
    this.#hasJoined = true;
    this.#assigned?.end();
    this.#assigned = undefined;
    // before the first fetch of this assignment
    this.#reins.hold(partitions);
    this.#assign(partitions)
      .then((assigned) => {
        if (mine !== this.#assignment) return;
        this.#assigned = assigned;
        assigned?.begin();
      })
      .catch((error: unknown) => {
        if (mine === this.#assignment) this.#fail(this.#explain(error));
      });
  }

  async #assign(partitions: readonly number[]): Promise<AssignedPartitions | undefined> {
    const { topic, groupId, kafka } = this.#options;
    const handler = this.#handler;
    if (handler === undefined) return undefined;
    const [topicId, marks, commits] = await Promise.all([
      this.#client.topicId(),
      this.#client.watermarks(),
      this.#client.committed(groupId),
    ]);
    await this.#watch.meet(topicId);
    const assigned = partitions.map((partition): AssignedPartition => {
      const mark = marks.get(partition);
      if (mark === undefined) throw missingPartition(topic, partition);
      const committed = commits.get(partition);
      return { partition, topicId, ...mark, ...(committed !== undefined && { committed }) };
    });
    const starts = await handler.assigned(assigned);
    return new AssignedPartitions({
      topic,
      topicId,
      handler,
      starts,
      client: this.#client,
      reins: this.#reins,
      unpackedBytesMax: kafka.unpackedBytesMax,
      fail: (error) => this.#fail(error),
      trouble: (error) => this.#complain(error),
      checkTopic: () => this.#watch.check(),
    });
  }

  #lose(): void {
    this.#handler?.revoked();
  }

  /** kafkajs has given up: what passes is tried again, by it or by us; all else ends the membership. */
  #recover(error: unknown, isRestarting: boolean): void {
    this.#lose();
    const named = this.#explain(error);
    if (named.code === 'TOPIC_MISSING') void this.#endWithoutTopic(named);
    else if (!named.retryable && named.code !== 'BROKER_FAILED') this.#fail(named);
    else if (isRestarting) this.#complain(named);
    else if (named.retryable) void this.#restart(named);
    else this.#fail(named);
  }

  async #endWithoutTopic(missing: PipelineError): Promise<void> {
    this.#fail(await this.#watch.explainMissing(missing, () => this.#stopping !== undefined));
  }

  async #restart(named: PipelineError): Promise<void> {
    this.#complain(named);
    await systemClock.sleep(restartDelayMs);
    if (this.#stopping !== undefined) return;
    await this.#consume().catch((error: unknown) => this.#fail(this.#explain(error)));
  }

  #endIfRecreated(error: unknown): void {
    const named = this.#explain(error);
    if (named.code === 'TOPIC_RECREATED') this.#fail(named);
    else this.#complain(named);
  }

  #fail(error: PipelineError): void {
    this.#assigned?.end();
    this.#over.reject(error);
  }

  #complain(error: unknown): void {
    const nowMs = systemClock.monotonicMs();
    if (nowMs - this.#troubleMs < troubleEveryMs) return;
    this.#troubleMs = nowMs;
    this.#options.onTrouble?.(this.#explain(error));
  }

  #explain(error: unknown): PipelineError {
    const { groupId, topic } = this.#options;
    return explainKafkaError(error, `group ${groupId} on ${topic}`, { isEstablished: this.#hasJoined });
  }
}

function missingPartition(topic: string, partition: number): PipelineError {
  return new PipelineError('TOPIC_MISSING', { message: `${topic} has no partition ${partition}`, retryable: false });
}
