import { replayItem } from '../../src/consumer/replay/replay.ts';
import type { CommitTools } from '../../src/consumer/commit/tools/commit-tools.ts';
import { FakeTopic } from '../fakes/fake-topic.ts';
import type { TestRecord } from './chunks.ts';

const policy = { rowsMax: 100_000, bytesMax: 1e9, ageMaxMs: 1000 };

/** Writes each list of records as one batch, through everything real but the broker. */
export async function writeBatches(
  tools: CommitTools,
  batches: readonly (readonly TestRecord[])[],
): Promise<FakeTopic> {
  const topic = new FakeTopic(1);
  let from = 0n;
  for (const batch of batches) {
    topic.append(0, ...batch);
    const range = { partition: 0, from, to: from + BigInt(batch.length) };
    await replayItem({ kind: 'write', range }, { reader: topic, tools, policy, signal: new AbortController().signal });
    from = range.to;
  }
  return topic;
}
