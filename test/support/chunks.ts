import { emptyChunk, type ChunkSlice, type RecordChunk } from '../../src/consumer/ports/record-chunk.ts';
import { readRecordBatches } from '../../src/kafka/format/record-batch.ts';
import { packRecordSet } from '../../src/kafka/format/record-set.ts';
import { encodeBatch } from './record-batches.ts';

export interface TestRecord {
  readonly value: string | Buffer | null;
  readonly key?: string | Buffer;
  readonly timestampMs?: number;
  readonly headers?: Readonly<Record<string, string | Buffer>>;
  /** More headers, of any bytes and in any order. */
  readonly rawHeaders?: readonly (readonly [name: Buffer, value: Buffer | null])[];
}

export const testTimestampMs = Date.parse('2026-11-23T09:15:00Z');

/** Makes a chunk of consecutive offsets from `from` on. */
export function chunkOf(
  records: readonly TestRecord[],
  { from = 0n, partition = 0, topic = 'readings' } = {},
): RecordChunk {
  const timed = records.map((record) => ({ timestampMs: testTimestampMs, ...record }));
  const range = { topic, partition, from, to: from + BigInt(records.length) };
  if (records.length === 0) return emptyChunk(range);
  const { batches } = readRecordBatches(encodeBatch(timed, { baseOffset: from }), from);
  return packRecordSet({ batches, aborted: [] }, range).chunk;
}

export function slicesOf(records: readonly TestRecord[]): ChunkSlice[] {
  const chunk = chunkOf(records);
  return [{ chunk, first: 0, end: chunk.count }];
}

/** Makes chunks of `count` records each, the last one of fewer. */
export function slicesOfSize(records: readonly TestRecord[], count: number): ChunkSlice[] {
  const firsts = Array.from({ length: Math.ceil(records.length / count) }, (_, index) => index * count);
  return firsts.map((first) => {
    const chunk = chunkOf(records.slice(first, first + count), { from: BigInt(first) });
    return { chunk, first: 0, end: chunk.count };
  });
}

export function jsonRecords(...values: readonly unknown[]): TestRecord[] {
  return values.map((value) => ({ value: typeof value === 'string' ? value : JSON.stringify(value) }));
}
