import { mapConcurrently } from '../../../runtime/concurrency.ts';
import type { ClaimedEntry } from '../../ledger/entry/ledger-entry.ts';
import type { PutOutcome } from './object-writer.ts';
import { plannedObject } from './planned-keys.ts';
import type { TableObjects } from './table-objects.ts';

const looksMax = 4;

/** Looks at what lies under the keys of a claim, in the order of its plan. `run` does each look. */
export async function lookAtPlanned(
  claim: ClaimedEntry,
  objects: Pick<TableObjects, 'look'>,
  run: (look: () => Promise<PutOutcome>) => Promise<PutOutcome> = (look) => look(),
): Promise<PutOutcome[]> {
  return mapConcurrently(claim.plan, looksMax, (planned) =>
    run(() => objects.look(plannedObject(claim, planned, claim.recipe))),
  );
}
