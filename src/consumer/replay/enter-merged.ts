import type { CommitTools } from '../commit/tools/commit-tools.ts';
import { findHeld, placeOf } from '../commit/tools/held-rows.ts';
import type { WrittenObject } from '../ledger/entry/ledger-entry.ts';
import { keyOf } from '../table/objects/planned-keys.ts';
import type { FoundEntry } from './hole-pieces.ts';

/** Rows of a piece of a hole that only files of others have, as objects that are gone. */
export interface MergedRows {
  readonly objects: readonly WrittenObject[];
  readonly offsets: readonly bigint[];
}

/**
 * Finds the rows of a piece that an Iceberg table has in files that were merged or rewritten, and none of the objects beside it has: an object for each Hive
 * partition, under the key that it would have had. Gives `undefined` where they can't be told, each once: rows that share a Hive partition with an object of the
 * piece, or an offset with each other.
 */
export async function findMergedRows(
  entry: FoundEntry['entry'],
  known: ReadonlySet<bigint>,
  tools: CommitTools,
): Promise<MergedRows | undefined> {
  const held = await findHeld(entry, { kinds: new Set(['rows']), readsOwn: false }, tools);
  if (held === undefined || 'why' in held) return undefined;
  const others = held.filter(({ isOwn, offsets }) => !isOwn && offsets.some((offset) => !known.has(offset)));
  const places = Map.groupBy(others, placeOf);
  const objects = [...places.values()].flatMap((files) => {
    const partition = [...(files[0]?.partition ?? [])];
    const rows = files.reduce((sum, { offsets }) => sum + offsets.length, 0);
    const planned = { kind: 'rows' as const, partition, rows };
    return [{ ...planned, key: keyOf(entry, planned, entry.recipe), bytes: 0 }];
  });
  const offsets = others.flatMap((file) => file.offsets);
  const areOnce = new Set(offsets).size === offsets.length && !offsets.some((offset) => known.has(offset));
  const isTaken = objects.some(({ key }) => entry.outcome.objects.some((object) => object.key === key));
  return areOnce && !isTaken ? { objects, offsets } : undefined;
}
