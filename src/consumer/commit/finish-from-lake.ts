import type { ClaimResult, Versioned } from '../ledger/chain/entry-store.ts';
import { stateOfFormat, type ClaimedEntry, type CommittedEntry } from '../ledger/entry/ledger-entry.ts';
import { lookAtPlanned } from '../table/objects/look-at-planned.ts';
import type { CommitTools } from './commit-tools.ts';
import { outcomeOfFound } from './outcomes.ts';
import { wholeOf } from './planned-objects.ts';
import type { StepRunner } from './step-runner.ts';

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
  const looks = await lookAtPlanned(entry, tools.writer.objects, (look) => step('put', look));
  const objects = wholeOf(looks, entry);
  if (objects === undefined) return undefined;
  await step('register', () => tools.writer.register(objects));
  const committed: CommittedEntry = {
    ...entry,
    state: stateOfFormat[tools.tableFormat],
    outcome: outcomeOfFound(objects, { tombstones: 0, lastRecord: entry.lastRecord }, tools),
  };
  return step('ledger', () => tools.ledger.replace(claim, committed));
}
