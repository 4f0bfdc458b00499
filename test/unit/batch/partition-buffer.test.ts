import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PartitionBuffer } from '../../../src/consumer/batch/partition-buffer.ts';
import { emptyChunk } from '../../../src/consumer/ports/record-chunk.ts';
import { chunkOf } from '../../support/chunks.ts';
import { runs } from '../../support/fuzzing.ts';

const policy = { rowsMax: 7, bytesMax: 1000 };

/** Offsets of the batch's records, as they will stand in the table. */
function offsetsOf({ slices }: ReturnType<PartitionBuffer['cut']>): number[] {
  return slices.flatMap(({ chunk, first, end }) =>
    Array.from({ length: end - first }, (_, at) => Number(chunk.from) + chunk.offsetDeltas[first + at]!),
  );
}

function filled(sizes: readonly number[], from = 0): PartitionBuffer {
  const buffer = new PartitionBuffer(0, BigInt(from));
  let next = BigInt(from);
  for (const size of sizes) {
    const records = Array.from({ length: size }, (_, at) => ({ value: `${at}` }));
    buffer.push(
      size === 0
        ? emptyChunk({ topic: 't', partition: 0, from: next, to: next + 1n })
        : chunkOf(records, { from: next }),
      0,
    );
    next += BigInt(Math.max(1, size));
  }
  return buffer;
}

describe('a partition buffer', () => {
  it('cuts batches that follow each other without hole or overlap, however chunks came', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 8 }), (sizes) => {
        const buffer = filled(sizes);
        const end = buffer.to;
        const seen: number[] = [];
        let at = 0n;
        while (buffer.from < end) {
          const batch = buffer.cut(policy);
          expect(batch.from).toBe(at);
          expect(batch.to).toBeGreaterThan(batch.from);
          expect(batch.records).toBeLessThanOrEqual(policy.rowsMax);
          seen.push(...offsetsOf(batch));
          at = batch.to;
          buffer.release(batch.to);
        }
        const records = sizes.reduce((sum, size) => sum + size, 0);
        expect(seen).toHaveLength(records);
        expect(new Set(seen).size).toBe(records);
        expect(buffer.fill()).toEqual({ records: 0, bytes: 0, oldestMs: undefined });
      }),
      runs(),
    );
  });

  it('cuts the same range again until it is released', () => {
    const buffer = filled([5, 5]);
    expect(offsetsOf(buffer.cutAt(3n))).toEqual([0, 1, 2]);
    expect(offsetsOf(buffer.cutAt(8n))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('holds the memory of a chunk until its last record is released', () => {
    const buffer = filled([5, 5]);
    const whole = buffer.heldBytes;
    buffer.release(4n);
    expect(buffer.heldBytes).toBe(whole);
    buffer.release(6n);
    expect(buffer.heldBytes).toBe(filled([5], 5).heldBytes);
    buffer.release(10n);
    expect(buffer.heldBytes).toBe(0);
  });

  it('refuses a chunk that does not follow', () => {
    const buffer = filled([5]);
    expect(() => buffer.push(chunkOf([{ value: 'x' }], { from: 9n }), 0)).toThrow('expected 5');
  });

  it('never cuts beyond what has arrived', () => {
    expect(() => filled([5]).cutAt(6n)).toThrow('[0, 5) has arrived');
  });

  it('never releases, and never cuts, what was released before', () => {
    const buffer = filled([5]);
    buffer.release(3n);
    expect(() => buffer.release(2n)).toThrow('3 was released before');
    expect(() => buffer.cutAt(2n)).toThrow('[3, 5) has arrived');
  });

  it('refuses a chunk whose records lie outside its range', () => {
    const chunk = chunkOf([{ value: 'x' }, { value: 'y' }]);
    expect(() => new PartitionBuffer(0, 0n).push({ ...chunk, to: 1n }, 0)).toThrow(RangeError);
    expect(() => new PartitionBuffer(0, 0n).push({ ...chunk, count: 10_000 }, 0)).toThrow(RangeError);
  });

  it('takes only the new part of a chunk that begins before the ledger ends', () => {
    const buffer = new PartitionBuffer(0, 3n);
    buffer.push(chunkOf(Array.from({ length: 6 }, () => ({ value: 'x' }))), 0);
    expect(offsetsOf(buffer.cutAt(6n))).toEqual([3, 4, 5]);
  });
});
