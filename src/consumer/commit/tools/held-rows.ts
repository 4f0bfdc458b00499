import { hasCode } from '../../../runtime/errors.ts';
import type { PlannedObject } from '../../ledger/entry/ledger-entry.ts';
import type { CommitTools } from './commit-tools.ts';
import type { FoundKinds, HeldRows, ReplacedRange } from './publication.ts';

/**
 * Finds the rows that Iceberg tables have of a range, as `Publication.find` does; or says why they don't tell. Gives `undefined` for a Hive table, and where no table
 * has taken in the range.
 */
export async function findHeld(
  range: ReplacedRange,
  wanted: FoundKinds,
  { publication }: Pick<CommitTools, 'publication'>,
): Promise<readonly HeldRows[] | { readonly why: string } | undefined> {
  try {
    return await publication?.find(range, wanted);
  } catch (error) {
    // a file can't be read, or its rows can't be told from others
    if (!hasCode(error, 'TABLE_MISMATCH', 'OBJECT_UNREADABLE', 'STORE_MISSING')) throw error;
    return { why: error.message };
  }
}

/** Names the Hive partition of rows or dead letters. */
export function placeOf({ kind, partition }: Pick<HeldRows, 'kind' | 'partition'>): string {
  return JSON.stringify([kind, ...partition]);
}

/** True when files have as many rows in each Hive partition as the objects. */
export function haveSameRows(
  objects: readonly Pick<PlannedObject, 'kind' | 'partition' | 'rows'>[],
  files: readonly HeldRows[],
): boolean {
  const counts = new Map<string, number>();
  const add = (of: Pick<HeldRows, 'kind' | 'partition'>, rows: number): void => {
    const place = placeOf(of);
    counts.set(place, (counts.get(place) ?? 0) + rows);
  };
  for (const object of objects) add(object, object.rows);
  for (const file of files) add(file, -file.offsets.length);
  return [...counts.values()].every((count) => count === 0);
}
