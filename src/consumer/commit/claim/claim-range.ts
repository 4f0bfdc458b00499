import type { ClaimResult, Versioned } from '../../ledger/chain/entry-store.ts';
import { ledgerFormat, type ClaimedEntry } from '../../ledger/entry/ledger-entry.ts';
import { keysOf } from '../../table/objects/planned-keys.ts';
import { checkLedgerEnd } from './check-ledger-end.ts';
import type { CommitTools } from '../tools/commit-tools.ts';
import type { PreparedBatch } from '../write/prepared-batch.ts';

export interface ClaimFacts {
  /** Why the batch ends where it does. */
  readonly reason: string;
  /** The id of the topic that the records were read from, where the broker tells it. */
  readonly topicId?: string | undefined;
}

/** Claims the range of the batch, with what will be written. Rejects with LEDGER_BEHIND where the ledger once reached further. */
export async function claimRange(
  { batch, recipe, plan, lastRecord }: PreparedBatch,
  { reason, topicId }: ClaimFacts,
  tools: CommitTools,
): Promise<ClaimResult<ClaimedEntry>> {
  const claim: ClaimedEntry = {
    format: ledgerFormat,
    state: 'claimed',
    table: tools.table,
    topic: tools.topic,
    ...(topicId !== undefined && { topicId }),
    partition: batch.partition,
    from: batch.from,
    to: batch.to,
    generation: 1,
    writer: tools.newWriterId(),
    claimedAt: new Date(tools.clock.nowMs()).toISOString(),
    reason,
    recipe,
    plan,
    ...(lastRecord && { lastRecord }),
  };
  await checkLedgerEnd(claim, tools);
  return tools.ledger.claim(claim);
}

/** Claims the range, which may have been cut, again with keys of their own: nothing that was written for it before can count any more. */
export async function raiseGeneration(
  claim: Versioned<ClaimedEntry>,
  { batch: { to }, plan, recipe, lastRecord }: PreparedBatch,
  format1: readonly string[],
  tools: CommitTools,
): Promise<ClaimResult<ClaimedEntry>> {
  const { entry } = claim;
  return tools.ledger.replace<ClaimedEntry>(claim, {
    ...entry,
    ...(to < entry.to && { to, lastRecord }),
    generation: entry.generation + 1,
    writer: tools.newWriterId(),
    recipe,
    plan,
    obsolete: [...(entry.obsolete ?? []), ...keysOf(entry, entry), ...format1],
  });
}
