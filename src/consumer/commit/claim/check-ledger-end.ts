import { PipelineError } from '../../../runtime/errors.ts';
import type { ClaimedEntry } from '../../ledger/entry/ledger-entry.ts';
import { ledgerBehind } from '../../ledger/topic/ledger-behind.ts';
import { keysOf } from '../../table/objects/planned-keys.ts';
import type { CommitTools } from '../tools/commit-tools.ts';

/**
 * Call it before the claim is made. Rejects with LEDGER_BEHIND when the table holds objects from its first offset on: an entry comes before its
 * objects and is never deleted, so the ledger once reached further. Where entries are behind the claim, which is in a hole of the ledger then, objects
 * of the claim's own range count only.
 */
export async function checkLedgerEnd(claim: ClaimedEntry, { ledger, writer }: CommitTools): Promise<void> {
  const keys = keysOf(claim, claim);
  if ((await writer.objects.findNewer(claim, keys)) === undefined) return;
  const { behind: next } = await ledger.neighbours(claim, { from: claim.from, to: claim.from + 1n });
  const newer =
    next === undefined ? await writer.objects.findNewer(claim, keys) : await writer.objects.findWithin(claim, keys);
  if (newer === undefined) return;
  // another process may have claimed the range and put them meanwhile
  if ((await ledger.get(claim, claim.from)) !== undefined) return;
  throw next === undefined ? behind(claim, newer) : inHole(claim, newer);
}

function behind(claim: ClaimedEntry, key: string): PipelineError {
  const { topic, partition, from: end } = claim;
  const what = `ends at offset ${end} of ${topic}/${partition}, though ${key} holds what comes behind it`;
  return ledgerBehind(claim, { end, what, details: { key } });
}

function inHole({ table, topic, partition, from, to }: ClaimedEntry, key: string): PipelineError {
  return new PipelineError('LEDGER_BEHIND', {
    message: `the ledger of ${table} has a hole at offset ${from} of ${topic}/${partition}, and ${key} lies in it: its entry is gone`,
    retryable: false,
    details: { table, topic, partition, from: from.toString(), to: to.toString(), key },
    hint: 'restore its entry, or run the `glueless replay` that `glueless verify` prints for the hole; leave its objects in the table',
  });
}
