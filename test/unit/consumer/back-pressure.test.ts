import { describe, expect, it, vi } from 'vitest';
import { Pipeline } from '../../../src/consumer/pipeline.ts';
import type { AssignedPartition } from '../../../src/consumer/ports.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { FakeSource, FakeTopic } from '../../fakes/fake-topic.ts';
import { audit, createTestTools, openTestLake } from '../../support/lake.ts';

const hour = 3_600_000;

describe('a full buffer', () => {
  // batches that leave it between the limit and where reading resumes once waited there for their age
  it('is written until reading resumes, however little each batch frees', async () => {
    const topic = new FakeTopic(12);
    const value = JSON.stringify({ text: 'x'.repeat(100) });
    for (const partition of topic.partitions) topic.append(partition, ...Array.from({ length: 6 }, () => ({ value })));
    const lake = await openTestLake();
    const resumed = vi.fn<(bytes: number) => void>();
    const paused = vi.fn<(bytes: number) => void>();
    const pipeline = new Pipeline({
      source: new FakeSource(topic),
      reader: topic,
      tools: createTestTools({ ...lake, observer: { resumed, paused } }),
      policy: { rowsMax: 1000, bytesMax: 1_000_000, ageMaxMs: hour },
      clock: systemClock,
      bufferBytesMax: 8000,
      commitsMax: 1,
    });
    await pipeline.assigned(
      topic.partitions.map((partition): AssignedPartition => ({ partition, ...topic.marksOf(partition) })),
    );
    for (const partition of topic.partitions) pipeline.records(topic.chunk({ partition, from: 0n, to: 6n }));
    expect(paused).toHaveBeenCalled();
    await vi.waitFor(() => expect(resumed).toHaveBeenCalled(), { timeout: 20_000 });
    expect((await audit(lake, topic)).findings).toEqual([]);
  });
});
