import { isOfFormat1 } from '../../ledger/keys/format-1.ts';
import type { ClaimedEntry } from '../../ledger/entry/ledger-entry.ts';
import { lookAtPlanned } from '../../table/objects/look-at-planned.ts';
import type { CommitTools } from '../tools/commit-tools.ts';

/**
 * Tells whether a claim of another version of the decoder, whose keys can't count any more, may get an earlier end where it is larger than a batch
 * may be: it is the ledger's last entry, and nothing of it is in the lake. What is there may be all that is left of records that Kafka drops meanwhile, and
 * is deleted only once the whole range is written.
 */
export async function mayBeCut(claim: ClaimedEntry, { ledger, writer }: CommitTools): Promise<boolean> {
  const { from, obsolete = [] } = claim;
  if (isOfFormat1(claim) || obsolete.length > 0) return false;
  if ((await ledger.last(claim, from))?.entry.from !== from) return false;
  const found = await lookAtPlanned(claim, writer.objects);
  return found.every(({ kind }) => kind === 'absent');
}
