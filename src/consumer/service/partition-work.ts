import { PartitionBuffer } from '../batch/partition-buffer.ts';
import type { ChainPosition } from '../ledger/chain-position.ts';
import type { AssignedPartition } from '../ports/topic.ts';
import { emptyChunk, type RecordChunk } from '../ports/record-chunk.ts';
import {
  next,
  reading,
  type Block,
  type Outcome,
  type PartitionEvent,
  type PartitionState,
} from './partition-state.ts';

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

  /** Where the source must go on. */
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

  /** True when nothing is left but what can't be read. */
  get isStuck(): boolean {
    return this.#block?.kind === 'unreadable' && (this.isEmpty || this.#state.kind === 'claimed');
  }

  /** The topic held everything before this offset: it was read, or claimed when it had been. */
  get known(): bigint {
    const { to } = this.buffer;
    if (this.#state.kind !== 'claimed') return to;
    const { entry } = this.#state.claim;
    return entry.to > to ? entry.to : to;
  }

  /** A chunk can only follow what is there, and nothing can follow a block. */
  accepts(chunk: RecordChunk): boolean {
    return !this.isRevoked && this.#block === undefined && chunk.from === this.buffer.to;
  }

  /** True while a claimed range has not arrived whole: reading must go on whatever memory says. */
  get needsMore(): boolean {
    return this.#state.kind === 'claimed' && this.buffer.to < this.#state.claim.entry.to;
  }

  /**
   * Nothing can follow the buffer. What a claim covers of a loss is buffered as a range without records; of a claim that can't be read
   * nothing is kept, since it may stay for long.
   */
  block(block: Block): void {
    this.#apply({ kind: 'blocked', block });
    if (block.kind === 'unreadable' && this.#state.kind === 'claimed') this.buffer.clear();
  }

  /** The next batch is cut early to free memory. */
  relieve(): void {
    this.#apply({ kind: 'relieve' });
  }

  /** The partition belongs to this assignment no more; what is under way may end, nothing new begins. */
  revoke(): void {
    this.#apply({ kind: 'revoked' });
  }

  /** Begins `work`, which must call `end` and must not reject. */
  start(work: () => Promise<void>): void {
    this.#apply({ kind: 'start' });
    this.#task = work();
  }

  /** Ends the work; answers with where the source must be sought, when it does not simply go on. */
  end(outcome: Outcome): bigint | undefined {
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
