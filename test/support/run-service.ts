import type { CommitTools } from '../../src/consumer/commit/tools/commit-tools.ts';
import type { PipelineObserver } from '../../src/consumer/commit/tools/pipeline-observer.ts';
import { BackPressure } from '../../src/consumer/service/back-pressure.ts';
import { ownPace } from '../../src/consumer/service/pace.ts';
import { runConsumer, type ConsumerOptions } from '../../src/consumer/service/run-consumer.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { Slots } from '../../src/runtime/concurrency.ts';
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

export interface Limits {
  readonly bufferBytesMax?: number;
  readonly commitsMax?: number;
}

export interface Overrides extends Partial<Omit<ConsumerOptions, 'limits'>>, Limits {
  readonly observer?: PipelineObserver;
}

/** What a pipeline shares with others, here with none. */
export function limitsOf(
  { observer }: Pick<CommitTools, 'observer'>,
  { bufferBytesMax = 10_000_000, commitsMax = 2 }: Limits = {},
): ConsumerOptions['limits'] {
  return { slots: new Slots(commitsMax), pressure: new BackPressure({ bufferBytesMax, observer }) };
}

/** Runs the service on everything real but the broker; left out: until the end of the topic. */
export async function run(
  topic: FakeTopic,
  lake: Pick<TestLake, 'store' | 'catalog'>,
  { observer, tools: given, bufferBytesMax, commitsMax, ...overrides }: Overrides = {},
): Promise<CommitTools> {
  const tools = given ?? createTestTools({ ...lake, ...(observer && { observer }) });
  const limits = { ...(bufferBytesMax && { bufferBytesMax }), ...(commitsMax && { commitsMax }) };
  await runConsumer({
    source: new FakeSource(topic),
    reader: topic,
    tools,
    policy: testPolicy,
    clock: systemClock,
    limits: limitsOf(tools, limits),
    unreadableRetryMs: 50,
    untilEnd: true,
    stallMs: 20_000,
    drainMs: 5000,
    pace: ownPace(systemClock, 50),
    stop: new AbortController().signal,
    ...overrides,
  });
  return tools;
}
