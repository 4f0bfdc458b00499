import type { KafkaMessage } from 'kafkajs';
import type { ChunkSlice, RecordChunk } from '../../src/consumer/record-chunk.ts';
import { chunkOfMessages } from '../../src/kafka/message-chunk.ts';

export interface TestRecord {
  readonly value: string | Buffer | null;
  readonly key?: string;
  readonly timestampMs?: number;
  readonly headers?: Record<string, string>;
}

export const testTimestampMs = Date.parse('2026-11-23T09:15:00Z');

/** A chunk of consecutive offsets from `from` on. */
export function chunkOf(
  records: readonly TestRecord[],
  { from = 0n, partition = 0, topic = 'readings' } = {},
): RecordChunk {
  const messages = records.map(({ value, key, timestampMs = testTimestampMs, headers }, index): KafkaMessage => ({
    key: key === undefined ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    timestamp: String(timestampMs),
    attributes: 0,
    offset: String(from + BigInt(index)),
    headers: headers ?? {},
  }));
  return chunkOfMessages({ topic, partition, from, to: from + BigInt(records.length) }, messages);
}

export function slicesOf(records: readonly TestRecord[]): ChunkSlice[] {
  const chunk = chunkOf(records);
  return [{ chunk, first: 0, end: chunk.count }];
}

export function jsonRecords(...values: readonly unknown[]): TestRecord[] {
  return values.map((value) => ({ value: typeof value === 'string' ? value : JSON.stringify(value) }));
}
