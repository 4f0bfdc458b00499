import { decodeLimitsOf, reasonToCut, type BatchPolicy } from '../batch/batch-policy.ts';
import { PartitionBuffer } from '../batch/partition-buffer.ts';
import type { CommitTools } from '../commit/tools/commit-tools.ts';
import type { Recipe } from '../ledger/entry/recipe.ts';
import type { TopicReader } from '../ports/topic.ts';
import { SchemaSample } from '../table/catalog/schema-preview.ts';
import { larger } from '../../runtime/bigints.ts';

interface SampleRules extends Pick<CommitTools, 'writer'> {
  readonly recipe: Recipe;
  /** What is in memory at a time. */
  readonly policy: BatchPolicy;
}

/** Reads the newest `records` of each Kafka partition and decodes them in batches, as the service would, to see what they hold. */
export async function sampleTopic(reader: TopicReader, records: number, rules: SampleRules): Promise<SchemaSample> {
  const sample = new SchemaSample();
  const { partitions } = await reader.describe();
  for (const [partition, { low, high }] of partitions) {
    const first = high - BigInt(records);
    const buffer = new PartitionBuffer(partition, larger(first, low));
    for await (const chunk of reader.read({ partition, from: buffer.from, to: high })) {
      buffer.push(chunk, 0);
      while (reasonToCut(buffer.fill(), rules.policy, { monotonicMs: 0 }) !== undefined)
        await addBatch(buffer, sample, rules);
    }
    while (buffer.from < buffer.to) await addBatch(buffer, sample, rules);
  }
  return sample;
}

async function addBatch(
  buffer: PartitionBuffer,
  into: SchemaSample,
  { writer, recipe, policy }: SampleRules,
): Promise<void> {
  const { slices, to } = buffer.cut(policy);
  const earlyEnd = await writer.sample(slices, recipe, { into, limits: decodeLimitsOf(policy) });
  buffer.release(earlyEnd?.offset ?? to);
}
