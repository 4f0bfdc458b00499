import type { RecordChunk } from '../../consumer/ports/record-chunk.ts';
import { readRecordBatches, unpackBatch, type RecordBatch } from './record-batch.ts';
import { ownMemory, takeMemory, type RecordMemory } from './record-memory.ts';
import { packRecordSet, type RecordSet } from './record-set.ts';
import type { AbortedTransaction } from './transactions.ts';
import { UnreadableBatch } from './unreadable-batch.ts';
import { larger } from '../../runtime/bigints.ts';

/** Most bytes unpacked per answer and partition; at least one batch always is. */
const answerBytesMax = 8 * 1024 * 1024;

export interface PartitionRecords {
  /** The offset that was asked for. */
  readonly fetchedOffset: bigint;
  readonly highWatermark: bigint;
  /** First offset the broker holds; `undefined` when it does not say. */
  readonly logStart: bigint | undefined;
  readonly aborted: readonly AbortedTransaction[];
  /** Record batches as the broker stores them; copied, since the answer's buffer takes the next one. */
  readonly records: Buffer;
}

/** The records that were read, and what is wrong with the batch that follows them. */
export interface TakenRecords {
  readonly chunk: RecordChunk;
  readonly damage: UnreadableBatch | undefined;
}

/**
 * One partition's records of a fetch answer. They are unpacked when they are first asked for: no more than some megabytes, whatever
 * the broker sent; the rest is left to the next fetch.
 */
export class AnswerRecords {
  readonly fetchedOffset: bigint;
  readonly highWatermark: bigint;
  readonly logStart: bigint | undefined;
  /** Unpacking takes memory that nobody has counted yet. */
  readonly isPacked: boolean;
  /** What follows lies behind the high watermark of the same answer. */
  readonly isBeyond: boolean;
  readonly #aborted: readonly AbortedTransaction[];
  readonly #batches: readonly RecordBatch[];
  readonly #memory: RecordMemory;
  readonly #unpackedBytesMax: number;
  #damage: UnreadableBatch | undefined;
  #unpacked: RecordSet | undefined;

  constructor(answer: PartitionRecords, unpackedBytesMax: number) {
    const { fetchedOffset, highWatermark, records } = answer;
    this.fetchedOffset = fetchedOffset;
    this.highWatermark = highWatermark;
    this.logStart = answer.logStart;
    this.#aborted = answer.aborted;
    this.#unpackedBytesMax = unpackedBytesMax;
    this.#memory = takeMemory(records.length);
    records.copy(this.#memory.bytes);
    const { batches, damage } = readRecordBatches(this.#memory.bytes, fetchedOffset);
    const readable = batches.findIndex(({ lastOffset }) => lastOffset >= highWatermark);
    this.isBeyond = readable >= 0;
    this.#damage = this.isBeyond ? undefined : damage;
    // the first ones may end below the offset that was asked for
    this.#batches = batches
      .slice(0, this.isBeyond ? readable : undefined)
      .filter(({ lastOffset }) => lastOffset >= fetchedOffset);
    this.isPacked = this.#batches.some(({ codec }) => codec !== 0);
  }

  /** There is nothing to take: not even damage. */
  get isEmpty(): boolean {
    return this.#batches.length === 0 && this.#damage === undefined;
  }

  /** Records that the batches count, unpacked or not. */
  get count(): number {
    return this.#batches.reduce((sum, { count }) => sum + count, 0);
  }

  /** Last offset that the batches reach, unpacked or not. */
  get lastOffset(): bigint {
    return this.#batches.at(-1)?.lastOffset ?? this.fetchedOffset - 1n;
  }

  /** What is wrong with the batch that follows the unpacked ones. */
  get damage(): UnreadableBatch | undefined {
    this.#records();
    return this.#damage;
  }

  /** Leader epoch of the last batch that was unpacked. */
  get leaderEpoch(): number | undefined {
    return this.#records().batches.at(-1)?.leaderEpoch;
  }

  /** One past the last offset that is unpacked. */
  get end(): bigint {
    const last = this.#records().batches.at(-1);
    if (last !== undefined) return last.lastOffset + 1n;
    const from = this.#damage?.from ?? this.fetchedOffset;
    return larger(from, this.fetchedOffset);
  }

  /** Hands over the records of `[from, to)` and the memory they are in. */
  take(range: Pick<RecordChunk, 'topic' | 'partition' | 'from' | 'to'>): TakenRecords {
    const records = this.#records();
    const { chunk, damage } = packRecordSet(records, range);
    return { chunk, damage: damage ?? this.#damage };
  }

  /** Gives the memory back: nobody takes the records. */
  drop(): void {
    (this.#unpacked?.memory ?? this.#memory).recycle();
  }

  #records(): RecordSet {
    this.#unpacked ??= this.#unpack();
    return this.#unpacked;
  }

  #unpack(): RecordSet {
    const batches: RecordBatch[] = [];
    let bytes = 0;
    try {
      for (const batch of this.#batches) {
        if (bytes >= answerBytesMax) {
          this.#damage = undefined;
          break;
        }
        const unpacked = unpackBatch(batch, this.#unpackedBytesMax);
        batches.push(unpacked);
        bytes += unpacked.end - unpacked.start;
      }
    } catch (error) {
      if (!(error instanceof UnreadableBatch)) throw error;
      this.#damage = error;
    }
    return { aborted: this.#aborted, ...this.#gather(batches, bytes) };
  }

  /** The batches in one piece of memory. */
  #gather(batches: readonly RecordBatch[], bytes: number): Pick<RecordSet, 'batches' | 'memory'> {
    const memory = this.#memory;
    if (!this.isPacked) return { batches, memory };
    const unpacked = batches.filter((batch) => batch.bytes !== memory.bytes).map((batch) => ownMemory(batch.bytes));
    const [only] = unpacked;
    // a batch alone stays where it was unpacked: a copy would need the memory twice
    if (only !== undefined && batches.length === 1) {
      memory.recycle();
      return { batches, memory: only };
    }
    const copied = copyTogether(batches, bytes);
    for (const each of [memory, ...unpacked]) each.recycle();
    return copied;
  }
}

/** Copies the batches' records to where they follow each other. */
function copyTogether(batches: readonly RecordBatch[], length: number): Pick<RecordSet, 'batches' | 'memory'> {
  const memory = takeMemory(length);
  const { bytes } = memory;
  let end = 0;
  const copies = batches.map((batch): RecordBatch => {
    const start = end;
    end += batch.bytes.copy(bytes, start, batch.start, batch.end);
    return { ...batch, bytes, start, end };
  });
  return { batches: copies, memory };
}
