import { createRequire } from 'node:module';
import type { EachBatchPayload } from 'kafkajs';
import type { Answer } from '../admit-fetch.ts';
import { readRecordBatches, unpackBatch, type RecordBatch } from '../format/record-batch.ts';
import { ownMemory, takeMemory, type RecordMemory } from '../format/record-memory.ts';
import type { RecordSet } from '../format/record-set.ts';

const require = createRequire(import.meta.url);

/** kafkajs's reader of an answer's bytes: the one method of it that is used. */
interface AnswerDecoder {
  readInt32(): number;
  readBytes(length: number): Buffer;
  canReadBytes(length: number): boolean;
}

/** One partition's part of a fetch answer, as kafkajs's response parsers give it, with our batches as its messages. */
interface PartitionData {
  readonly partition: number;
  readonly highWatermark: string;
  /** Log start offset. */
  readonly lastStartOffset?: string;
  readonly abortedTransactions?: readonly { readonly producerId: string; readonly firstOffset: string }[] | null;
  readonly messages: FetchedRecords;
}

/** In the place of kafkajs's messages of one partition. */
interface FetchedRecords {
  readonly batches: readonly RecordBatch[];
  /** Where they are, as the broker sent them. */
  readonly memory: RecordMemory;
  readonly unpackedBytesMax: number;
}

/**
 * What a consumer's `eachBatch` gets in place of kafkajs's batch. Asking for its records or its end unpacks them: no more than some
 * megabytes, whatever the broker sent; the rest is left to the next fetch.
 */
export interface FetchedBatch extends Answer {
  readonly records: RecordSet;
  /** Unpacking it takes memory that nobody has counted yet. */
  readonly isPacked: boolean;
  /** Gives its memory back: nobody takes its records. */
  drop(): void;
}

let isInstalled = false;

/** Of one answer and partition; at least one batch is unpacked. */
const answerBytesMax = 8 * 1024 * 1024;

/**
 * Replaces two modules of kafkajs 2.2.4 before it loads: the one that decodes records into an object each, which also dies
 * for good of a batch of more than 130,000 records (arguments of a spread call), and the one that filters those objects.
 */
export function installFetchDecoding(unpackedBytesMax: number): void {
  if (isInstalled) return;
  isInstalled = true;
  replaceModule('kafkajs/src/protocol/requests/fetch/v4/decodeMessages', async (decoder: AnswerDecoder) => {
    const size = decoder.readInt32();
    const isWhole = size > 0 && decoder.canReadBytes(size);
    return fetchedRecords(isWhole ? decoder.readBytes(size) : Buffer.alloc(0), unpackedBytesMax);
  });
  replaceModule('kafkajs/src/consumer/batch', FetchBatch);
}

/** Copies the record set: the answer's buffer takes the next one. */
function fetchedRecords(set: Buffer, unpackedBytesMax: number): FetchedRecords {
  const memory = takeMemory(set.length);
  set.copy(memory.bytes);
  return { batches: readRecordBatches(memory.bytes), unpackedBytesMax, memory };
}

/** Copies the batches' records to where they follow each other. */
function together(batches: readonly RecordBatch[], length: number): Pick<RecordSet, 'batches' | 'memory'> {
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

/** Our view of the batch that `eachBatch` is called with. */
export function fetchedBatch(batch: EachBatchPayload['batch']): FetchedBatch {
  if (batch instanceof FetchBatch) return batch;
  throw new TypeError('kafkajs was loaded before its modules were replaced');
}

function replaceModule(name: string, exports: unknown): void {
  const filename = require.resolve(name);
  const { Module } = require('node:module');
  require.cache[filename] = Object.assign(new Module(filename), { filename, loaded: true, exports });
}

/** What kafkajs's runner asks of a batch; `messages` has a length for its metrics and nothing else. */
class FetchBatch implements FetchedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly highWatermark: string;
  readonly messages: { readonly length: number };
  readonly isPacked: boolean;
  readonly logStart: bigint | undefined;
  readonly fetchedOffset: bigint;
  readonly #fetched: FetchedRecords;
  readonly #batches: readonly RecordBatch[];
  readonly #aborted: RecordSet['aborted'];
  #records: RecordSet | undefined;

  constructor(topic: string, fetchedOffset: string, data: PartitionData) {
    this.topic = topic;
    this.partition = data.partition;
    this.highWatermark = data.highWatermark;
    this.fetchedOffset = BigInt(fetchedOffset);
    this.#fetched = data.messages;
    // aborted transactions may begin in batches before the first one that counts
    this.#batches = data.messages.batches.filter(({ lastOffset }) => lastOffset >= this.fetchedOffset);
    this.#aborted = (data.abortedTransactions ?? []).map(({ producerId, firstOffset }) => ({
      producerId: BigInt(producerId),
      firstOffset: BigInt(firstOffset),
    }));
    this.messages = { length: this.#batches.reduce((sum, { count }) => sum + count, 0) };
    this.isPacked = this.#batches.some(({ codec }) => codec !== 0);
    const logStart = BigInt(data.lastStartOffset ?? -1);
    this.logStart = logStart < 0n ? undefined : logStart;
  }

  get records(): RecordSet {
    this.#records ??= this.#unpack();
    return this.#records;
  }

  get end(): bigint {
    const last = this.records.batches.at(-1);
    return last === undefined ? this.fetchedOffset : last.lastOffset + 1n;
  }

  #unpack(): RecordSet {
    const { memory, unpackedBytesMax } = this.#fetched;
    const aborted = this.#aborted;
    const batches: RecordBatch[] = [];
    let bytes = 0;
    for (const batch of this.#batches) {
      if (bytes >= answerBytesMax) break;
      const unpacked = unpackBatch(batch, unpackedBytesMax);
      batches.push(unpacked);
      bytes += unpacked.end - unpacked.start;
    }
    if (!this.isPacked) return { batches, aborted, memory };
    const unpacked = batches.filter((batch) => batch.bytes !== memory.bytes).map((batch) => ownMemory(batch.bytes));
    const [only] = unpacked;
    // a batch alone stays where it was unpacked: a copy would need the memory twice
    if (only !== undefined && batches.length === 1) {
      memory.recycle();
      return { batches, aborted, memory: only };
    }
    const copied = together(batches, bytes);
    for (const each of [memory, ...unpacked]) each.recycle();
    return { ...copied, aborted };
  }

  drop(): void {
    (this.#records?.memory ?? this.#fetched.memory).recycle();
  }

  isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  /** Control records and aborted transactions are handed over too, as ranges without records. */
  isEmptyDueToFiltering(): boolean {
    return false;
  }

  firstOffset(): string | null {
    return this.isEmpty() ? null : this.fetchedOffset.toString();
  }

  lastOffset(): string {
    return (this.#batches.at(-1)?.lastOffset ?? BigInt(this.highWatermark) - 1n).toString();
  }

  offsetLag(): string {
    return (BigInt(this.highWatermark) - 1n - BigInt(this.lastOffset())).toString();
  }

  offsetLagLow(): string {
    return this.isEmpty() ? '0' : (BigInt(this.highWatermark) - 1n - this.fetchedOffset).toString();
  }
}
