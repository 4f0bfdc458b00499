import type { CommitTools } from './commit-tools.ts';
import type { ClaimResult } from '../ledger/ledger.ts';
import type { GapEntry } from '../ledger/ledger-entry.ts';
import type { OffsetRange } from '../ports/topic.ts';

/** Writes down that Kafka lost the range before it was read: loud, and wrong for `verify` until somebody acknowledges it. */
export async function recordGap(
  { partition, from, to }: OffsetRange,
  { ledger, table, topic, newWriterId, clock, observer }: CommitTools,
): Promise<ClaimResult<GapEntry>> {
  const result = await ledger.claim<GapEntry>({
    format: 1,
    state: 'gap',
    table,
    topic,
    partition,
    from: from.toString(),
    to: to.toString(),
    writer: newWriterId(),
    claimedAt: new Date(clock.nowMs()).toISOString(),
  });
  if (result.kind === 'ours') observer.gap?.(result.claim.entry);
  return result;
}
