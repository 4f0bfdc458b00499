import type { CommitTools } from '../../src/consumer/commit/commit-tools.ts';
import type { PipelineObserver } from '../../src/consumer/commit/pipeline-observer.ts';
import { runConsumer, type ConsumerOptions } from '../../src/consumer/service/run-consumer.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { FakeSource, FakeTopic } from '../fakes/fake-topic.ts';
import { jsonRecords } from './chunks.ts';
import { createTestTools, type TestLake } from './lake.ts';

/** A topic whose partitions hold so many records each. */
export function topicOf(partitions: number, records: number): FakeTopic {
  const topic = new FakeTopic(partitions);
  for (const partition of topic.partitions) {
    topic.append(partition, ...jsonRecords(...Array.from({ length: records }, (_, index) => ({ n: index }))));
  }
  return topic;
}

/** Cuts small batches soon. */
export const testPolicy = { rowsMax: 25, bytesMax: 1_000_000, ageMaxMs: 50 };

export interface Overrides extends Partial<ConsumerOptions> {
  readonly observer?: PipelineObserver;
}

/** Runs the service on everything real but the broker; left out: until the end of the topic. */
export async function run(
  topic: FakeTopic,
  lake: TestLake,
  { observer, ...overrides }: Overrides = {},
): Promise<CommitTools> {
  const tools = createTestTools({ ...lake, ...(observer && { observer }) });
  await runConsumer({
    source: new FakeSource(topic),
    reader: topic,
    tools,
    policy: testPolicy,
    clock: systemClock,
    bufferBytesMax: 10_000_000,
    commitsMax: 2,
    unreadableRetryMs: 50,
    untilEnd: true,
    stallMs: 20_000,
    drainMs: 5000,
    lagPollMs: 50,
    stop: new AbortController().signal,
    ...overrides,
  });
  return tools;
}
