import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRecordBatches } from '../../../src/kafka/format/record-batch.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';
import type { TestRecord } from '../../support/chunks.ts';
import { readRecords as read, unpackedBytesMax as limit } from '../../support/read-records.ts';
import { encodeBatch, encodeMarker, signed } from '../../support/record-batches.ts';
import { runs } from '../../support/fuzzing.ts';

const offsets = (buffer: Buffer, options?: Parameters<typeof read>[1]): number[] =>
  read(buffer, options).map(({ offset }) => offset);
const some = (count: number): TestRecord[] => Array.from({ length: count }, (_, index) => ({ value: `v${index}` }));

function fateOf(buffer: Buffer): string {
  try {
    return `${read(buffer).length} records`;
  } catch (error) {
    return error instanceof PipelineError ? `${error.code}: ${error.message}` : String(error);
  }
}

describe('record batches', () => {
  it('are read back as they were written', () => {
    const record = fc.record(
      {
        value: fc.option(fc.string({ unit: 'grapheme', maxLength: 200 })),
        key: fc.string({ maxLength: 20 }),
        timestampMs: fc.integer({ min: 0, max: 4e12 }),
        headers: fc.dictionary(
          fc.string({ minLength: 1, maxLength: 5 }).filter((name) => name !== '__proto__'),
          fc.string({ maxLength: 5 }),
          { maxKeys: 3 },
        ),
      },
      { requiredKeys: ['value', 'timestampMs'] },
    );
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 20 }),
        fc.bigInt({ min: 0n, max: 2n ** 62n }),
        fc.boolean(),
        (records, from, isPacked) => {
          const buffer = encodeBatch(records, { baseOffset: from, ...(isPacked && { compress: 'zstd' as const }) });
          const found = read(buffer, { from, to: from + 1000n });
          expect(found).toEqual(
            records.map(({ value, key, timestampMs, headers }, index) => ({
              offset: Number(from) + index,
              timestamp: timestampMs,
              key: key ?? null,
              value,
              headers: headers === undefined || Object.keys(headers).length === 0 ? null : JSON.stringify(headers),
            })),
          );
        },
      ),
      runs(),
    );
  });

  it('leave out a last one that is cut off, anywhere', () => {
    const whole = encodeBatch(some(3));
    const next = encodeBatch(some(3), { baseOffset: 3n });
    for (let length = 0; length < next.length; length += 7) {
      expect(offsets(Buffer.concat([whole, next.subarray(0, length)]))).toEqual([0, 1, 2]);
    }
  });

  it('give only the range that is asked for', () => {
    const buffer = Buffer.concat([encodeBatch(some(5)), encodeBatch(some(5), { baseOffset: 5n })]);
    expect(offsets(buffer, { from: 3n, to: 7n })).toEqual([3, 4, 5, 6]);
  });

  it('keep the offsets of what compaction has left', () => {
    const [batch] = readRecordBatches(encodeBatch(some(3), { deltas: [1, 4, 8], lastOffsetDelta: 9 }), 0n).batches;
    expect(batch?.lastOffset).toBe(9n);
    expect(offsets(encodeBatch(some(3), { deltas: [1, 4, 8], lastOffsetDelta: 9 }))).toEqual([1, 4, 8]);
  });

  it('hold 300,000 records without dying', () => {
    expect(offsets(encodeBatch(some(300_000)), { to: 300_000n })).toHaveLength(300_000);
  });

  it('have the broker’s time for all records when it sets it', () => {
    const records = [
      { value: 'a', timestampMs: 1000 },
      { value: 'b', timestampMs: 5000 },
    ];
    expect(read(encodeBatch(records, { attributes: 0x08 })).map(({ timestamp }) => timestamp)).toEqual([5000, 5000]);
  });

  it('have no time when their producer gave none', () => {
    expect(read(encodeBatch(some(2), { baseTimestamp: -1 })).map(({ timestamp }) => timestamp)).toEqual([-1, -1]);
  });

  it('show nothing of an aborted transaction and all of a committed one', () => {
    const batch = (baseOffset: bigint, producerId: bigint) =>
      encodeBatch(some(2), { baseOffset, producerId, attributes: 0x10 });
    const buffer = Buffer.concat([
      batch(0n, 1n),
      batch(2n, 2n),
      encodeMarker('abort', { baseOffset: 4n, producerId: 1n }),
      batch(5n, 1n),
      encodeBatch(some(1), { baseOffset: 7n }),
      encodeMarker('commit', { baseOffset: 8n, producerId: 2n }),
      encodeMarker('commit', { baseOffset: 9n, producerId: 1n }),
    ]);
    expect(offsets(buffer, { aborted: [{ producerId: 1n, firstOffset: 0n }] })).toEqual([2, 3, 5, 6, 7]);
  });

  it('that unpack to more than the limit are refused', () => {
    const buffer = encodeBatch([{ value: 'x'.repeat(limit + 1) }], { compress: 'zstd' });
    expect(buffer.length).toBeLessThan(1000);
    expect(() => read(buffer)).toThrow(expect.objectContaining({ code: 'RECORDS_UNREADABLE' }));
  });

  it('of the time before Kafka 0.11 are refused in words', () => {
    expect(fateOf(encodeBatch(some(1), { magic: 1 }))).toMatch(/message format 1/);
  });

  it('never read beyond their bytes, whatever is in them', () => {
    const good = encodeBatch(some(4));
    fc.assert(
      fc.property(fc.nat({ max: good.length - 62 }), fc.nat({ max: 255 }), (position, byte) => {
        const damaged = Buffer.from(good);
        damaged[61 + position] = byte;
        expect(fateOf(signed(damaged))).toMatch(/^[0-4] records|RECORDS_UNREADABLE/);
      }),
      runs(),
    );
  });
});
