import { hasCode } from '../../../runtime/errors.ts';
import type { Versioned } from '../../ledger/chain/entry-store.ts';
import {
  isCommitted,
  stateOfFormat,
  type CommittedEntry,
  type LedgerEntry,
  type ReplacingEntry,
} from '../../ledger/entry/ledger-entry.ts';
import type { CommitTools } from '../tools/commit-tools.ts';
import { discardLeftovers, keysOfReplacement, obsoleteKeys } from '../write/leftovers.ts';
import { overtaken } from '../write/overtaken-entry.ts';
import { stepRunner, type StepRunner } from '../tools/step-runner.ts';

/**
 * Ends a replacement that nobody can finish any more: the entry is committed again with the objects it has, at a generation above
 * the replacement's, so that what that one has written or still writes can be deleted.
 */
export async function undoReplacement(current: Versioned<ReplacingEntry>, tools: CommitTools): Promise<CommittedEntry> {
  const step = stepRunner(tools);
  const { replacement, ...entry } = current.entry;
  const half = await keysOfReplacement(current.entry, tools);
  const next: CommittedEntry = {
    ...entry,
    state: stateOfFormat[tools.tableFormat],
    generation: replacement.generation + 1,
    obsolete: obsoleteKeys([...(entry.obsolete ?? []), ...half], entry.outcome.objects),
  };
  const committed = await step('ledger', () => tools.ledger.replace(current, next));
  if (committed.kind === 'theirs') throw overtaken(entry);
  await publishAgain(next, tools, step);
  await discardLeftovers(next, tools);
  return next;
}

/** Makes tables list what the entry lists, after somebody who was overtaken may have changed them. */
export async function publishAgain(entry: LedgerEntry, { publication }: CommitTools, step: StepRunner): Promise<void> {
  if (publication === undefined || !isCommitted(entry)) return;
  try {
    const { objects: listed } = entry.outcome;
    const objects = { before: listed, generation: 0, isUnfinished: true, after: listed };
    await step('snapshot', () => publication.replace([{ range: entry, objects }]));
  } catch (error) {
    // what other engines have rewritten stays as it is, and what is gone or damaged is in no table again
    if (!hasCode(error, 'TABLE_MISMATCH', 'STORE_MISSING', 'OBJECT_UNREADABLE')) throw error;
  }
}
