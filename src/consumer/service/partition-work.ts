import { PartitionBuffer } from '../batch/partition-buffer.ts';
import type { ChainPosition } from '../ledger/topic/chain-position.ts';
import type { AssignedPartition } from '../ports/topic.ts';
import { emptyChunk, type RecordChunk } from '../ports/record-chunk.ts';
import {
  next,
  reading,
  type Block,
  type WorkOutcome,
  type PartitionEvent,
  type PartitionState,
} from './partition-state.ts';
import { larger } from '../../runtime/bigints.ts';

/** State of one assigned Kafka partition, with its buffer and the work that is under way. */
export class PartitionWork {
  readonly partition: number;
  /** The topic that was assigned; `undefined` from a broker that knows no ids. */
  readonly topicId: string | undefined;
  readonly buffer: PartitionBuffer;
  #state: PartitionState = reading;
  #task: Promise<void> | undefined;

  constructor({ partition, topicId }: Pick<AssignedPartition, 'partition' | 'topicId'>, position: ChainPosition) {
    const { next: from, claim, lostUpTo } = position;
    this.partition = partition;
    this.topicId = topicId;
    this.buffer = new PartitionBuffer(partition, from);
    if (claim !== undefined) this.#state = { kind: 'claimed', claim };
    if (lostUpTo !== undefined) this.block({ kind: 'lost', upTo: lostUpTo });
  }

  get state(): PartitionState {
    return this.#state;
  }

  /** The offset from which the source must continue. */
  get readFrom(): bigint {
    const block = this.#block;
    return block?.kind === 'lost' ? block.upTo : this.buffer.to;
  }

  get isBusy(): boolean {
    return this.#state.kind === 'working' || this.#state.kind === 'leaving';
  }

  get isRevoked(): boolean {
    return this.#state.kind === 'leaving' || this.#state.kind === 'left';
  }

  get isEmpty(): boolean {
    return this.buffer.to === this.buffer.from;
  }

  /** True when only unreadable records are left to do. */
  get isStuck(): boolean {
    return this.#block?.kind === 'unreadable' && (this.isEmpty || this.#state.kind === 'claimed');
  }

  /** Every offset before this one has been seen in the topic: read into the buffer, or read by whoever claimed it. */
  get known(): bigint {
    const { to } = this.buffer;
    if (this.#state.kind !== 'claimed') return to;
    const { entry } = this.#state.claim;
    return larger(entry.to, to);
  }

  /** True for a chunk that follows the buffer without a hole; nothing can follow a block. */
  accepts(chunk: RecordChunk): boolean {
    return !this.isRevoked && this.#block === undefined && chunk.from === this.buffer.to;
  }

  /** True while a claimed range has not arrived whole: reading must go on whatever memory says. */
  get needsMore(): boolean {
    return this.#state.kind === 'claimed' && this.buffer.to < this.#state.claim.entry.to;
  }

  /**
   * Notes that reading can't go on behind the buffer. A loss that a claim covers is buffered as a range without records, so that the claim
   * can be finished. A claim over unreadable records empties the buffer, since the block may last.
   */
  block(block: Block): void {
    this.#apply({ kind: 'blocked', block });
    if (block.kind === 'unreadable' && this.#state.kind === 'claimed') this.buffer.clear();
  }

  /** Has the next batch cut early, to free memory. */
  relieve(): void {
    this.#apply({ kind: 'relieve' });
  }

  /** Notes that the partition was taken away: work under way may end, nothing new begins. */
  revoke(): void {
    this.#apply({ kind: 'revoked' });
  }

  /** Begins `work`, which must call `end` and must not reject. */
  start(work: () => Promise<void>): void {
    this.#apply({ kind: 'start' });
    this.#task = work();
  }

  /** Ends the work. Returns the offset that the source must seek to; `undefined` when reading simply continues. */
  end(outcome: WorkOutcome): bigint | undefined {
    const bufferEnd = this.buffer.to;
    this.#apply(outcome);
    if (outcome.kind === 'written') this.buffer.release(outcome.to);
    if (this.isRevoked) return undefined;
    const mustSeek = outcome.kind === 'retry' || (outcome.kind === 'written' && outcome.to > bufferEnd);
    return mustSeek ? this.buffer.to : undefined;
  }

  /** Resolves when nothing is under way; never rejects. */
  async settled(): Promise<void> {
    await this.#task;
  }

  get #block(): Block | undefined {
    return 'block' in this.#state ? this.#state.block : undefined;
  }

  #apply(event: PartitionEvent): void {
    this.#state = next(this.#state, { ...event, bufferEnd: this.buffer.to });
    if (this.#state.kind !== 'claimed' || this.#state.lost === undefined) return;
    const { claim, lost } = this.#state;
    const range = { topic: claim.entry.topic, partition: this.partition, from: this.buffer.to, to: lost.to };
    if (range.to > range.from) this.buffer.push(emptyChunk(range), 0);
  }
}
