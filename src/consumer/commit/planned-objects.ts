import type { ClaimedEntry, Outcome, WrittenObject } from '../ledger/ledger-entry.ts';
import type { PutOutcome } from '../table/objects/object-writer.ts';
import type { CommitTools } from './commit-tools.ts';
import { countsOf } from './write-objects.ts';

/** Gives the objects of a claim if all of them are there and whole, and it has any. */
export function wholeOf(looks: readonly PutOutcome[], { plan }: ClaimedEntry): WrittenObject[] | undefined {
  const objects = looks.flatMap((look, index) =>
    look.kind === 'kept' && look.object.rows >= (plan[index]?.rows ?? 0) ? [look.object] : [],
  );
  return objects.length > 0 && objects.length === plan.length ? objects : undefined;
}

/** Gives the outcome of a claim whose objects an earlier try has put. */
export function outcomeOfFound(
  objects: readonly WrittenObject[],
  { tombstones, lastRecord }: Pick<Outcome, 'tombstones' | 'lastRecord'>,
  { clock }: Pick<CommitTools, 'clock'>,
): Outcome {
  return {
    committedAt: new Date(clock.nowMs()).toISOString(),
    ...countsOf(objects, tombstones),
    objects: [...objects],
    catalogVersion: '',
    ...(lastRecord && { lastRecord }),
  };
}
