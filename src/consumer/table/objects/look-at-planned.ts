import { withoutCopies } from './copied-objects.ts';
import { mapConcurrently } from '../../../runtime/concurrency.ts';
import type { ClaimedEntry } from '../../ledger/entry/ledger-entry.ts';
import type { PutOutcome } from './object-writer.ts';
import { keyOf, plannedObject } from './planned-keys.ts';
import type { TableObjects } from './table-objects.ts';

const looksMax = 4;

/** Looks at what lies under the keys of a claim, in the order of its plan. `run` does each look. */
export async function lookAtPlanned(
  claim: ClaimedEntry,
  objects: Pick<TableObjects, 'look'>,
  run: (look: () => Promise<PutOutcome>) => Promise<PutOutcome> = (look) => look(),
): Promise<PutOutcome[]> {
  const { plan, recipe } = claim;
  const looks = await mapConcurrently(plan, looksMax, (planned) =>
    run(() => objects.look(plannedObject(claim, planned, recipe))),
  );
  if (!recipe.kafkaColumns) return looks;
  const rows = new Map(plan.map((planned) => [keyOf(claim, planned, recipe), planned.rows]));
  return withoutCopies(looks, (key) => rows.get(key));
}
