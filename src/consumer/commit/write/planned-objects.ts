import type { PlannedObject } from '../../ledger/entry/ledger-entry.ts';

/** One claim has at most one object of a kind in a Hive partition. */
export function isSameObject(
  a: Pick<PlannedObject, 'kind' | 'partition'>,
  b: Pick<PlannedObject, 'kind' | 'partition'>,
): boolean {
  return a.kind === b.kind && a.partition.join('/') === b.partition.join('/');
}
