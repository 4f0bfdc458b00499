import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Compression } from '../../src/kafka/format/codecs.ts';
import { batchLayout } from '../../src/kafka/format/record-batch.ts';
import { writeRecordBatch } from '../../src/kafka/format/record-batch-writer.ts';
import { hasCode } from '../../src/runtime/errors.ts';
import { runs } from '../support/fuzzing.ts';
import { readRecords, unpackedBytesMax } from '../support/read-records.ts';
import { signed } from '../support/record-batches.ts';

const codecs: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const identity = { producerId: -1n, producerEpoch: -1, baseSequence: -1, nowMs: 1_764_000_000_000 };

/** Longest time for one input of at most some kilobytes, on a machine that does other things too. */
const patienceMs = 5000;

const messages = fc.array(fc.record({ value: fc.string({ maxLength: 300 }), key: fc.string({ maxLength: 10 }) }), {
  minLength: 1,
  maxLength: 20,
});
const batches = fc
  .tuple(messages, fc.constantFrom(...codecs))
  .map(([some, compression]) => writeRecordBatch(some, { ...identity, compression }));

/** Expects that a batch is read, within its limits, or refused, soon. Answers which. */
function expectFate(bytes: Buffer): 'read' | 'refused' {
  const startMs = performance.now();
  try {
    const values = readRecords(bytes).map(({ value }) => value);
    expect(values.reduce((sum, value) => sum + (value?.length ?? 0), 0)).toBeLessThanOrEqual(unpackedBytesMax);
    return 'read';
  } catch (error) {
    if (hasCode(error, 'RECORDS_UNREADABLE')) return 'refused';
    throw error;
  } finally {
    expect(performance.now() - startMs).toBeLessThan(patienceMs);
  }
}

describe('a record batch', () => {
  it('with one other bit under its checksum is refused', () => {
    fc.assert(
      fc.property(batches, fc.nat(), fc.nat({ max: 7 }), (batch, at, bit) => {
        const position = batchLayout.checksum + (at % (batch.length - batchLayout.checksum));
        const damaged = Buffer.from(batch);
        damaged.writeUInt8((damaged[position] ?? 0) ^ (1 << bit), position);
        expect(expectFate(damaged)).toBe('refused');
      }),
      runs(),
    );
  });

  it('with any bytes under a good checksum is read or refused: never a hang, nothing above the limit', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(batches, changes, (batch, some) => {
        const changed = Buffer.from(batch);
        for (const [at, byte] of some) {
          const position = batchLayout.attributes + (at % (batch.length - batchLayout.attributes));
          changed[position] = byte;
        }
        expectFate(signed(changed));
      }),
      runs(),
    );
  });

  it('whose length, offset or epoch lie is read or refused as well', () => {
    fc.assert(
      fc.property(
        batches,
        fc.nat({ max: batchLayout.magic }),
        fc.uint8Array({ minLength: 1, maxLength: 8 }),
        (batch, at, bytes) => {
          const changed = Buffer.from(batch);
          changed.set(bytes, at);
          expectFate(changed);
        },
      ),
      runs(),
    );
  });

  it('is read or refused among others, cut off anywhere', () => {
    fc.assert(
      fc.property(fc.array(batches, { minLength: 1, maxLength: 4 }), fc.nat(), (some, cut) => {
        const together = Buffer.concat(some);
        expectFate(together.subarray(0, cut % (together.length + 1)));
      }),
      runs(),
    );
  });
});
