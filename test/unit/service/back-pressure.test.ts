import { describe, expect, it, vi } from 'vitest';
import { BackPressure } from '../../../src/consumer/service/back-pressure.ts';
import { PartitionWork } from '../../../src/consumer/service/partition-work.ts';
import { Pipeline } from '../../../src/consumer/service/pipeline.ts';
import type { AssignedPartition } from '../../../src/consumer/ports/topic.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { FakeSource, FakeTopic } from '../../fakes/fake-topic.ts';
import { limitsOf } from '../../support/run-service.ts';
import { audit, createTestTools, openTestLake } from '../../support/lake.ts';

const hour = 3_600_000;

describe('a full buffer', () => {
  it.each([
    // batches that leave it between the limit and where reading resumes once waited there for their age
    ['however little each batch frees', { partitions: 12, records: 6 }],
    ['though batches free nothing before the last one of an answer', { partitions: 2, records: 2500 }],
  ])('is written until reading resumes, %s', async (_, { partitions, records }) => {
    const topic = new FakeTopic(partitions);
    const end = BigInt(records);
    const value = JSON.stringify({ text: 'x'.repeat(100) });
    for (const partition of topic.partitions)
      topic.append(partition, ...Array.from({ length: records }, () => ({ value })));
    const lake = await openTestLake();
    const resumed = vi.fn<(bytes: number) => void>();
    const paused = vi.fn<(bytes: number) => void>();
    const tools = createTestTools({ ...lake, observer: { resumed, paused } });
    const pipeline = new Pipeline({
      source: new FakeSource(topic),
      reader: topic,
      tools,
      policy: { rowsMax: 1000, bytesMax: 1_000_000, ageMaxMs: hour },
      clock: systemClock,
      limits: limitsOf(tools, { bufferBytesMax: 8000, commitsMax: 1 }),
      unreadableRetryMs: 50,
    });
    await pipeline.assigned(
      topic.partitions.map((partition): AssignedPartition => ({
        partition,
        topicId: topic.id,
        ...topic.marksOf(partition),
      })),
    );
    for (const partition of topic.partitions) pipeline.records(topic.chunk({ partition, from: 0n, to: end }));
    expect(paused).toHaveBeenCalled();
    await vi.waitFor(() => expect(resumed).toHaveBeenCalled(), { timeout: 20_000 });
    expect((await audit(lake, topic)).findings).toEqual([]);
  });
});

describe('a pipeline that ends while its buffer is full', () => {
  it('leaves those that were paused with it reading', () => {
    const topic = new FakeTopic(1);
    topic.append(0, ...Array.from({ length: 60 }, () => ({ value: JSON.stringify({ text: 'x'.repeat(100) }) })));
    const pressure = new BackPressure({ bufferBytesMax: 1000, observer: {} });
    const [failing, healthy] = [0, 1].map((partition) => {
      const work = new PartitionWork({ partition, topicId: topic.id }, { next: 0n });
      const source = { pause: vi.fn<(of: number) => void>(), resume: vi.fn<(of: number) => void>() };
      return { work, source, works: () => [work], mayRead: () => true, relieve: () => {} };
    });
    if (failing === undefined || healthy === undefined) throw new Error('two pipelines are expected');
    pressure.begin(failing);
    pressure.begin(healthy);
    failing.work.buffer.push(topic.chunk({ partition: 0, from: 0n, to: 60n }), 0);
    pressure.relieve();
    expect(healthy.source.pause).toHaveBeenCalledWith(1);
    pressure.end(failing);
    expect(healthy.source.resume).toHaveBeenCalledWith(1);
  });
});
