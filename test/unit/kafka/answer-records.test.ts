import { describe, expect, it } from 'vitest';
import type { RecordChunk } from '../../../src/consumer/ports/record-chunk.ts';
import { AnswerRecords } from '../../../src/kafka/format/answer-records.ts';
import { encodeBatch, signed, type BatchOptions } from '../../support/record-batches.ts';

const range = { topic: 'readings', partition: 0 };

/** An answer that holds these record batches, to a fetch from `from` on. */
function answerOf(batches: readonly Buffer[], { from = 0n, highWatermark = 1_000_000n } = {}): AnswerRecords {
  const records = Buffer.concat(batches);
  return new AnswerRecords(
    { records, fetchedOffset: from, highWatermark, logStart: undefined, aborted: [] },
    100_000_000,
  );
}

/** The records of such an answer. */
function receive(...batches: readonly Buffer[]): RecordChunk {
  const answer = answerOf(batches);
  return answer.take({ ...range, from: 0n, to: answer.end }).chunk;
}

/** What can be read of such an answer, and where that ends. */
function fateOf(batches: readonly Buffer[], options: Parameters<typeof answerOf>[1] = {}) {
  const answer = answerOf(batches, options);
  const { chunk, damage } = answer.take({ ...range, from: options.from ?? 0n, to: answer.end });
  return { values: valuesOf(chunk), end: chunk.to, damage };
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
  ])('%s holds its records until its chunk ends', (_, batches, values) => {
    const chunk = receive(...batches);
    expect(valuesOf(chunk)).toEqual(values);
    const others = [receive(batchAt(0n, long('x')), batchAt(2n, long('y'), 'zstd')), receive(batchAt(0n, many('z')))];
    expect(valuesOf(chunk)).toEqual(values);
    chunk[Symbol.dispose]();
    expect(others.map(valuesOf)).toEqual([[...long('x'), ...long('y')], many('z')]);
  });

  it('gives the memory of a large batch that was compressed back to the system when its chunk ends', () => {
    const chunk = receive(batchAt(0n, long('a'), 'zstd'));
    chunk[Symbol.dispose]();
    expect(chunk.bytes).toHaveLength(0);
  });

  it('gives its memory back when nobody takes its records', () => {
    const batch = batchAt(0n, long('a'));
    const first = receive(batch);
    const { buffer } = first.bytes;
    first[Symbol.dispose]();
    answerOf([batch]).drop();
    expect(receive(batchAt(0n, long('b'))).bytes.buffer).toBe(buffer);
  });
});

describe('a record batch of an answer that can’t be read', () => {
  const good = batchAt(0n, ['a', 'b']);
  const next = batchAt(5n, ['z']);
  const two = (options: BatchOptions): Buffer =>
    encodeBatch([{ value: 'c' }, { value: 'd' }], { baseOffset: 2n, ...options });
  const flipped = (at: number): Buffer => {
    const batch = two({});
    batch.writeUInt8(batch.readUInt8(at) ^ 0x10, at);
    return batch;
  };
  const withLength = (length: number): Buffer => {
    const batch = two({});
    batch.writeInt32BE(length, 8);
    return batch;
  };

  it.each([
    ['has a bit of a value flipped', flipped(75), /checksum/, 5n],
    ['has a bit of its last offset flipped', flipped(24), /checksum/, 5n],
    ['has a bit of its attributes flipped', flipped(22), /checksum/, 5n],
    ['says that it has -12 bytes', withLength(-12), /says that it has -12 bytes/, undefined],
    ['says that it has 5 bytes', withLength(5), /says that it has 5 bytes/, undefined],
    ['holds two records of one offset', two({ deltas: [0, 0] }), /do not ascend/, 3n],
    ['holds records in the wrong order', two({ deltas: [1, 0], lastOffsetDelta: 1 }), /do not ascend/, 4n],
    ['holds a record beyond its end', two({ deltas: [0, 4], lastOffsetDelta: 1 }), /do not ascend/, 4n],
    ['ends before it begins', two({ lastOffsetDelta: -2 }), /up to offset 0/, undefined],
    ['counts fewer records than it holds', two({ count: 1 }), /more bytes than its records/, 4n],
    ['counts more records than it holds', two({ count: 1000 }), /which its bytes can’t/, 4n],
    ['is packed in a way that nobody knows', two({ attributes: 7 }), /can’t be unpacked/, 4n],
    ['is no zstd', two({ attributes: 4 }), /can’t be unpacked/, 4n],
  ])('ends what is read before it, and says where it ends: it %s', (_, bad, message, to) => {
    const { values, end, damage } = fateOf([good, bad, next]);
    expect(values).toEqual(['a', 'b']);
    expect(end).toBe(2n);
    expect(damage).toMatchObject({ code: 'RECORDS_UNREADABLE', message: expect.stringMatching(message), from: 2n, to });
  });

  it('is found at the position itself, and what follows it is read once it is skipped', () => {
    expect(fateOf([flipped(75), next], { from: 2n })).toMatchObject({
      values: [],
      end: 2n,
      damage: { from: 2n, to: 5n },
    });
    expect(fateOf([next], { from: 5n })).toMatchObject({ values: ['z'], damage: undefined });
  });

  it('is nothing that lies behind the log’s own end: that is asked for again', () => {
    const answer = answerOf([good, two({})], { highWatermark: 3n });
    expect(answer.end).toBe(2n);
    expect(answer.isBeyond).toBe(true);
    expect(answerOf([two({})], { from: 2n, highWatermark: 3n }).isEmpty).toBe(true);
  });

  it('is one that is cut off and comes first: the broker sends that one whole', () => {
    expect(fateOf([good.subarray(0, 70)]).damage?.message).toMatch(/cut off/);
    expect(fateOf([good.subarray(0, 20)]).damage?.message).toMatch(/cut off/);
  });

  it('is one with headers that its bytes can’t hold', () => {
    const batch = encodeBatch([{ value: 'v', headers: { a: 'b' } }]);
    const at = batch.lastIndexOf(Buffer.from([0x02, 0x02, 0x61]));
    batch.writeUInt8(0x7e, at);
    expect(fateOf([signed(batch)]).damage?.message).toMatch(/63 headers/);
  });
});

describe('headers', () => {
  it('of a name that is there half a million times take time in proportion, and are bounded', () => {
    const record = Buffer.concat([
      Buffer.from([0, 0, 0, 1, 2, 0x76]),
      Buffer.from([0xc0, 0x84, 0x3d]),
      Buffer.alloc(1_000_000, 0),
    ]);
    const length = Buffer.from([0x92, 0x89, 0x7a]);
    const header = encodeBatch([]).subarray(0, 61);
    const records = Buffer.concat([length, record]);
    header.writeInt32BE(49 + records.length, 8);
    header.writeInt32BE(0, 23);
    header.writeInt32BE(1, 57);
    const chunk = receive(signed(Buffer.concat([header, records])));
    const headers = JSON.parse(chunk.headersOf(0) ?? '');
    expect(headers['']).toHaveLength(1000);
    expect(headers['…']).toBe('499000 more');
  });

  it('with a length that lies show nothing of the next record', () => {
    const batch = encodeBatch([{ value: 'v', headers: { a: 'b' } }, { value: 'SECRET' }]);
    const at = batch.indexOf(Buffer.from([0x02, 0x61, 0x02, 0x62]));
    batch.writeUInt8(0x40, at + 2);
    expect(receive(signed(batch)).headersOf(0)).toBe('{"a":"b"}');
  });
});
