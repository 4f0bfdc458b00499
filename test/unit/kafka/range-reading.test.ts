import { describe, expect, it } from 'vitest';
import type { RecordChunk } from '../../../src/consumer/ports/record-chunk.ts';
import { AnswerRecords } from '../../../src/kafka/format/answer-records.ts';
import { RangeReading, type RangeClient } from '../../../src/kafka/topic/range-reading.ts';
import { valuesOf } from '../../support/record-recorder.ts';
import { encodeBatch } from '../../support/record-batches.ts';

interface Log {
  readonly from: bigint;
  readonly end: bigint;
  /** First offsets of batches of one record each. */
  readonly batches: readonly bigint[];
  /** Whether the batch can be read when it is asked for: a remote tier may take longer than a fetch waits. */
  readonly isAtHand: (batch: bigint, fetches: number) => boolean;
}

/** A leader that answers with the first batch at an offset or behind it, and with nothing where that is not at hand. */
function leaderOf({ from, end, batches, isAtHand }: Log): RangeClient & { readonly fetches: () => number } {
  let fetches = 0;
  return {
    fetches: () => fetches,
    topicId: async () => undefined,
    watermarks: async () => new Map([[0, { low: from, high: end }]]),
    fetch: async ({ offset }) => {
      fetches++;
      const found = batches.find((batch) => batch >= offset);
      const records =
        found !== undefined && isAtHand(found, fetches)
          ? encodeBatch([{ value: `v${found}` }], { baseOffset: found })
          : Buffer.alloc(0);
      const answer = { records, fetchedOffset: offset, highWatermark: end, logStart: from, aborted: [] };
      return {
        records: new AnswerRecords(answer, 1_000_000),
        stableEnd: end,
        isOutOfRange: false,
        isThrottled: false,
      };
    },
  };
}

const read = (leader: RangeClient, from: bigint, to: bigint): Promise<RecordChunk[]> =>
  Array.fromAsync(new RangeReading(leader, 't', { partition: 0, from, to }).chunks(undefined));

describe('a range whose leader answers with nothing', () => {
  const log = { from: 0n, end: 10n };

  it('is empty where compaction has left nothing up to the end', async () => {
    const chunks = await read(leaderOf({ ...log, batches: [0n], isAtHand: () => true }), 0n, 8n);
    expect(valuesOf(chunks)).toEqual(['v0']);
    expect(chunks.at(-1)?.to).toBe(8n);
  });

  it('is waited for while its records are in a slow tier, and the later ones are at hand', async () => {
    const isAtHand = (batch: bigint, fetches: number): boolean => batch === 9n || fetches > 40;
    const chunks = await read(leaderOf({ ...log, batches: [0n, 1n, 2n, 9n], isAtHand }), 0n, 3n);
    expect(valuesOf(chunks)).toEqual(['v0', 'v1', 'v2']);
  });

  it('is not taken for empty when they never come', async () => {
    const leader = leaderOf({ ...log, batches: [0n, 1n, 2n, 9n], isAtHand: (batch) => batch !== 1n });
    await expect(read(leader, 0n, 3n)).rejects.toMatchObject({
      code: 'BROKER_SILENT',
      retryable: true,
      message: expect.stringContaining('t/0: the leader holds records behind [1, 3)'),
    });
    expect(leader.fetches()).toBeLessThan(200);
  });
});
