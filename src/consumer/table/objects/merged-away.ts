import { hivePathOf } from '../../ledger/keys/object-keys.ts';
import type { ObjectInfo, ObjectStore } from '../../ports/lake.ts';

/** Where the rows of an object are that was merged with others and may be gone itself. */
export interface MergedAway {
  readonly holder: Pick<ObjectInfo, 'key' | 'size'>;
  /** Its rows; the holder may have others, too. */
  readonly rows: number;
}

/** Gives the merged file, if that is there as it was written, that has the rows of an object of a Hive table. Rejects where the note can't be read. */
export async function findMergedAway(
  key: string,
  { store, table }: { readonly store: ObjectStore; readonly table: string },
): Promise<MergedAway | undefined> {
  if (!key.startsWith(`${table}/`)) return undefined;
  // who writes rows seldom asks, and loads no package for it
  const { findHolder, readMerged, sourcesOf } = await import('../../ledger/notes/merged-partition.ts');
  const stored = await readMerged(store, table, hivePathOf(key, table));
  const file = stored && sourcesOf(stored.note).get(key);
  const holder = file && (await findHolder(file, store));
  const rows = file?.sources.find((source) => source.key === key)?.rows;
  return holder && rows !== undefined ? { holder, rows } : undefined;
}
