import type { ClaimResult, Versioned } from '../../ledger/chain/entry-store.ts';
import { stateOfFormat, type ClaimedEntry, type CommittedEntry } from '../../ledger/entry/ledger-entry.ts';
import type { CommitTools } from '../tools/commit-tools.ts';
import { findPlanned, takeFound } from './found-objects.ts';
import type { StepRunner } from '../tools/step-runner.ts';

/**
 * Commits a claim without Kafka, which can't deliver its records any more, if all planned objects are in the lake and whole. Otherwise
 * changes nothing and answers with `undefined`. The tombstones of the range are not known then.
 */
export async function finishFromLake(
  claim: Versioned<ClaimedEntry>,
  tools: CommitTools,
  step: StepRunner,
): Promise<ClaimResult<CommittedEntry> | undefined> {
  const { entry } = claim;
  const { whole } = await findPlanned(entry, tools, step);
  if (whole === undefined) return undefined;
  const outcome = await takeFound(whole, { tombstones: 0, lastRecord: entry.lastRecord }, tools, step);
  const committed: CommittedEntry = { ...entry, state: stateOfFormat[tools.tableFormat], outcome };
  return step('ledger', () => tools.ledger.replace(claim, committed));
}
