import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { AnswerRecords } from '../format/answer-records.ts';
import { adaptClusters, type Cluster } from './cluster.ts';
import { consumerConfig, type GroupOptions } from './consumer-config.ts';
import { recordsOf } from './fetched-batch.ts';
import { PartitionControl } from './partition-control.ts';
import type { AssignerOptions } from './topic-assigner.ts';

/** What kafkajs's consumer asks and tells the member of a group. */
export interface ConsumerHandler extends AssignerOptions {
  /** The connections, before they are used. */
  readonly adapt: (cluster: Cluster) => void;
  /** The group has given us these partitions, by topic. */
  readonly joined: (assignment: Readonly<Record<string, readonly number[]>>) => void;
  /** The group has no leader among its members: its coordinator deals the partitions out. */
  readonly unled: () => void;
  /** The group deals its partitions anew. */
  readonly rebalancing: () => void;
  /** The group's leader has given us partitions of topics that we do not read. */
  readonly unsubscribed: (topics: readonly string[]) => void;
  /** kafkajs has given up; it begins anew by itself, or waits to be told. */
  readonly crashed: (error: unknown, isRestarting: boolean) => void;
  /** Takes one batch. Answers with the offset to fetch next; `undefined`: the same again. */
  readonly take: (topic: string, partition: number, records: AnswerRecords) => bigint | undefined;
  /** The coordinator has refused a heartbeat, or not answered. */
  readonly heartbeatFailed: (error: unknown) => void;
}

/** What the group is told of one partition. */
export interface GroupPosition {
  readonly partition: number;
  readonly offset: bigint;
  readonly metadata: string;
}

/** kafkajs's consumer of one group, as far as we use it. */
export class GroupConsumer {
  readonly #handler: ConsumerHandler;
  readonly #consumer: Consumer;

  constructor(options: GroupOptions, handler: ConsumerHandler) {
    this.#handler = handler;
    const kafkajs = adaptClusters(options.kafka, handler.adapt);
    this.#consumer = kafkajs.consumer(consumerConfig(options, handler));
    this.#listen();
  }

  /** Connects with these topics, which are read from their beginning where nothing seeks. */
  async connect(topics: readonly string[]): Promise<void> {
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [...topics], fromBeginning: true });
  }

  /** Joins the group and hands over batches; resolves once it runs. */
  consume(): Promise<void> {
    return this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 1,
      eachBatch: (payload) => this.#take(payload),
    });
  }

  disconnect(): Promise<void> {
    return this.#consumer.disconnect();
  }

  control(topic: string): PartitionControl {
    return new PartitionControl(this.#consumer, topic);
  }

  commit(topic: string, { partition, offset, metadata }: GroupPosition): Promise<void> {
    return this.#consumer.commitOffsets([{ topic, partition, offset: offset.toString(), metadata }]);
  }

  #listen(): void {
    const { joined, unled, rebalancing, unsubscribed, crashed } = this.#handler;
    const { GROUP_JOIN, REBALANCING, RECEIVED_UNSUBSCRIBED_TOPICS, CRASH } = this.#consumer.events;
    this.#consumer.on(GROUP_JOIN, ({ payload }) => {
      if (payload.leaderId === '') unled();
      else joined(payload.memberAssignment);
    });
    this.#consumer.on(REBALANCING, () => rebalancing());
    this.#consumer.on(RECEIVED_UNSUBSCRIBED_TOPICS, ({ payload }) => unsubscribed(payload.topicsNotSubscribed));
    this.#consumer.on(CRASH, ({ payload }) => crashed(payload.error, payload.restart));
  }

  async #take({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    const next = this.#handler.take(batch.topic, batch.partition, recordsOf(batch));
    // else the same is fetched again
    if (next !== undefined) resolveOffset((next - 1n).toString());
    await heartbeat().catch((error: unknown) => {
      this.#handler.heartbeatFailed(error);
      throw error;
    });
  }
}
