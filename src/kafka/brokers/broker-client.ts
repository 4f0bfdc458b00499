import type { CommittedOffset, Watermarks } from '../../consumer/ports/topic.ts';
import { systemClock } from '../../runtime/clock.ts';
import { type ErrorCode, hasCode, PipelineError } from '../../runtime/errors.ts';
import { retry } from '../../runtime/retry.ts';
import { Gathering } from './gathering.ts';
import type { KafkaClient } from '../kafkajs/client.ts';
import { createCluster, type Cluster } from '../kafkajs/cluster.ts';
import type { TopicMetadata } from '../kafkajs/topic-metadata.ts';
import { SharedCluster } from './shared-cluster.ts';
import {
  askCommitted,
  askMetadata,
  askOffsets,
  askReaders,
  findCoordinator,
  namedOffsets,
  Refusal,
  unlessLeaderless,
  type GroupReader,
} from './topic-requests.ts';

/** Leaders move within seconds, and a broker that is gone is replaced by another one. */
const patience = { attemptsMax: 40, totalMs: 15_000, delayMs: 100, delayMaxMs: 500 };

/** What a broker that is gone looks like. */
const brokerCodes: ReadonlySet<ErrorCode> = new Set(['BROKER_UNREACHABLE', 'BROKER_SILENT', 'BROKER_FAILED']);

/** Every partition's first offset and the end of what is committed. */
export type TopicWatermarks = ReadonlyMap<number, Watermarks>;

/** Commits of a group by partition. */
export type TopicCommits = ReadonlyMap<number, CommittedOffset>;

/**
 * Connections of their own to ask the brokers about topics, without being a member of any group. They are opened when they are first
 * needed and kept until `close`. What is asked of several topics at the same time is one request to each broker.
 */
export class BrokerClient {
  readonly #kafka: KafkaClient;
  readonly #metadata = new Gathering(askMetadata);
  readonly #watermarks = new Gathering((cluster: Cluster, names) => this.#askWatermarks(cluster, names));
  readonly #commits = new Map<string, Gathering<TopicCommits | Refusal>>();
  readonly #known = new Map<string, TopicMetadata>();
  #cluster: SharedCluster | undefined;
  #hasConnected = false;
  #isClosed = false;

  constructor(kafka: KafkaClient) {
    this.#kafka = kafka;
  }

  /** A record batch that unpacks to more is refused. */
  get unpackedBytesMax(): number {
    return this.#kafka.unpackedBytesMax;
  }

  /** The topic's id, partitions and leaders, asked for now. */
  metadata(topic: string): Promise<TopicMetadata> {
    return this.ask(`topic ${topic}`, (cluster) => this.#metadata.ask(cluster, topic));
  }

  /** One round: two requests to each broker at once. */
  watermarks(topic: string): Promise<TopicWatermarks> {
    return this.ask(`topic ${topic}`, (cluster) => this.#watermarks.ask(cluster, topic));
  }

  committed(topic: string, groupId: string): Promise<TopicCommits> {
    const gathering =
      this.#commits.get(groupId) ??
      new Gathering((cluster: Cluster, names) => this.#askCommitted(cluster, groupId, names));
    this.#commits.set(groupId, gathering);
    return this.ask(`topic ${topic}`, (cluster) => gathering.ask(cluster, topic));
  }

  /** Rejects with GROUP_DENIED unless we may be members of the group; joins nothing, and disturbs no member. */
  async checkMembership(groupId: string): Promise<void> {
    const stranger = { groupId, groupGenerationId: 0, memberId: 'nobody' };
    const ask = async (cluster: Cluster) => (await findCoordinator(cluster, groupId)).heartbeat(stranger);
    await this.ask(`group ${groupId}`, ask).catch((error: unknown) => {
      // who may be a member is told that it is none
      if (!hasCode(error, 'MEMBERSHIP_LOST')) throw error;
    });
  }

  /** Members of the group that have told it what they read. */
  readers(groupId: string): Promise<GroupReader[]> {
    return this.ask(`group ${groupId}`, (cluster) => askReaders(cluster, groupId));
  }

  /** The topic's partitions and leaders as they were known last; asked for where they are not known. */
  async known(cluster: Cluster, topic: string): Promise<TopicMetadata | Refusal> {
    const known = this.#known.get(topic);
    if (known !== undefined) return known;
    const found = unlessLeaderless(await this.#metadata.ask(cluster, topic));
    if (!(found instanceof Refusal)) this.#known.set(topic, found);
    return found;
  }

  /** Does `work` with patience for leaders that move. Errors come explained, beginning with `where`. */
  async ask<T>(where: string, work: (cluster: Cluster) => Promise<T | Refusal>): Promise<T> {
    return retry(() => this.#askOnce(where, work), {
      ...patience,
      clock: systemClock,
      random: Math.random,
      isRetryable: (error) => this.#isRetryable(error),
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#forget()?.close();
  }

  async #askOnce<T>(where: string, work: (cluster: Cluster) => Promise<T | Refusal>): Promise<T> {
    const shared = (this.#cluster ??= new SharedCluster(this.#open()));
    const answer = await shared.use(work).catch((error: unknown) => {
      // leaders and addresses are asked for anew, over other connections
      if (this.#cluster === shared) this.#forget()?.giveUp();
      throw this.#explain(where, error);
    });
    if (answer instanceof Refusal) throw this.#explain(where, answer.error);
    return answer;
  }

  #forget(): SharedCluster | undefined {
    const shared = this.#cluster;
    this.#cluster = undefined;
    this.#known.clear();
    return shared;
  }

  #explain(where: string, error: unknown): PipelineError {
    return this.#kafka.explain(error, where, { isEstablished: this.#hasConnected });
  }

  /** Tells whether the failure is tried again; not before the first connection, for which kafkajs has tried for a while. */
  #isRetryable(error: unknown): boolean {
    if (!(error instanceof PipelineError) || this.#isClosed) return false;
    return error.code === 'LEADER_MOVING' || (this.#hasConnected && error.retryable && brokerCodes.has(error.code));
  }

  async #open(): Promise<Cluster> {
    const cluster = createCluster(this.#kafka);
    try {
      await cluster.connect();
      this.#hasConnected = true;
      await cluster.refreshMetadata();
      return cluster;
    } catch (error) {
      await cluster.disconnect().catch(() => {});
      throw error;
    }
  }

  async #askWatermarks(cluster: Cluster, names: readonly string[]): Promise<Map<string, TopicWatermarks | Refusal>> {
    const { led, refused } = await this.#askLed(cluster, names);
    const [lows, highs] = await Promise.all([
      askOffsets(cluster, led, namedOffsets.earliest),
      askOffsets(cluster, led, namedOffsets.latest),
    ]);
    const marks = [...lows].map(([topic, offsets]): [string, TopicWatermarks] => [
      topic,
      new Map(
        [...offsets].map(([partition, low]) => [partition, { low, high: highs.get(topic)?.get(partition) ?? low }]),
      ),
    ]);
    return new Map<string, TopicWatermarks | Refusal>([...refused, ...marks]);
  }

  async #askCommitted(
    cluster: Cluster,
    groupId: string,
    names: readonly string[],
  ): Promise<Map<string, TopicCommits | Refusal>> {
    const { led, refused } = await this.#askLed(cluster, names);
    return new Map<string, TopicCommits | Refusal>([...refused, ...(await askCommitted(cluster, groupId, led))]);
  }

  /** Topics whose partitions all have a leader; partitions may have been added. */
  async #askLed(cluster: Cluster, names: readonly string[]) {
    const found = await askMetadata(cluster, names);
    const led: TopicMetadata[] = [];
    const refused = new Map<string, Refusal>();
    for (const [name, topic] of found) {
      const known = unlessLeaderless(topic);
      if (known instanceof Refusal) refused.set(name, known);
      else led.push(known);
      if (!(known instanceof Refusal)) this.#known.set(name, known);
    }
    return { led, refused };
  }
}
