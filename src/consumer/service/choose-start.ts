import type { CommitTools } from '../commit/commit-tools.ts';
import type { ChainPosition } from '../ledger/chain-position.ts';
import type { ChainStart } from '../ledger/chain-start.ts';
import type { TopicStart } from '../ledger/topic-start.ts';
import type { AssignedPartition, TopicReader } from '../ports/topic.ts';

/** Where a topic is begun of which the ledger holds nothing: with its first record, behind its last one, or at a time. */
export type Start =
  { readonly kind: 'earliest' } | { readonly kind: 'latest' } | { readonly kind: 'time'; readonly atMs: number };

/** The decision for all partitions of the topic, kept in the ledger; `undefined` where each begins with its first record. */
export async function decideTopicStart(
  tools: CommitTools,
  reader: TopicReader,
  start: Start,
): Promise<TopicStart | undefined> {
  return tools.ledger.topicStart(tools, () => chooseTopicStart(tools, reader, start));
}

/** What would be decided now, by whoever is the first to need it. */
export async function chooseTopicStart(
  { ledger, table, topic, clock }: Pick<CommitTools, 'ledger' | 'table' | 'topic' | 'clock'>,
  reader: TopicReader,
  start: Start,
): Promise<TopicStart | undefined> {
  // of a topic that is read already, what is new begins with its first record
  if (start.kind === 'earliest' || (await ledger.partitions({ table, topic })).length > 0) return undefined;
  const { topicId, partitions } = await reader.describe();
  const from =
    start.kind === 'time'
      ? await reader.offsetsAt(start.atMs)
      : new Map([...partitions].map(([partition, { high }]) => [partition, high]));
  const chosen = start.kind === 'time' ? new Date(start.atMs).toISOString() : start.kind;
  return { chosen, decidedAt: new Date(clock.nowMs()).toISOString(), topicId, from };
}

/** Where a partition begins of which the ledger holds nothing, and what is noted of it. */
export function beginPartition(
  { partition, low, topicId }: AssignedPartition,
  decided: TopicStart | undefined,
  nowMs: number,
): { readonly position: ChainPosition; readonly start: ChainStart } {
  const notedAt = new Date(nowMs).toISOString();
  const isSameTopic = decided?.topicId === undefined || topicId === undefined || decided.topicId === topicId;
  const chosen = isSameTopic ? decided?.from.get(partition) : undefined;
  if (decided === undefined || chosen === undefined)
    return { position: { next: low, isFirst: true }, start: { from: low, notedAt } };
  return {
    // what was promised and is gone by now is a gap
    position: { next: chosen, isFirst: true, ...(low > chosen && { lostUpTo: low }) },
    start: { from: chosen, notedAt, chosen: decided.chosen },
  };
}
