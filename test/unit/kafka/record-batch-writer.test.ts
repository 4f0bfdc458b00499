import { crc32c } from '@platformatic/wasm-utils';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Compression } from '../../../src/kafka/format/codecs.ts';
import { murmur2, partitionOf } from '../../../src/kafka/format/partitioner.ts';
import { writeRecordBatch } from '../../../src/kafka/format/record-batch-writer.ts';
import { encodeBatch } from '../../support/record-batches.ts';
import { readRecords } from '../../support/read-records.ts';
import { runs } from '../../support/fuzzing.ts';

const identity = { producerId: 7n, producerEpoch: 3, baseSequence: 41, nowMs: 1_764_000_000_000 };
const message = fc.record(
  {
    key: fc.option(fc.string({ unit: 'grapheme', maxLength: 12 }), { nil: undefined }),
    value: fc.string({ unit: 'grapheme', maxLength: 300 }),
    timestampMs: fc.integer({ min: 0, max: 4e12 }),
    headers: fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), fc.string({ maxLength: 200 }), {
      minKeys: 1,
      maxKeys: 3,
    }),
  },
  { requiredKeys: ['key', 'value'] },
);

describe('record batches that we write', () => {
  it.each<Compression>(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'are read back, compressed with %s',
    (compression) => {
      fc.assert(
        fc.property(fc.array(message, { minLength: 1, maxLength: 30 }), (messages) => {
          const read = readRecords(writeRecordBatch(messages, { ...identity, compression }));
          expect(read.map(({ headers, ...others }) => ({ ...others, headers: JSON.parse(headers ?? '{}') }))).toEqual(
            messages.map(({ key = null, value, headers = {}, timestampMs = identity.nowMs }, offset) => ({
              offset,
              timestamp: timestampMs,
              key,
              value,
              headers: { ...headers },
            })),
          );
        }),
        runs(50),
      );
    },
  );

  it('hold texts beyond ASCII beside others, halves of surrogate pairs as the sign for what can’t be shown', () => {
    const messages = ['plain', 'é', '\ud800half', 'Ā', '😀', 'plain again'].map((text) => ({ key: text, value: text }));
    const read = readRecords(writeRecordBatch(messages, { ...identity, compression: 'none' }));
    const expected = messages.map(({ key }) => key.toWellFormed());
    expect(read.map(({ key }) => key)).toEqual(expected);
    expect(read.map(({ value }) => value)).toEqual(expected);
  });

  it('stay as they are when the next one is written', () => {
    const first = writeRecordBatch([{ key: 'a', value: 'one' }], { ...identity, compression: 'none' });
    const before = first.toString('hex');
    writeRecordBatch([{ key: 'b', value: 'two' }], { ...identity, compression: 'none' });
    expect(first.toString('hex')).toBe(before);
  });

  it('are the bytes that the format’s description gives, with sequence and checksum', () => {
    const messages = [
      { key: 'a', value: 'one', timestampMs: 1000 },
      { key: 'bé', value: 'two', timestampMs: 999 },
    ];
    const written = writeRecordBatch(messages, { ...identity, compression: 'none' });
    const expected = encodeBatch(messages, { producerId: 7n });
    expected.writeInt32BE(-1, 12);
    expected.writeInt16BE(3, 51);
    expected.writeInt32BE(41, 53);
    expected.writeUInt32BE(crc32c(expected.subarray(21)), 17);
    expect(written.toString('hex')).toBe(expected.toString('hex'));
  });
});

describe('a key’s partition', () => {
  it('is the same whenever it is asked for', () => {
    const keys = Array.from({ length: 12_000 }, (_, index) => `key-${index}`);
    const partitions = () => keys.map((key) => partitionOf(key, 7));
    expect(partitions()).toEqual(partitions());
    expect(partitionOf('21', 1000)).toBe((murmur2(Buffer.from('21')) & 0x7fffffff) % 1000);
  });

  // Apache Kafka, UtilsTest.testMurmur2
  it.each([
    ['21', -973_932_308],
    ['foobar', -790_332_482],
    ['a-little-bit-long-string', -985_981_536],
    ['a-little-bit-longer-string', -1_486_304_829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
    ['abc', 479_470_107],
  ])('hashes %s as Java’s producer does', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
  });

  it('is one of the topic’s', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 50 }), (key, partitions) => {
        expect(partitionOf(key, partitions)).toBeOneOf(Array.from({ length: partitions }, (_, index) => index));
      }),
      runs(),
    );
  });
});
