import type { ClaimedEntry, PlannedObject, WrittenObject } from '../ledger/entry/ledger-entry.ts';
import type { PutOutcome } from '../table/objects/object-writer.ts';

/** Gives the objects of a claim if all of them are there and whole, and it has any. */
export function wholeOf(looks: readonly PutOutcome[], { plan }: ClaimedEntry): WrittenObject[] | undefined {
  const objects = looks.flatMap((look, index) =>
    look.kind === 'kept' && look.object.rows >= (plan[index]?.rows ?? 0) ? [look.object] : [],
  );
  return objects.length > 0 && objects.length === plan.length ? objects : undefined;
}

/** One claim has at most one object of a kind in a Hive partition. */
export function isSameObject(
  a: Pick<PlannedObject, 'kind' | 'partition'>,
  b: Pick<PlannedObject, 'kind' | 'partition'>,
): boolean {
  return a.kind === b.kind && a.partition.join('/') === b.partition.join('/');
}
