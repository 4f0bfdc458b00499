import { isExpired } from '../../ledger/notes/expired-days.ts';
import { forgetMerged, listMergedPaths, readMerged, sourcesOf } from '../../ledger/notes/merged-partition.ts';
import { hivePathOf, isHidden, mergedPrefix, topicOfFile } from '../../ledger/keys/object-keys.ts';
import type { CatalogTable, ObjectInfo } from '../../ports/lake.ts';
import { chunksOf, expiredObjects, mergedTable, valuesOfPath } from './expired-objects.ts';
import { judgeExpired } from './judge-expired.ts';
import type { MergeTools } from './merge-tools.ts';
import type { Upkeep } from '../upkeep.ts';

interface MergedExpiry extends Pick<MergeTools, 'ledger' | 'store'> {
  /** The first day that stays. */
  readonly before: string;
  readonly upkeep: Pick<Upkeep, 'isDryRun' | 'signal'>;
}

/** What was deleted, or would be; what stays in an old folder is for who looks there. */
export interface RemovedMerged {
  readonly files: number;
  readonly rows: number;
  readonly hivePaths: ReadonlySet<string>;
}

/**
 * Deletes the objects of expired partitions that were merged, and their notes last: who dies in between is followed by the next call. The
 * catalog has forgotten them before.
 */
export async function removeExpiredMerged(table: CatalogTable, options: MergedExpiry): Promise<RemovedMerged> {
  const { store, before, upkeep } = options;
  const hivePaths = new Set<string>();
  const total = { files: 0, rows: 0, hivePaths };
  for await (const hivePath of listMergedPaths(store, table.name)) {
    if (upkeep.signal?.aborted === true) return total;
    if (!isExpired(valuesOfPath(hivePath), before)) continue;
    const removed = await removePartition(table, hivePath, options);
    total.files += removed.files;
    total.rows += removed.rows;
    hivePaths.add(hivePath);
  }
  // what a process that was frozen has put behind its note
  const folder = mergedTable(table);
  for await (const chunk of chunksOf(expiredObjects(folder, options))) {
    const ours = chunk.filter(({ key }) => topicOfFile(key) !== undefined);
    // what was counted with its note is still there when nothing is changed
    const late = upkeep.isDryRun ? ours.filter(({ key }) => !hivePaths.has(hivePathOf(key, folder.name))) : ours;
    if (!upkeep.isDryRun && late.length > 0) await store.delete(late.map(({ key }) => key));
    total.files += late.length;
  }
  return total;
}

/** Counts rows of merged files by the note, and of other objects by their entries. */
async function removePartition(
  { name: table }: CatalogTable,
  hivePath: string,
  { ledger, store, upkeep }: MergedExpiry,
): Promise<Omit<RemovedMerged, 'hivePaths'>> {
  const stored = await readMerged(store, table, hivePath);
  if (stored === undefined) return { files: 0, rows: 0 };
  const { note } = stored;
  const sources = sourcesOf(note);
  const isOurs = ({ key }: ObjectInfo): boolean => topicOfFile(key) !== undefined && !isHidden(key);
  const old = (await Array.fromAsync(store.list(`${table}/${hivePath}/`))).filter(({ key }) => !isHidden(key));
  const moved = (await Array.fromAsync(store.list(mergedPrefix(table, hivePath)))).filter(isOurs);
  const late = await judgeExpired(
    old.filter(({ key }) => !sources.has(key)),
    { ledger, table },
  );
  const ownSources = await judgeExpired(
    old.filter(({ key }) => sources.has(key)),
    { ledger, table },
  );
  const keys = [...late.deletable, ...ownSources.deletable, ...moved].map(({ key }) => key);
  if (!upkeep.isDryRun) {
    await store.delete(keys);
    await forgetMerged(store, table, hivePath);
  }
  const merged = note.files.reduce((sum, { rows }) => sum + rows, 0);
  return { files: keys.length, rows: merged + late.rows };
}
