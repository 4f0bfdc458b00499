import type { ClaimResult } from '../ledger/ledger.ts';
import { ledgerFormat, type GapEntry } from '../ledger/ledger-entry.ts';
import type { OffsetRange } from '../ports/topic.ts';
import type { CommitTools } from './commit-tools.ts';

export interface Gap extends OffsetRange {
  /** Left out: Kafka lost the range before it was read. */
  readonly why?: string;
  readonly topicId?: string;
}

/** Writes down that the range has no rows: loud, and wrong for `verify` until somebody acknowledges it. */
export async function recordGap(
  { partition, from, to, why, topicId }: Gap,
  {
    ledger,
    table,
    topic,
    newWriterId,
    clock,
    observer,
  }: Pick<CommitTools, 'ledger' | 'table' | 'topic' | 'newWriterId' | 'clock' | 'observer'>,
): Promise<ClaimResult<GapEntry>> {
  const result = await ledger.claim<GapEntry>({
    format: ledgerFormat,
    state: 'gap',
    table,
    topic,
    ...(topicId !== undefined && { topicId }),
    partition,
    from,
    to,
    writer: newWriterId(),
    claimedAt: new Date(clock.nowMs()).toISOString(),
    ...(why !== undefined && { why }),
  });
  if (result.kind === 'ours') observer.gap?.(result.claim.entry);
  return result;
}
