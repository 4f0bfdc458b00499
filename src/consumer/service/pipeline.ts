import type { Clock } from '../../runtime/clock.ts';
import { mapConcurrently, Slots } from '../../runtime/concurrency.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { reasonToCut, type BatchPolicy, type CutReason } from '../batch/batch-policy.ts';
import { commitMetadata, findPosition, type ChainPosition } from '../ledger/chain-position.ts';
import { commitBatch } from '../commit/commit-batch.ts';
import { type CommitTools } from '../commit/commit-tools.ts';
import { recordGap } from '../commit/record-gap.ts';
import type { Versioned } from '../ledger/ledger.ts';
import type { CommittedEntry } from '../ledger/ledger-entry.ts';
import type { IdleState, Outcome } from './partition-state.ts';
import { PartitionWork } from './partition-work.ts';
import type { AssignedPartition, RecordHandler, RecordSource, TopicReader, UnreadableRecords } from '../ports/topic.ts';
import type { RecordChunk } from '../ports/record-chunk.ts';

/** Reading goes on once so much of the limit is left: soon, or there is nothing to write meanwhile. */
const resumeShare = 0.8;

export interface PipelineOptions {
  readonly source: RecordSource;
  readonly reader: TopicReader;
  readonly tools: CommitTools;
  readonly policy: BatchPolicy;
  readonly clock: Clock;
  /** Reading pauses when all partitions together hold this much. */
  readonly bufferBytesMax: number;
  readonly commitsMax: number;
}

/** Requests to the ledger at the same time when partitions are assigned. */
const lookupsMax = 16;

/**
 * Connects the source with the commit steps: buffers what arrives, cuts batches by the policy, keeps one batch per
 * Kafka partition on its way, and pauses reading before memory grows.
 */
export class Pipeline implements RecordHandler {
  readonly #options: PipelineOptions;
  readonly #slots: Slots;
  readonly #failed = Promise.withResolvers<never>();
  readonly #ends = new Map<number, bigint>();
  #works = new Map<number, PartitionWork>();
  #pausedAll = false;
  #closing: 'drain' | 'end' | undefined;
  #progressMs: number;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#slots = new Slots(options.commitsMax);
    this.#progressMs = options.clock.monotonicMs();
    // a failure nobody waits for yet must not end the process by itself
    this.#failed.promise.catch(() => {});
  }

  /** Rejects when a batch can't be written in spite of all retries. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** When a record arrived or a batch was committed last, by the monotonic clock. */
  get progressMs(): number {
    return this.#progressMs;
  }

  /** Next offset to be written, by partition of the assignment. */
  positions(): Map<number, bigint> {
    return new Map([...this.#works].map(([partition, work]) => [partition, work.buffer.from]));
  }

  /** Memory of what has arrived and is not written. */
  bufferedBytes(): number {
    return this.#works.values().reduce((sum, work) => sum + work.buffer.heldBytes, 0);
  }

  async assigned(partitions: readonly AssignedPartition[]): Promise<ReadonlyMap<number, bigint>> {
    this.revoked();
    const previous = this.#works;
    const works = await mapConcurrently(partitions, lookupsMax, async (assigned) => {
      // what is on its way ends in the ledger, whoever counts it
      await previous.get(assigned.partition)?.settled();
      return this.#workFrom(assigned);
    });
    this.#works = new Map(works.map((work) => [work.partition, work]));
    this.#pausedAll = false;
    const positions = new Map(works.map((work) => [work.partition, work.readFrom]));
    this.#options.tools.observer.assigned?.(positions);
    for (const work of works) this.#advance(work);
    return positions;
  }

  revoked(): void {
    for (const work of this.#works.values()) work.revoke();
    this.#options.tools.observer.revoked?.();
  }

  records(chunk: RecordChunk): void {
    const work = this.#works.get(chunk.partition);
    if (work === undefined || !work.accepts(chunk)) return chunk[Symbol.dispose]();
    this.#progressMs = this.#options.clock.monotonicMs();
    work.buffer.push(chunk, this.#progressMs);
    this.#advance(work);
    this.#relieve();
  }

  gap({ partition, from, to }: { readonly partition: number; readonly from: bigint; readonly to: bigint }): void {
    const work = this.#works.get(partition);
    if (work === undefined || from !== work.buffer.to) return;
    work.block({ kind: 'lost', upTo: to });
    this.#advance(work);
  }

  unreadable({ error }: UnreadableRecords): void {
    this.#failed.reject(error);
  }

  /** Cuts what has become old enough; call it several times a second. */
  tick(): void {
    for (const work of this.#works.values()) this.#advance(work);
    this.#options.tools.observer.buffered?.(this.bufferedBytes());
  }

  /** Writes what has arrived and resolves when all of it is committed. New records are no longer accepted. */
  async drain(): Promise<void> {
    this.#closing = 'drain';
    for (const work of this.#works.values()) this.#options.source.pause(work.partition);
    for (;;) {
      this.tick();
      const busy = [...this.#works.values()].filter((work) => work.isBusy);
      if (busy.length === 0) return;
      await Promise.race([this.failed, ...busy.map((work) => work.settled())]);
    }
  }

  /** From now on batches are cut as soon as they reach these offsets. */
  finishAt(ends: ReadonlyMap<number, bigint>): void {
    for (const [partition, end] of ends) this.#ends.set(partition, end);
    this.tick();
  }

  async #workFrom(assigned: AssignedPartition): Promise<PartitionWork> {
    const { tools, reader } = this.#options;
    const path = { table: tools.table, topic: tools.topic, partition: assigned.partition };
    const position: ChainPosition = await findPosition(path, assigned, { ledger: tools.ledger, reader });
    return new PartitionWork(assigned.partition, position);
  }

  /** Starts the partition's next piece of work, if there is one and none is under way. */
  #advance(work: PartitionWork): void {
    const { state } = work;
    if (state.kind === 'working' || state.kind === 'leaving' || state.kind === 'left') return;
    const reason = this.#reasonFor(work, state);
    if (reason === undefined) return;
    work.start(async () => {
      try {
        const outcome = await this.#slots.run(() => this.#perform(work, state, reason));
        this.#afterWork(work, outcome);
      } catch (error) {
        this.#failed.reject(error);
      }
    });
  }

  #reasonFor(work: PartitionWork, state: IdleState): CutReason | undefined {
    const { policy, clock } = this.#options;
    if (state.kind === 'claimed') return work.canFulfilClaim ? 'adopted' : undefined;
    if (state.kind === 'blocked') return 'gap';
    if (work.isEmpty) return undefined;
    if (this.#closing !== undefined) return this.#closing;
    const end = this.#ends.get(work.partition);
    if (end !== undefined && work.buffer.to >= end) return 'end';
    return state.kind === 'relieving' ? 'memory' : reasonToCut(work.buffer.fill(), policy, clock.monotonicMs());
  }

  async #perform(work: PartitionWork, state: IdleState, reason: CutReason): Promise<Outcome> {
    if (work.isRevoked) return { kind: 'dropped' };
    if (state.kind === 'blocked' && work.isEmpty) return this.#closeGap(work, state.block.upTo);
    return this.#commit(work, state, reason);
  }

  async #commit(work: PartitionWork, state: IdleState, reason: CutReason): Promise<Outcome> {
    const { tools, policy } = this.#options;
    const claimed = state.kind === 'claimed' ? state : undefined;
    const result = await commitBatch(
      {
        batch: claimed === undefined ? work.buffer.cut(policy) : work.buffer.cutAt(claimed.claim.entry.to),
        reason,
        ...(claimed && { adopted: claimed.claim, ...(claimed.lost && { lost: claimed.lost }) }),
        commitOffset: (entry) => this.#commitOffset(work, entry),
      },
      tools,
    );
    return result.kind === 'committed' ? { kind: 'written', to: result.entry.to } : this.#yieldTo(result.found);
  }

  async #closeGap(work: PartitionWork, upTo: bigint): Promise<Outcome> {
    const { partition, buffer } = work;
    const result = await recordGap({ partition, from: buffer.from, to: upTo }, this.#options.tools);
    return result.kind === 'theirs' ? this.#yieldTo(result.found) : { kind: 'written', to: upTo };
  }

  /** Another process was first: what it claimed or wrote is what counts. */
  #yieldTo(found: Versioned): Outcome {
    const { entry } = found;
    this.#options.tools.observer.conflict?.({
      partition: entry.partition,
      from: entry.from,
      theirs: entry.writer,
    });
    if (entry.state === 'claimed') return { kind: 'claimFound', claim: { ...found, entry } };
    return { kind: 'written', to: entry.to };
  }

  async #commitOffset(work: PartitionWork, entry: CommittedEntry): Promise<void> {
    if (work.isRevoked) return;
    try {
      await this.#options.source.commit(work.partition, entry.to, commitMetadata(entry.table, entry.from));
    } catch (error) {
      // the ledger has the batch; who owns the partition now finds it there
      if (!(error instanceof PipelineError) || error.code !== 'MEMBERSHIP_LOST') throw error;
      work.revoke();
    }
  }

  #afterWork(work: PartitionWork, outcome: Outcome): void {
    this.#progressMs = this.#options.clock.monotonicMs();
    const goOnAt = work.end(outcome);
    if (goOnAt !== undefined) this.#options.source.seek(work.partition, goOnAt);
    this.#advance(work);
    this.#relieve();
  }

  /**
   * Keeps the sum of all buffers below the limit: pauses reading, and cuts the largest buffer early. Between the limit and where
   * reading resumes nothing may wait either: when no batch is on its way, nothing else would move.
   */
  #relieve(): void {
    const { source, bufferBytesMax, tools } = this.#options;
    const bytes = this.bufferedBytes();
    const works = [...this.#works.values()];
    if (bytes > bufferBytesMax) {
      if (!this.#pausedAll) tools.observer.paused?.(bytes);
      this.#pausedAll = true;
      for (const work of works) if (!work.needsMore) source.pause(work.partition);
      this.#cutLargest();
    } else if (this.#pausedAll && bytes <= bufferBytesMax * resumeShare) {
      this.#pausedAll = false;
      if (this.#closing === undefined) for (const work of works) source.resume(work.partition);
      tools.observer.resumed?.(bytes);
    } else if (this.#pausedAll && works.every((work) => !work.isBusy)) this.#cutLargest();
  }

  #cutLargest(): void {
    const idle = [...this.#works.values()].filter(({ state, isEmpty }) => state.kind === 'reading' && !isEmpty);
    const largest = idle.toSorted((a, b) => b.buffer.heldBytes - a.buffer.heldBytes)[0];
    if (largest === undefined) return;
    largest.relieve();
    this.#advance(largest);
  }
}
