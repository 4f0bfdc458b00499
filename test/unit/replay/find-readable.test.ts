import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findReadable, isReadable } from '../../../src/consumer/replay/find-readable.ts';
import type { OffsetRange } from '../../../src/consumer/ports/topic.ts';
import type { RecordChunk } from '../../../src/consumer/ports/record-chunk.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';
import { topicOf } from '../../support/run-service.ts';
import { runs } from '../../support/fuzzing.ts';

async function* noChunks(): AsyncGenerator<RecordChunk> {
  yield* [];
}

describe('the end of a damage', () => {
  it('is the next record that can be read, wherever it lies', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 58 }), fc.integer({ min: 1, max: 60 }), async (from, length) => {
        const to = Math.min(60, from + length);
        const topic = topicOf(1, 60);
        topic.damage({ partition: 0, from: BigInt(from), to: BigInt(to) });
        expect(await isReadable(topic, { partition: 0, from: BigInt(from) })).toBe(false);
        expect(await findReadable(topic, { partition: 0, from: BigInt(from), to: 60n })).toBe(BigInt(to));
      }),
      runs(),
    );
  });

  it('is found with few requests, however long it is', async () => {
    let requests = 0;
    const reader = {
      read: ({ from }: OffsetRange) => {
        requests++;
        if (from < 5n || from >= 1_000_000n) return noChunks();
        throw new PipelineError('RECORDS_UNREADABLE', { message: 'the checksum is wrong', retryable: false });
      },
    };
    expect(await findReadable(reader, { partition: 0, from: 5n, to: 9_000_000n })).toBe(1_000_000n);
    expect(requests).toBeLessThan(45);
  });

  it('does not hide another failure', async () => {
    const reader = {
      read: () => {
        throw new PipelineError('BROKER_SILENT', { message: 'no answer', retryable: true });
      },
    };
    await expect(isReadable(reader, { partition: 0, from: 5n })).rejects.toMatchObject({ code: 'BROKER_SILENT' });
  });
});
