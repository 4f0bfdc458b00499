import { createRequire } from 'node:module';
import type { EachBatchPayload } from 'kafkajs';
import type { AnswerRecords } from '../format/answer-records.ts';

const require = createRequire(import.meta.url);

/** What our fetch gives kafkajs for one partition. */
export interface FetchedPartition {
  readonly partition: number;
  readonly records: AnswerRecords;
}

let isInstalled = false;

/** Replaces the module of kafkajs 2.2.4 that makes a consumer's batches of objects, before it loads. */
export function installFetchedBatch(): void {
  if (isInstalled) return;
  isInstalled = true;
  const filename = require.resolve('kafkajs/src/consumer/batch');
  const { Module } = require('node:module');
  require.cache[filename] = Object.assign(new Module(filename), { filename, loaded: true, exports: FetchedBatch });
}

/** The records of the batch that `eachBatch` is called with. */
export function recordsOf(batch: EachBatchPayload['batch']): AnswerRecords {
  if (batch instanceof FetchedBatch) return batch.records;
  throw new TypeError('kafkajs was loaded before its module was replaced');
}

/** What kafkajs's runner asks of a batch; `messages` has a length for its metrics and nothing else. */
class FetchedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly highWatermark: string;
  readonly messages: { readonly length: number };
  readonly records: AnswerRecords;

  constructor(topic: string, _fetchedOffset: string, { partition, records }: FetchedPartition) {
    this.topic = topic;
    this.partition = partition;
    this.records = records;
    this.highWatermark = records.highWatermark.toString();
    this.messages = { length: records.count };
  }

  isEmpty(): boolean {
    return this.records.isEmpty;
  }

  /** Control records and aborted transactions are handed over too, as ranges without records. */
  isEmptyDueToFiltering(): boolean {
    return false;
  }

  firstOffset(): string | null {
    return this.isEmpty() ? null : this.records.fetchedOffset.toString();
  }

  lastOffset(): string {
    return this.records.lastOffset.toString();
  }

  offsetLag(): string {
    return (this.records.highWatermark - 1n - this.records.lastOffset).toString();
  }

  offsetLagLow(): string {
    return this.isEmpty() ? '0' : (this.records.highWatermark - 1n - this.records.fetchedOffset).toString();
  }
}
