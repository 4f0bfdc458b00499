import type { ClaimResult } from '../../ledger/chain/entry-store.ts';
import { ledgerFormat, type GapEntry } from '../../ledger/entry/ledger-entry.ts';
import type { OffsetRange } from '../../ports/topic.ts';
import type { CommitTools } from '../tools/commit-tools.ts';

export interface Gap extends OffsetRange {
  /** Left out: Kafka lost the range before it was read. */
  readonly why?: string;
  readonly topicId?: string | undefined;
  /** Somebody knows of it already. */
  readonly isAcknowledged?: boolean;
  /** Keys that a claim in its place may have put. */
  readonly obsolete?: readonly string[];
}

export type GapTools = Pick<CommitTools, 'ledger' | 'table' | 'topic' | 'newWriterId' | 'clock' | 'observer'>;

/** Books the range as a gap: an error in the log, and a finding of `verify` until somebody acknowledges it. */
export async function recordGap(gap: Gap, tools: GapTools): Promise<ClaimResult<GapEntry>> {
  const result = await tools.ledger.claim(gapEntry(gap, tools));
  if (result.kind === 'ours') tools.observer.gap?.(result.claim.entry);
  return result;
}

export function gapEntry(
  { partition, from, to, why, topicId, isAcknowledged = false, obsolete }: Gap,
  { table, topic, newWriterId, clock }: Pick<GapTools, 'table' | 'topic' | 'newWriterId' | 'clock'>,
): GapEntry {
  const now = new Date(clock.nowMs()).toISOString();
  return {
    format: ledgerFormat,
    state: 'gap',
    table,
    topic,
    ...(topicId !== undefined && { topicId }),
    partition,
    from,
    to,
    writer: newWriterId(),
    claimedAt: now,
    ...(why !== undefined && { why }),
    ...(isAcknowledged && { acknowledgedAt: now }),
    ...(obsolete && { obsolete: [...obsolete] }),
  };
}
