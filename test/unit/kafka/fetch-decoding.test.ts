import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { RecordChunk } from '../../../src/consumer/ports/record-chunk.ts';
import { installFetchDecoding, type FetchedBatch } from '../../../src/kafka/kafkajs/fetch-decoding.ts';
import { chunkOfRecordSet } from '../../../src/kafka/format/record-set.ts';
import { encodeBatch } from '../../support/record-batches.ts';

const require = createRequire(import.meta.url);
installFetchDecoding(100_000_000);
const decodeMessages: (
  decoder: object,
) => Promise<object> = require('kafkajs/src/protocol/requests/fetch/v4/decodeMessages');
const FetchBatch: new (
  topic: string,
  fetchedOffset: string,
  data: object,
) => FetchedBatch = require('kafkajs/src/consumer/batch');

/** An answer that holds these record batches, from offset 0 on. */
async function answerOf(...batches: readonly Buffer[]): Promise<FetchedBatch> {
  const set = Buffer.concat(batches);
  const messages = await decodeMessages({
    readInt32: () => set.length,
    readBytes: () => set,
    canReadBytes: () => true,
  });
  return new FetchBatch('readings', '0', { partition: 0, highWatermark: '1000000', messages });
}

/** The records of such an answer. */
async function receive(...batches: readonly Buffer[]): Promise<RecordChunk> {
  const answer = await answerOf(...batches);
  return chunkOfRecordSet(answer.records, { topic: 'readings', partition: 0, from: 0n, to: answer.end });
}

function batchAt(baseOffset: bigint, values: readonly string[], compress?: 'zstd'): Buffer {
  return encodeBatch(
    values.map((value) => ({ value })),
    { baseOffset, ...(compress && { compress }) },
  );
}

function valuesOf({ bytes, count, valueStarts, valueEnds }: RecordChunk): string[] {
  return Array.from({ length: count }, (_, row) => bytes.toString('utf8', valueStarts[row], valueEnds[row]));
}

describe('a fetched answer', () => {
  const many = (letter: string): string[] => Array.from({ length: 5000 }, (_, index) => `${letter}${index}`);
  const long = (letter: string): string[] => [letter.repeat(100_000), letter.repeat(100_000)];

  it.each([
    ['with one compressed batch', [batchAt(0n, long('a'), 'zstd')], long('a')],
    [
      'with several compressed batches',
      [batchAt(0n, long('a'), 'zstd'), batchAt(2n, long('b'), 'zstd')],
      [...long('a'), ...long('b')],
    ],
    ['with one batch as it is', [batchAt(0n, long('a'))], long('a')],
    [
      'with compressed batches and others',
      [batchAt(0n, long('a')), batchAt(2n, long('b'), 'zstd')],
      [...long('a'), ...long('b')],
    ],
    ['with thousands of records', [batchAt(0n, many('a'))], many('a')],
    ['that is small', [batchAt(0n, ['a'], 'zstd'), batchAt(1n, ['b'])], ['a', 'b']],
  ])('%s holds its records until its chunk ends', async (_, batches, values) => {
    const chunk = await receive(...batches);
    expect(valuesOf(chunk)).toEqual(values);
    const others = [
      await receive(batchAt(0n, long('x')), batchAt(2n, long('y'), 'zstd')),
      await receive(batchAt(0n, many('z'))),
    ];
    expect(valuesOf(chunk)).toEqual(values);
    chunk[Symbol.dispose]();
    expect(others.map(valuesOf)).toEqual([[...long('x'), ...long('y')], many('z')]);
  });

  it('gives the memory of a large batch that was compressed back to the system when its chunk ends', async () => {
    const chunk = await receive(batchAt(0n, long('a'), 'zstd'));
    chunk[Symbol.dispose]();
    expect(chunk.bytes).toHaveLength(0);
  });

  it('gives its memory back when nobody takes its records, unpacked or not', async () => {
    const dropped = await answerOf(batchAt(0n, long('a'), 'zstd'));
    expect(dropped.end).toBe(2n);
    dropped.drop();
    expect(dropped.records.memory?.bytes).toHaveLength(0);
    const packed = await answerOf(batchAt(0n, long('a')));
    packed.drop();
    const next = await receive(batchAt(0n, long('b')));
    expect(next.bytes.buffer).toBe(packed.records.memory?.bytes.buffer);
  });
});
