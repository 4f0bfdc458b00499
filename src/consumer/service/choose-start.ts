import type { CommitTools } from '../commit/tools/commit-tools.ts';
import type { ChainPosition } from '../ledger/topic/chain-position.ts';
import type { ChainStart } from '../ledger/notes/chain-start.ts';
import { decidedOffset, type TopicStart } from '../ledger/notes/topic-start.ts';
import { unreachable } from '../../runtime/errors.ts';
import type { AssignedPartition, TopicReader } from '../ports/topic.ts';

/**
 * Where to begin a topic of which the ledger holds nothing: with its first record, behind its last one, or at a time. `whole` is the first
 * record, too, and is noted as the decision for all members: the topic was made while this one was there, so that no START of theirs may
 * leave out its beginning.
 */
export type Start =
  | { readonly kind: 'earliest' }
  | { readonly kind: 'latest' }
  | { readonly kind: 'time'; readonly atMs: number }
  | { readonly kind: 'whole' };

/** Gives the start of a topic that was not there when the member began: all of its records are new. */
export function startOfNew(start: Start): Start {
  return start.kind === 'latest' ? { kind: 'whole' } : start;
}

/** Decides where the partitions of the topic begin, unless the ledger has the decision; `undefined` where each begins with its first record. */
export async function decideTopicStart(
  tools: CommitTools,
  reader: TopicReader,
  start: Start,
): Promise<TopicStart | undefined> {
  return tools.ledger.topicStart(tools, () => chooseTopicStart(tools, reader, start));
}

/** Gives the decision that would be taken now, and notes nothing. */
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

/** Gives the position at which a partition begins of which the ledger holds nothing, and what is noted of it. */
export function beginPartition(
  { partition, low, topicId }: AssignedPartition,
  decided: TopicStart | undefined,
  nowMs: number,
): { readonly position: ChainPosition; readonly start: ChainStart } {
  const notedAt = new Date(nowMs).toISOString();
  const chosen = decidedOffset(decided, { partition, topicId });
  if (decided === undefined || chosen === undefined)
    return { position: { next: low, isFirst: true }, start: { from: low, notedAt } };
  return { position: firstPosition(chosen, low), start: { from: chosen, notedAt, chosen: decided.chosen } };
}

/**
 * Gives the position of a partition of which the ledger holds nothing but where it begins, since an earlier run has ended before its first batch. The
 * topic may have been made again since: what is before the noted start is read then.
 */
export function positionFromNoted(
  position: ChainPosition,
  noted: ChainStart,
  { low }: Pick<AssignedPartition, 'low'>,
): ChainPosition {
  return noted.from < position.next ? firstPosition(noted.from, low) : position;
}

/** What was promised and is gone by now is a gap. */
function firstPosition(next: bigint, low: bigint): ChainPosition {
  return { next, isFirst: true, ...(low > next && { lostUpTo: low }) };
}
