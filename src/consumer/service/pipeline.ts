import type { Clock } from '../../runtime/clock.ts';
import type { PipelineError } from '../../runtime/errors.ts';
import type { Slots } from '../../runtime/concurrency.ts';
import { shareOf, type BatchPolicy, type Boundaries } from '../batch/batch-policy.ts';
import type { CommitTools } from '../commit/tools/commit-tools.ts';
import type { RecordChunk } from '../ports/record-chunk.ts';
import type {
  AssignedPartition,
  OffsetRange,
  RecordHandler,
  RecordSource,
  TopicReader,
  UnreadableRecords,
} from '../ports/topic.ts';
import { heldBytes, type BackPressure, type Buffering } from './back-pressure.ts';
import type { PartitionReach } from './lag.ts';
import { guardSource, type GuardedSource } from './guard-source.ts';
import type { Start } from './choose-start.ts';
import { findStarts } from './find-starts.ts';
import { nextTask, type Situation } from './next-task.ts';
import type { WorkOutcome } from './partition-state.ts';
import type { PartitionWork } from './partition-work.ts';
import { performWork } from './perform-work.ts';
import { TopicIdentity } from '../ledger/topic/topic-identity.ts';
import { UnreadablePartitions } from './unreadable-partitions.ts';

export interface PipelineOptions {
  readonly source: RecordSource;
  readonly reader: TopicReader;
  readonly tools: CommitTools;
  readonly policy: BatchPolicy;
  /** Left out for a table whose objects are seen as soon as they are put. */
  readonly boundaries?: Boundaries | undefined;
  readonly clock: Clock;
  readonly limits: PipelineLimits;
  /** Records that can't be read are tried again after this long. */
  readonly unreadableRetryMs: number;
  /** Where a topic begins that the ledger does not know; left out: with its first record. */
  readonly start?: Start;
}

/** What all pipelines of a process share. */
export interface PipelineLimits {
  /** Batches on their way at the same time; small ones take a share of a slot. */
  readonly slots: Slots;
  /** Reading pauses when all partitions together hold too much. */
  readonly pressure: BackPressure;
}

/**
 * Connects the source with the commit steps: buffers what arrives, cuts batches by the policy, keeps one batch per
 * Kafka partition on its way, and pauses reading before memory grows.
 */
export class Pipeline implements RecordHandler {
  readonly #options: PipelineOptions;
  readonly #source: GuardedSource;
  readonly #buffering: Buffering;
  readonly #identity: TopicIdentity;
  readonly #damages: UnreadablePartitions;
  readonly #failed = Promise.withResolvers<never>();
  readonly #ends = new Map<number, bigint>();
  #works = new Map<number, PartitionWork>();
  #assignment = new AbortController();
  #isClosing = false;
  #hasAssignment = false;
  #activeMs: number;
  #writtenMs: number;

  constructor(options: PipelineOptions) {
    const { source, reader, tools, limits, clock } = options;
    this.#options = options;
    this.#source = guardSource(source, (error) => this.#failed.reject(error));
    this.#buffering = {
      source: this.#source,
      works: () => [...this.#works.values()],
      mayRead: () => !this.#isClosing,
      relieve: (work) => {
        work.relieve();
        this.#advance(work);
      },
    };
    limits.pressure.begin(this.#buffering);
    this.#identity = new TopicIdentity(tools.topic, reader);
    this.#damages = new UnreadablePartitions(tools.observer);
    this.#activeMs = clock.monotonicMs();
    this.#writtenMs = this.#activeMs;
    // a failure nobody waits for yet must not end the process by itself
    this.#failed.promise.catch(() => {});
  }

  /** Rejects when a batch can't be written in spite of all retries. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** When a record arrived or work ended last, by the monotonic clock. */
  get activeMs(): number {
    return this.#activeMs;
  }

  /** When the ledger grew last, or partitions were assigned, by the monotonic clock. */
  get writtenMs(): number {
    return this.#writtenMs;
  }

  /** When the oldest record arrived that is not written yet, by the monotonic clock; `undefined` when none waits. */
  get waitingSinceMs(): number | undefined {
    const own = this.#works.values().filter(({ isRevoked }) => !isRevoked);
    return own.reduce<number | undefined>((oldest, { buffer }) => earlier(oldest, buffer.fill().oldestMs), undefined);
  }

  /** The id of the topic that is read; `undefined` before an assignment, and for brokers that know no ids. */
  get topicId(): string | undefined {
    return this.#works.values().next().value?.topicId;
  }

  /** Next offset to be written, by partition of the assignment. */
  positions(): Map<number, bigint> {
    return new Map([...this.#works].map(([partition, work]) => [partition, work.buffer.from]));
  }

  /** How far each partition of the assignment has come. */
  reached(): Map<number, PartitionReach> {
    return new Map(
      [...this.#works].map(([partition, { buffer, known }]) => [partition, { written: buffer.from, known }]),
    );
  }

  /** True once the group has told this member its partitions, of which there may be none. */
  get hasAssignment(): boolean {
    return this.#hasAssignment;
  }

  /** What can't be read, by partition. */
  get damages(): UnreadablePartitions {
    return this.#damages;
  }

  /** Partitions of which everything is written before what can't be read. */
  stuckPartitions(): Set<number> {
    const stuck = this.#works.values().filter(({ isStuck }) => isStuck);
    return new Set(stuck.map(({ partition }) => partition));
  }

  /** Memory of what has arrived and is not written. */
  bufferedBytes(): number {
    return heldBytes([...this.#works.values()]);
  }

  async assigned(partitions: readonly AssignedPartition[]): Promise<ReadonlyMap<number, bigint>> {
    this.#revoke();
    const { tools, reader, limits, start = { kind: 'earliest' } } = this.#options;
    const { signal } = this.#assignment;
    const previous = this.#works;
    const settled = (partition: number) => previous.get(partition)?.settled();
    const works = await findStarts(partitions, { tools, reader, start, settled, signal }).catch((error: unknown) => {
      if (signal.aborted) return [];
      throw error;
    });
    // another assignment has come or will come
    if (signal.aborted) return new Map();
    this.#hasAssignment = true;
    this.#works = new Map(works.map((work) => [work.partition, work]));
    limits.pressure.begin(this.#buffering);
    this.#damages.clear();
    this.#writtenMs = this.#options.clock.monotonicMs();
    const positions = new Map(works.map((work) => [work.partition, work.readFrom]));
    tools.observer.assigned?.(positions);
    for (const work of works) this.#advance(work);
    return positions;
  }

  revoked(cause: PipelineError): void {
    this.#revoke();
    this.#options.tools.observer.revoked?.(cause);
  }

  records(chunk: RecordChunk): void {
    const work = this.#works.get(chunk.partition);
    if (work === undefined || !work.accepts(chunk)) return chunk[Symbol.dispose]();
    this.#activeMs = this.#options.clock.monotonicMs();
    work.buffer.push(chunk, this.#activeMs);
    this.#damages.passed(work.partition, work.buffer.to);
    this.#advance(work);
    this.#options.limits.pressure.relieve();
  }

  gap({ partition, from, to }: OffsetRange): void {
    const work = this.#works.get(partition);
    if (work === undefined || from !== work.buffer.to) return;
    work.block({ kind: 'lost', upTo: to });
    this.#advance(work);
  }

  unreadable(records: UnreadableRecords): void {
    const work = this.#works.get(records.partition);
    if (work === undefined || work.isRevoked || records.from < work.buffer.to) return;
    const sinceMs = this.#options.clock.monotonicMs();
    // offsets between the position and the damage are of no record that could be read
    this.#damages.met({ ...records, from: work.buffer.to }, sinceMs);
    work.block({ kind: 'unreadable', sinceMs });
    this.#advance(work);
  }

  /** Cuts what has become old enough; call it several times a second. */
  tick(): void {
    for (const work of this.#works.values()) this.#advance(work);
    this.#options.tools.observer.buffered?.(this.bufferedBytes());
  }

  /** Writes what has arrived and resolves when all of it is committed. New records are no longer accepted. */
  async drain(): Promise<void> {
    this.#isClosing = true;
    for (const work of this.#works.values()) this.#source.pause(work.partition);
    for (;;) {
      this.tick();
      const busy = [...this.#works.values()].filter((work) => work.isBusy);
      if (busy.length === 0) return;
      await Promise.race([this.failed, ...busy.map((work) => work.settled())]);
    }
  }

  /** Gives back the memory of what is not being written. Nothing may follow. */
  end(): void {
    this.#revoke();
    this.#options.limits.pressure.end(this.#buffering);
    for (const work of this.#works.values()) void work.settled().then(() => work.buffer.clear());
  }

  /** Cuts batches as soon as they reach these offsets, whatever the policy says. */
  finishAt(ends: ReadonlyMap<number, bigint>): void {
    for (const [partition, end] of ends) this.#ends.set(partition, end);
    this.tick();
  }

  #revoke(): void {
    this.#assignment.abort();
    this.#assignment = new AbortController();
    for (const work of this.#works.values()) work.revoke();
  }

  /** Starts the partition's next piece of work, if there is one and none is under way. */
  #advance(work: PartitionWork): void {
    const task = nextTask(work, this.#situation(work.partition));
    if (task === undefined) return;
    work.start(async () => {
      try {
        const { policy, limits, tools } = this.#options;
        const workTools = { ...this.#options, identity: this.#identity };
        const share = () => shareOf(work.buffer.fill(), policy, tools.writer.leaves);
        this.#end(work, await limits.slots.run(() => performWork(work, task, workTools), share));
      } catch (error) {
        this.#failed.reject(error);
      }
    });
  }

  #situation(partition: number): Situation {
    const { policy, boundaries, clock, unreadableRetryMs } = this.#options;
    const isClosing = this.#isClosing;
    const rules = { policy, boundaries, unreadableRetryMs };
    return { ...rules, nowMs: clock.monotonicMs(), isClosing, end: this.#ends.get(partition) };
  }

  #end(work: PartitionWork, outcome: WorkOutcome): void {
    this.#activeMs = this.#options.clock.monotonicMs();
    if (outcome.kind === 'written') this.#writtenMs = this.#activeMs;
    const seekTo = work.end(outcome);
    this.#damages.passed(work.partition, work.buffer.from);
    if (seekTo !== undefined) this.#source.seek(work.partition, seekTo);
    this.#advance(work);
    this.#options.limits.pressure.relieve();
  }
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}
