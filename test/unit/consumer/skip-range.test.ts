import { describe, expect, it } from 'vitest';
import type { OffsetRange } from '../../../src/consumer/ports/topic.ts';
import type { RecordChunk } from '../../../src/consumer/ports/record-chunk.ts';
import { replayItem } from '../../../src/consumer/replay/replay.ts';
import { planReplay } from '../../../src/consumer/replay/replay-plan.ts';
import { skipRange, type SkipRequest } from '../../../src/consumer/replay/skip-range.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { audit, createTestTools, openTestLake, readRows, testTable, testTopic } from '../../support/lake.ts';

/** Some offsets of partition 0 can't be read. */
class DamagedTopic extends FakeTopic {
  damaged = { from: 20n, to: 37n };

  override async *read(range: OffsetRange): AsyncIterable<RecordChunk> {
    if (range.from < this.damaged.to && range.to > this.damaged.from)
      throw new PipelineError('RECORDS_UNREADABLE', { message: 'the checksum is wrong', retryable: false });
    yield* super.read(range);
  }
}

const { signal } = new AbortController();
const policy = { rowsMax: 1000, bytesMax: 1e6, ageMaxMs: 1000 };

async function setup() {
  const lake = await openTestLake();
  const topic = new DamagedTopic(1);
  topic.append(0, ...Array.from({ length: 60 }, (_, n) => ({ value: JSON.stringify({ n }) })));
  const tools = createTestTools(lake);
  const write = async (from: bigint, to: bigint): Promise<void> => {
    const path = { table: testTable, topic: testTopic, partition: 0 };
    const entries = await Array.fromAsync(tools.ledger.entries(path));
    for (const item of planReplay({ partition: 0, from, to }, entries, topic.marksOf(0)))
      await replayItem(item, { reader: topic, tools, policy, signal });
  };
  await write(0n, 20n);
  const skip = (request: Partial<SkipRequest> = {}) =>
    skipRange(
      { partition: 0, from: 20n, why: 'a bad disk', isForced: false, dryRun: false, ...request },
      { reader: topic, tools },
    );
  return { lake, topic, tools, write, skip };
}

describe('a range that can’t be read', () => {
  it('is booked up to the next record that can be, with its reason, and the partition goes on', async () => {
    const { lake, topic, tools, write, skip } = await setup();
    expect(await skip()).toEqual({ partition: 0, from: 20n, to: 37n });
    const entry = await tools.ledger.get({ table: testTable, topic: testTopic, partition: 0 }, 20n);
    expect(entry?.entry).toMatchObject({ state: 'gap', from: 20n, to: 37n, why: 'a bad disk' });
    await write(37n, 60n);
    expect(await readRows(lake)).toHaveLength(43);
    const { findings } = await audit(lake, topic);
    expect(findings.map(({ problem }) => problem)).toEqual(['gap']);
  });

  it('ends where it is said to', async () => {
    const { skip } = await setup();
    expect(await skip({ to: 50n })).toMatchObject({ from: 20n, to: 50n });
  });

  it('ends with the topic when nothing behind it can be read', async () => {
    const { topic, skip } = await setup();
    topic.damaged = { from: 20n, to: 1000n };
    expect(await skip()).toEqual({ partition: 0, from: 20n, to: 60n });
  });

  it('is only looked at in a dry run', async () => {
    const { tools, skip } = await setup();
    expect(await skip({ dryRun: true })).toEqual({ partition: 0, from: 20n, to: 37n });
    expect(await tools.ledger.get({ table: testTable, topic: testTopic, partition: 0 }, 20n)).toBeUndefined();
  });

  it.each([
    [{ partition: 7 }, 'no partition 7'],
    [{ from: 10n }, 'it ends at 20'],
    [{ from: 25n }, 'what lies before 25 is not written yet'],
    [{ from: 60n }, 'holds offsets from 0 to 59'],
    [{ to: 20n }, '--to must lie behind 20'],
    [{ to: 61n }, 'at 60 at most'],
  ])('is refused as %o', async (request, message) => {
    const { skip } = await setup();
    await expect(skip(request)).rejects.toMatchObject({
      code: 'USAGE_INVALID',
      message: expect.stringContaining(message),
    });
  });
});

describe('a range that can be read', () => {
  it('is skipped only by force', async () => {
    const { write, skip, lake } = await setup();
    await skip();
    await write(37n, 40n);
    await expect(skip({ from: 40n, to: 41n })).rejects.toThrow('can be read');
    expect(await skip({ from: 40n, to: 41n, isForced: true })).toMatchObject({ from: 40n, to: 41n });
    await write(41n, 60n);
    expect(await readRows(lake)).toHaveLength(42);
  });
});
