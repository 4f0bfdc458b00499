import { expect } from 'vitest';
import { createTopicReader } from '../../src/kafka/topic/topic-reader.ts';
import type { Attack } from './attack.ts';

/**
 * Settings of a topic that is compacted at once. Records of one Kafka timestamp stay in the open segment, which is not
 * compacted, until one of a later time is appended.
 */
export const compacting = {
  'cleanup.policy': 'compact,delete',
  'segment.ms': '50',
  'min.cleanable.dirty.ratio': '0.01',
  'max.compaction.lag.ms': '100',
};

/** Appends records under another key until Kafka holds fewer than `countMax` of all in the partition. */
export async function untilCompacted(attack: Attack, countMax: number, partition = 0): Promise<void> {
  const reader = createTopicReader({ kafka: attack.kafka, topic: attack.topic });
  const known = attack.records.length;
  const held = async (): Promise<number> => {
    // only another record closes a segment, and an open one is never compacted
    await attack.append(1, { partition, key: () => 'end', timestampMs: Date.now() });
    const { low = 0n, high = 0n } = (await reader.describe()).partitions.get(partition) ?? {};
    const chunks = await Array.fromAsync(reader.read({ partition, from: low, to: high }));
    return chunks.reduce((sum, { count }) => sum + count, 0);
  };
  await expect.poll(held, { timeout: 60_000, interval: 300 }).toBeLessThan(countMax);
  attack.compacted.push(...attack.records.slice(known));
}
