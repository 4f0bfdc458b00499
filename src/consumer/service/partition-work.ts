import type { ChainPosition } from '../ledger/chain-position.ts';
import type { Versioned } from '../ledger/ledger.ts';
import type { ClaimedEntry } from '../ledger/ledger-entry.ts';
import { PartitionBuffer, type Batch } from '../batch/partition-buffer.ts';
import { emptyChunk, type RecordChunk } from '../ports/record-chunk.ts';

/** What one assigned Kafka partition has to do: its buffer, and the claim or gap that comes before anything else. */
export class PartitionWork {
  readonly partition: number;
  buffer: PartitionBuffer;
  /** A range that is claimed already: it is written as it stands, before the policy cuts anything. */
  claim: Versioned<ClaimedEntry> | undefined;
  /** Kafka lost everything from the buffer's end to here. */
  lostUpTo: bigint | undefined;
  /** The next batch is cut early to free memory. */
  mustRelieve = false;
  #lostFrom: bigint | undefined;
  #lostTo: bigint | undefined;
  #abandoned = false;
  #task: Promise<void> | undefined;

  constructor(partition: number, position: ChainPosition) {
    this.partition = partition;
    this.buffer = new PartitionBuffer(partition, position.next);
    this.claim = position.claim;
    if (position.lostUpTo !== undefined) this.lose(position.lostUpTo);
  }

  /** Where the source must go on. */
  get readFrom(): bigint {
    return this.lostUpTo ?? this.buffer.to;
  }

  /**
   * Kafka no longer holds what lies between the buffer's end and `to`. What a claim covers of it becomes part of that
   * batch, without records; the rest is a gap of its own.
   */
  lose(to: bigint): void {
    const { topic, end } =
      this.claim === undefined
        ? { topic: '', end: this.buffer.to }
        : { topic: this.claim.entry.topic, end: BigInt(this.claim.entry.to) };
    const within = to < end ? to : end;
    if (within > this.buffer.to) {
      this.#lostFrom ??= this.buffer.to;
      this.#lostTo = within;
      this.buffer.push(emptyChunk({ topic, partition: this.partition, from: this.buffer.to, to: within }), 0);
    }
    this.lostUpTo = to > this.buffer.to ? to : undefined;
  }

  /** What of the claimed range is lost, if anything. */
  get lossOfClaim(): { readonly lost?: { readonly from: bigint; readonly to: bigint } } {
    return this.#lostFrom === undefined || this.#lostTo === undefined
      ? {}
      : { lost: { from: this.#lostFrom, to: this.#lostTo } };
  }

  /** The partition belongs to this assignment no more; what is under way may end, nothing new begins. */
  abandon(): void {
    this.#abandoned = true;
  }

  get abandoned(): boolean {
    return this.#abandoned;
  }

  get busy(): boolean {
    return this.#task !== undefined;
  }

  /** Resolves when nothing is under way; never rejects. */
  async settled(): Promise<void> {
    await this.#task;
  }

  start(task: Promise<void>): void {
    this.#task = task;
  }

  finish(): void {
    this.#task = undefined;
  }

  get isEmpty(): boolean {
    return this.buffer.to === this.buffer.from;
  }

  /** A chunk can only follow what is there; while a gap is being recorded, nothing can. */
  accepts(chunk: RecordChunk): boolean {
    return !this.#abandoned && this.lostUpTo === undefined && chunk.from === this.buffer.to;
  }

  /** A claimed range has not arrived whole: reading must go on whatever memory says. */
  get needsMore(): boolean {
    return this.claim !== undefined && !this.canFulfilClaim;
  }

  get canFulfilClaim(): boolean {
    return this.claim !== undefined && this.buffer.to >= BigInt(this.claim.entry.to);
  }

  cutClaim(entry: ClaimedEntry): Batch {
    return this.buffer.cutAt(BigInt(entry.to));
  }

  adopt(claim: Versioned<ClaimedEntry>): void {
    this.claim = claim;
    if (this.lostUpTo !== undefined) this.lose(this.lostUpTo);
  }

  /** Everything below `to` is in the lake. */
  complete(to: bigint): void {
    this.buffer.release(to);
    this.#reset();
  }

  /** Goes on at `offset` with an empty buffer. */
  restartAt(offset: bigint): void {
    this.buffer = new PartitionBuffer(this.partition, offset);
    this.lostUpTo = undefined;
    this.#reset();
  }

  #reset(): void {
    this.claim = undefined;
    this.#lostFrom = undefined;
    this.#lostTo = undefined;
    this.mustRelieve = false;
  }
}
