import type { KnownTopics } from '../kafkajs/consumer-metadata.ts';
import type { GroupReader } from '../brokers/topic-requests.ts';
import type { TopicMetadata } from '../kafkajs/topic-metadata.ts';
import { errorCodes, isStaleLeader } from '../kafkajs/protocol-error.ts';

/** Which topics a member reads: these, or all whose whole name matches. */
export type TopicSelection =
  | { readonly kind: 'list'; readonly topics: readonly string[] }
  | { readonly kind: 'pattern'; readonly pattern: RegExp };

/** A topic that is not there, or can't be read now, by the protocol's code. */
export interface TopicProblem {
  readonly topic: string;
  readonly errorCode: number;
}

/** What a broker's answer means for the topics that a member reads. */
export interface Survey extends KnownTopics {
  readonly problems: readonly TopicProblem[];
}

/** The topics that a member of a group reads, and which of them the group has been told. */
export class Subscription {
  readonly #selection: TopicSelection;
  #topics: readonly string[];
  #told: readonly string[] = [];
  #isMember = false;

  constructor(selection: TopicSelection) {
    this.#selection = selection;
    this.#topics = selection.kind === 'list' ? [...new Set(selection.topics)].toSorted() : [];
  }

  /** Topics to ask the brokers for; `undefined` for all. */
  get asked(): readonly string[] | undefined {
    return this.#selection.kind === 'list' ? this.#topics : undefined;
  }

  /** The topics, for the group to be told. */
  tell(): readonly string[] {
    this.#told = this.#topics;
    return this.#topics;
  }

  /** The group has taken us in with the topics that it was told. */
  joined(): void {
    this.#isMember = true;
  }

  left(): void {
    this.#isMember = false;
  }

  /** True once when the topics are others than the group was told. */
  mustJoinAgain(): boolean {
    const isNews = this.#isMember && this.#told !== this.#topics;
    if (isNews) this.#isMember = false;
    return isNews;
  }

  /** Takes in what the brokers have: topics that match are added, and those of a pattern that are gone are left out. */
  survey(found: readonly TopicMetadata[]): Survey {
    const own = found.filter(({ topic }) => this.#wants(topic));
    if (this.#selection.kind === 'pattern') this.#addAll(own.filter(({ isInternal }) => !isInternal));
    const byName = new Map(own.map((each) => [each.topic, each]));
    const topics = this.#topics.map((topic) => byName.get(topic) ?? missing(topic));
    const problems = topics.flatMap((each) => problemOf(each));
    return {
      topics: topics.map((each) => (each.errorCode === 0 ? each : { ...each, errorCode: 0, partitions: [] })),
      isUnsettled: topics.some(isUnsettled),
      problems,
    };
  }

  /**
   * Gives the first reader of the group that belongs to another service, since it reads none of our topics. Services that read one topic
   * each have always been able to share a group, and count as none.
   */
  findOtherService(readers: readonly GroupReader[]): GroupReader | undefined {
    const isSeveral = this.#selection.kind === 'pattern' || this.#topics.length > 1;
    return readers.find(
      ({ topics }) => (isSeveral || topics.length > 1) && !topics.some((topic) => this.#wants(topic)),
    );
  }

  /** A topic of a pattern is gone for good: it is read again when it comes back. */
  forget(topic: string): void {
    if (this.#selection.kind === 'pattern') this.#topics = this.#topics.filter((each) => each !== topic);
  }

  #wants(topic: string): boolean {
    return this.#selection.kind === 'list' ? this.#topics.includes(topic) : this.#selection.pattern.test(topic);
  }

  #addAll(found: readonly TopicMetadata[]): void {
    const known = new Set(this.#topics);
    const added = found.map(({ topic }) => topic).filter((topic) => !known.has(topic));
    if (added.length > 0) this.#topics = [...known, ...added].toSorted();
  }
}

function missing(topic: string): TopicMetadata {
  return { topic, errorCode: errorCodes.unknownTopic, topicId: undefined, isInternal: false, partitions: [] };
}

function problemOf({ topic, errorCode, partitions }: TopicMetadata): TopicProblem[] {
  if (errorCode !== 0) return [{ topic, errorCode }];
  const leaderless = partitions.find(({ partitionErrorCode }) => partitionErrorCode !== 0);
  return leaderless === undefined ? [] : [{ topic, errorCode: leaderless.partitionErrorCode }];
}

/** A topic that is missing is no reason to ask more often, but for who has read it before. */
function isUnsettled({ errorCode, partitions }: TopicMetadata): boolean {
  if (errorCode !== 0) return errorCode !== errorCodes.unknownTopic && isStaleLeader(errorCode);
  return partitions.some(({ partitionErrorCode }) => partitionErrorCode !== 0);
}
