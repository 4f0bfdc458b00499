import { mapConcurrently } from '../../runtime/concurrency.ts';
import type { ClaimResult, Versioned } from '../ledger/entry-store.ts';
import { stateOfFormat, type ClaimedEntry, type CommittedEntry } from '../ledger/ledger-entry.ts';
import { keyOf } from '../table/planned-keys.ts';
import type { CommitTools } from './commit-tools.ts';
import type { StepRunner } from './step-runner.ts';
import { countsOf } from './write-objects.ts';

const looksMax = 4;

/**
 * Commits a claim without Kafka, which can't deliver its records any more, if all planned objects are in the lake and whole. Otherwise
 * changes nothing and answers with `undefined`. The tombstones of the range are not known then.
 */
export async function finishFromLake(
  claim: Versioned<ClaimedEntry>,
  { ledger, writer, clock, tableFormat }: CommitTools,
  step: StepRunner,
): Promise<ClaimResult<CommittedEntry> | undefined> {
  const { entry } = claim;
  const looks = await mapConcurrently(entry.plan, looksMax, async (planned) => {
    const look = await step('put', () => writer.look({ ...planned, key: keyOf(entry, planned, entry.recipe) }));
    return look.kind === 'kept' && look.object.rows >= planned.rows ? [look.object] : [];
  });
  const objects = looks.flat();
  if (objects.length === 0 || objects.length < entry.plan.length) return undefined;
  await step('register', () => writer.register(objects));
  const committed: CommittedEntry = {
    ...entry,
    state: stateOfFormat[tableFormat],
    outcome: {
      committedAt: new Date(clock.nowMs()).toISOString(),
      ...countsOf(objects, 0),
      objects,
      catalogVersion: '',
      ...(entry.lastRecord && { lastRecord: entry.lastRecord }),
    },
  };
  return step('ledger', () => ledger.replace(claim, committed));
}
