import type { GroupMembership, MembershipHandler, RecordSource } from '../../consumer/ports/topic.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { ErrorCode, PipelineError } from '../../runtime/errors.ts';
import { BrokerClient } from '../brokers/broker-client.ts';
import { explainKafkaError } from '../errors/explain-kafka-error.ts';
import type { Cluster, ConsumerFetchAnswer } from '../kafkajs/cluster.ts';
import type { GroupOptions } from '../kafkajs/consumer-config.ts';
import { fetchByOurselves, type AskedOffsets } from '../kafkajs/consumer-fetch.ts';
import { readMetadataByOurselves, type KnownTopics } from '../kafkajs/consumer-metadata.ts';
import type { TopicAnswer } from '../kafkajs/fetch-request.ts';
import { GroupConsumer, type GroupPosition } from '../kafkajs/group-consumer.ts';
import type { TopicMetadata } from '../kafkajs/topic-metadata.ts';
import { errorCodes, errorOf, isStaleLeader } from '../kafkajs/protocol-error.ts';
import { groupShared, groupUnled, refuseSharedGroup } from './shared-group.ts';
import { Subscription, type TopicSelection } from './subscription.ts';
import { TopicMember } from './topic-member.ts';

export interface MembershipOptions extends GroupOptions {
  readonly selection: TopicSelection;
  /** Called with what is tried again, at most once a minute for each code. */
  readonly onTrouble?: (error: PipelineError) => void;
}

const troubleEveryMs = 60_000;
const restartDelayMs = 1000;
const staleDelayMs = 200;

/** A member of a consumer group. Positions are ours, not kafkajs's: what does not follow them is dropped. */
export class GroupMember implements GroupMembership {
  readonly #options: MembershipOptions;
  readonly #brokers: BrokerClient;
  readonly #subscription: Subscription;
  readonly #consumer: GroupConsumer;
  readonly #topics = new Map<string, TopicMember>();
  readonly #over = Promise.withResolvers<void>();
  #handler: MembershipHandler | undefined;
  #hasJoined = false;
  #isAssigned = false;
  #stopping: Promise<void> | undefined;
  readonly #toldMs = new Map<ErrorCode, number>();

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#brokers = new BrokerClient(options.kafka);
    this.#subscription = new Subscription(options.selection);
    this.#consumer = new GroupConsumer(options, {
      adapt: (cluster) => this.#adapt(cluster),
      subscribed: () => this.#subscription.tell(),
      onUnknownTopic: (topic, error) =>
        this.#complain(explainKafkaError(error, `topic ${topic}, which another member of the group reads`)),
      joined: (assignment) => this.#join(assignment),
      unled: () => this.#over.reject(groupUnled(options.groupId)),
      rebalancing: () => this.#lose(this.#explain(errorOf(errorCodes.rebalanceInProgress))),
      unsubscribed: (topics) =>
        this.#over.reject(groupShared(options.groupId, topics, 'its leader assigns partitions of')),
      crashed: (error, isRestarting) => this.#recover(error, isRestarting),
      take: (topic, partition, records) => this.#topic(topic).take(partition, records),
      heartbeatFailed: (error) => this.#miss(error),
    });
    // a failure nobody waits for yet must not end the process by itself
    this.#over.promise.catch(() => {});
  }

  async run(handler: MembershipHandler): Promise<void> {
    this.#handler = handler;
    try {
      // kafkajs does not tell a group that may not be used from one whose coordinator moves
      await this.#brokers.checkMembership(this.#options.groupId);
      const isOver = (): boolean => this.#stopping !== undefined;
      await refuseSharedGroup({ ...this.#options, subscription: this.#subscription, brokers: this.#brokers, isOver });
      await this.#consumer.connect(this.#subscription.asked ?? []);
      await this.#consumer.consume();
    } catch (error) {
      throw this.#explain(error);
    }
    await this.#over.promise;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#consumer
      .disconnect()
      .catch(() => {})
      .then(() => this.#brokers.close())
      .then(() => this.#over.resolve());
    return this.#stopping;
  }

  source(topic: string): RecordSource {
    return this.#topic(topic);
  }

  #topic(topic: string): TopicMember {
    const known = this.#topics.get(topic);
    if (known !== undefined) return known;
    const member = new TopicMember({
      topic,
      groupId: this.#options.groupId,
      brokers: this.#brokers,
      control: this.#consumer.control(topic),
      commit: (partition, offset, metadata) => this.#commit(topic, { partition, offset, metadata }),
      complain: (error) => this.#complain(error),
      explain: (error) => this.#explain(error, topic),
      onGone: () => this.#subscription.forget(topic),
    });
    this.#topics.set(topic, member);
    return member;
  }

  #adapt(cluster: Cluster): void {
    fetchByOurselves(cluster, {
      topicIdOf: (topic) => this.#topics.get(topic)?.topicId,
      lastEpochOf: (topic, partition) => this.#topics.get(topic)?.lastEpochOf(partition),
      onFailure: (error) => this.#complain(error),
      receive: (answers, asked) => this.#receive(cluster, answers, asked),
    });
    readMetadataByOurselves(cluster, {
      asked: () => this.#subscription.asked,
      choose: (found) => this.#survey(found),
      mustJoinAgain: () => this.#subscription.mustJoinAgain(),
    });
  }

  /** After any other failure of a heartbeat kafkajs goes on as the member that it is. */
  #miss(error: unknown): void {
    const cause = this.#explain(error);
    if (cause.code === 'MEMBERSHIP_LOST') this.#lose(cause);
  }

  /** What a broker answered to a fetch, for kafkajs to make batches of. */
  async #receive(
    cluster: Cluster,
    answers: readonly TopicAnswer[],
    asked: ReadonlyMap<string, AskedOffsets>,
  ): Promise<ConsumerFetchAnswer> {
    // records are copied before anything waits
    const responses = answers.map((answer) => ({
      topicName: answer.topic,
      partitions: this.#topic(answer.topic).receive(answer, asked.get(answer.topic) ?? new Map()),
    }));
    await this.#afterRefusals(cluster, answers);
    return { responses };
  }

  /** Leaders that moved are asked for anew, without leaving the group. */
  async #afterRefusals(cluster: Cluster, answers: readonly TopicAnswer[]): Promise<void> {
    const refusals = answers.flatMap(({ topic, partitions }) => {
      const code = partitions.find(({ errorCode }) => isRefusal(errorCode))?.errorCode;
      return code === undefined ? [] : [{ topic, code }];
    });
    const [first] = refusals;
    if (first === undefined) return;
    this.#complain(errorOf(first.code));
    await Promise.all(refusals.map(({ topic, code }) => this.#topic(topic).refused(code)));
    await systemClock.sleep(staleDelayMs);
    if (refusals.some(({ code }) => isStaleLeader(code))) await cluster.refreshMetadata();
  }

  /** Chooses what kafkajs shall know of the brokers' topics, and tells each topic what is wrong with it. */
  #survey(found: readonly TopicMetadata[]): KnownTopics {
    const { topics, isUnsettled, problems } = this.#subscription.survey(found);
    const isReadOn = problems.map(({ topic, errorCode }) => {
      const error = this.#explain(errorOf(errorCode), topic);
      const { isRead, isSettling } = this.#topic(topic).meetProblem(errorCode, error);
      if (isSettling) this.#complain(error);
      else if (!isRead) this.#handler?.waiting(topic, error);
      return isRead;
    });
    return { topics, isUnsettled: isUnsettled || isReadOn.includes(true) };
  }

  #join(assignment: Readonly<Record<string, readonly number[]>>): void {
    // kafkajs says nothing before it joins again as a new member
    this.#lose(this.#explain(errorOf(errorCodes.unknownMember)));
    this.#hasJoined = true;
    this.#isAssigned = true;
    this.#subscription.joined();
    const topics = Object.keys(assignment);
    for (const topic of new Set([...topics, ...this.#topics.keys()])) this.#topic(topic).join(assignment[topic] ?? []);
    this.#handler?.assigned(topics.filter((topic) => this.#topic(topic).hasPartitions));
  }

  #lose(cause: PipelineError): void {
    if (!this.#isAssigned) return;
    this.#isAssigned = false;
    for (const topic of this.#topics.values()) topic.lose(cause);
    this.#handler?.revoked(cause);
  }

  async #commit(topic: string, position: GroupPosition): Promise<void> {
    try {
      await this.#consumer.commit(topic, position);
    } catch (error) {
      throw this.#options.kafka.explain(error, `committing ${topic}/${position.partition}`);
    }
  }

  /** kafkajs has given up: what passes is tried again, by it or by us; all else ends the membership. */
  #recover(error: unknown, isRestarting: boolean): void {
    this.#subscription.left();
    const named = this.#explain(error);
    this.#lose(named);
    if (!named.retryable && named.code !== 'BROKER_FAILED') this.#over.reject(named);
    else if (isRestarting) this.#complain(named);
    else if (named.retryable) void this.#restart(named);
    else this.#over.reject(named);
  }

  async #restart(named: PipelineError): Promise<void> {
    this.#complain(named);
    await systemClock.sleep(restartDelayMs);
    if (this.#stopping !== undefined) return;
    await this.#consumer.consume().catch((error: unknown) => this.#over.reject(this.#explain(error)));
  }

  #complain(error: unknown): void {
    const named = this.#explain(error);
    const nowMs = systemClock.monotonicMs();
    if (nowMs - (this.#toldMs.get(named.code) ?? Number.NEGATIVE_INFINITY) < troubleEveryMs) return;
    this.#toldMs.set(named.code, nowMs);
    this.#options.onTrouble?.(named);
  }

  #explain(error: unknown, where = this.#where()): PipelineError {
    const { kafka, groupId } = this.#options;
    return kafka.explain(error, `group ${groupId} on ${where}`, { isEstablished: this.#hasJoined });
  }

  #where(): string {
    const { selection } = this.#options;
    return selection.kind === 'list' ? selection.topics.join(', ') : `topics like ${selection.pattern.source}`;
  }
}

function isRefusal(code: number): boolean {
  return code !== 0 && code !== errorCodes.offsetOutOfRange;
}
