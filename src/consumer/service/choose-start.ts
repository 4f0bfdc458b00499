import type { CommitTools } from '../commit/commit-tools.ts';
import type { ChainPosition } from '../ledger/chain-position.ts';
import type { ChainStart } from '../ledger/chain-start.ts';
import type { TopicStart } from '../ledger/topic-start.ts';
import { unreachable } from '../../runtime/errors.ts';
import type { AssignedPartition, TopicReader } from '../ports/topic.ts';

/**
 * Where a topic is begun of which the ledger holds nothing: with its first record, behind its last one, or at a time. `whole`: with its
 * first record, whatever members that come later are told, since it was made while this one was there.
 */
export type Start =
  | { readonly kind: 'earliest' }
  | { readonly kind: 'latest' }
  | { readonly kind: 'time'; readonly atMs: number }
  | { readonly kind: 'whole' };

/** How a topic is begun that was not there when the member began: nothing of it was before the start. */
export function startOfNew(start: Start): Start {
  return start.kind === 'latest' ? { kind: 'whole' } : start;
}

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
  const decidedAt = new Date(clock.nowMs()).toISOString();
  switch (start.kind) {
    case 'whole':
      // a partition that is not listed begins with its first record
      return { chosen: 'earliest', decidedAt, topicId, from: new Map() };
    case 'latest': {
      const from = new Map([...partitions].map(([partition, { high }]) => [partition, high]));
      return { chosen: start.kind, decidedAt, topicId, from };
    }
    case 'time': {
      const from = await reader.offsetsAt(start.atMs);
      return { chosen: new Date(start.atMs).toISOString(), decidedAt, topicId, from };
    }
    default:
      return unreachable(start);
  }
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
