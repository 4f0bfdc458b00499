import type { CommitTools } from '../commit/tools/commit-tools.ts';
import { finishFromTables } from '../commit/claim/finish-from-tables.ts';
import { finishFromLake } from '../commit/claim/finish-from-lake.ts';
import { stepRunner } from '../commit/tools/step-runner.ts';
import { undoReplacement } from '../commit/replace/undo-replacement.ts';
import type { Versioned } from '../ledger/chain/entry-store.ts';
import type { ClaimedEntry, ReplacingEntry } from '../ledger/entry/ledger-entry.ts';

/** Why a claim could not be ended by its objects, and whether it may be ended with less where loss is allowed. */
export interface PassedClaim {
  readonly why: string;
  readonly mayLose: boolean;
}

/**
 * Ends a claim of which Kafka lacks what comes before `heldFrom` by the objects it has planned, if all are there and whole, or if an Iceberg table has all of
 * their rows in files that were merged; or says why not.
 */
export async function finishPassed(
  claim: Versioned<ClaimedEntry>,
  heldFrom: bigint,
  tools: CommitTools,
): Promise<PassedClaim | undefined> {
  const step = stepRunner(tools);
  if ((await finishFromLake(claim, tools, step)) !== undefined) return undefined;
  const merged = await finishFromTables(claim, tools, step);
  if (merged !== undefined && merged.kind !== 'unlike') return undefined;
  const held = heldFrom < claim.entry.to ? `Kafka holds it from ${heldFrom} only` : 'Kafka no longer holds it';
  const mayLose = await isNowhereListed(claim.entry, tools);
  const wayOn = mayLose
    ? '--allow-loss ends it with those that are, once damaged ones are out of the table, and with what Kafka holds'
    : `the table has rows of it, which were written once: restore the newest version of its ledger entry${merged === undefined ? '' : `; it is not ended by these, since ${merged.why}`}`;
  return { why: `${held}, and its objects are not all there and whole; ${wayOn}`, mayLose };
}

/** True where no Iceberg table has rows of the claim. Where one has, its files may name what is gone: other bytes under that key would be a file that no engine reads. */
async function isNowhereListed(claim: ClaimedEntry, { publication }: CommitTools): Promise<boolean> {
  if (publication === undefined) return true;
  const { rows, deadLetters } = await publication.count(claim);
  return rows === 0 && deadLetters === 0;
}

/** Goes back to the objects of an entry; or says why not: where they are gone, what is in the lake may be of a newer version of the entry. */
export async function undoUnlessGone(
  current: Versioned<ReplacingEntry>,
  { tools, allowLoss }: { readonly tools: CommitTools; readonly allowLoss: boolean },
): Promise<string | undefined> {
  // files of an Iceberg table may have been rewritten, and be gone rightly
  const mayBeGone = allowLoss || tools.publication !== undefined;
  if (!mayBeGone && !(await tools.writer.objects.areThere(current.entry.outcome.objects)))
    return 'the objects that it would go back to are gone or differ, and nothing was changed: restore the newest version of its ledger entry, or these objects; --allow-loss goes back all the same';
  await undoReplacement(current, tools);
  return undefined;
}
