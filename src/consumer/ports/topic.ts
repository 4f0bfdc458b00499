import type { PipelineError } from '../../runtime/errors.ts';
import type { RecordChunk } from './record-chunk.ts';

/** What the broker knows of one partition at the moment of asking. */
export interface Watermarks {
  /** First offset still held. */
  readonly low: bigint;
  /** One past the last offset. */
  readonly high: bigint;
}

export interface TopicDescription {
  /** What tells a topic from another one of the same name (KIP-516); `undefined` from a broker that knows no ids. */
  readonly topicId: string | undefined;
  readonly partitions: ReadonlyMap<number, Watermarks>;
}

export interface CommittedOffset {
  readonly offset: bigint;
  readonly metadata: string;
}

export interface AssignedPartition extends Watermarks {
  readonly partition: number;
  /** The id of the topic that `low` and `high` were asked of. */
  readonly topicId: string | undefined;
  /** The group's last commit, if any. */
  readonly committed?: CommittedOffset;
}

/** What a `RecordSource` calls. `assigned` may wait; the others return at once. */
export interface RecordHandler {
  /**
   * The member got these partitions (the whole assignment, also those it had before). Everything handed over earlier and
   * not yet written is void, and pauses end once it answers. Answers with the offset to continue at, for each partition. No record is handed over before that.
   */
  assigned(partitions: readonly AssignedPartition[]): Promise<ReadonlyMap<number, bigint>>;
  /** Membership is gone or changing, for this cause: work in flight must not be counted on. */
  revoked(cause: PipelineError): void;
  /** `chunk.from` is the position answered or sought, or the `to` of the chunk before: never a hole, never a repeat. */
  records(chunk: RecordChunk): void;
  /** The broker no longer holds `[from, to)`; the next chunk begins at `to`. */
  gap(gap: { readonly partition: number; readonly from: bigint; readonly to: bigint }): void;
  /**
   * What follows the partition's last chunk can't be read. Nothing of the partition is handed over until `seek`; the other partitions
   * go on.
   */
  unreadable(damage: UnreadableRecords): void;
}

/** Records of one partition that were fetched and can't be read. */
export interface UnreadableRecords {
  readonly partition: number;
  readonly from: bigint;
  /** One past the last offset that is damaged; `undefined` where the damage hides it. */
  readonly to: bigint | undefined;
  /** RECORDS_UNREADABLE, with what is wrong with them. */
  readonly error: PipelineError;
}

/** One topic, read as a member of a consumer group. */
export interface RecordSource {
  /**
   * Joins and reads until `stop`; rejects with a `PipelineError` when the membership can't be kept up, with TOPIC_RECREATED when
   * another topic has the name by now, and with LOG_TRUNCATED when a partition's log was cut below what has been read of it.
   */
  run(handler: RecordHandler): Promise<void>;
  /** Leaves the group; `run` then resolves. Idempotent. */
  stop(): Promise<void>;
  pause(partition: number): void;
  resume(partition: number): void;
  /** The next chunk of the partition begins here; chunks fetched before are dropped by the source. */
  seek(partition: number, offset: bigint): void;
  /** Rejects with MEMBERSHIP_LOST when another member owns the partition by now. */
  commit(partition: number, offset: bigint, metadata: string): Promise<void>;
}

/** What a `GroupMembership` calls. */
export interface MembershipHandler {
  /** Partitions of these topics are ours, those of no other one; the partitions of a topic that nobody reads are held. */
  assigned(topics: readonly string[]): void;
  /** The partitions of all topics are lost until `assigned` is called again. */
  revoked(cause: PipelineError): void;
  /** The topic can't be read: it is missing, or denied. It is asked for again and again. */
  waiting(topic: string, error: PipelineError): void;
}

/** Several topics, read as one member of a consumer group. */
export interface GroupMembership {
  /** Joins and reads until `stop`; rejects with what concerns all topics. */
  run(handler: MembershipHandler): Promise<void>;
  /** Leaves the group; `run` then resolves. Idempotent. */
  stop(): Promise<void>;
  /**
   * One of the topics. Its `run` rejects with what concerns this topic alone, which then waits until it is run again; its `stop` ends
   * the reading of this topic, not the membership.
   */
  source(topic: string): RecordSource;
}

/** Reads outside any group: replay, verify, redrive, claims of others. */
export interface TopicReader {
  /** The topic's id and the watermarks of every partition, in one round. Rejects with TOPIC_MISSING, TOPIC_DENIED. */
  describe(): Promise<TopicDescription>;
  /** The topic's id, in one request; `undefined` from a broker that knows no ids. Rejects with TOPIC_MISSING, TOPIC_DENIED. */
  topicId(): Promise<string | undefined>;
  /** First offset of each partition with a timestamp at or after `timestampMs`; the high watermark when there is none. */
  offsetsAt(timestampMs: number): Promise<ReadonlyMap<number, bigint>>;
  /** The group's commits by partition; partitions without one are left out. */
  committed(groupId: string): Promise<ReadonlyMap<number, CommittedOffset>>;
  /**
   * Chunks that account for exactly `[from, to)`, in order, also when its end holds no readable record.
   * Rejects with OFFSETS_GONE when `from` is below the low watermark or `to` above the high one.
   */
  read(range: OffsetRange, signal?: AbortSignal): AsyncIterable<RecordChunk>;
}

/** Half-open range of offsets of one Kafka partition. */
export interface OffsetRange {
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
}
