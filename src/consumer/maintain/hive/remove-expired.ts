import { PipelineError } from '../../../runtime/errors.ts';
import { hivePath, layoutOf, partitionKeys } from '../../../schema/partitions/layout.ts';
import { hasProjection } from '../../../schema/partitions/projection.ts';
import { isExpired, raiseExpiry } from '../../ledger/notes/expired-days.ts';
import { hivePathOf, mergedFolder } from '../../ledger/keys/object-keys.ts';
import { isSameLocation } from '../../ports/catalog-rules.ts';
import type { CatalogPartition, CatalogTable, ObjectInfo, ObjectStore } from '../../ports/lake.ts';
import { deadLetterKeys, deadLetterTable } from '../../table/dead-letters/dead-letter-table.ts';
import { checkNotAdopted } from '../../table/catalog/shared-table.ts';
import { removeExpiredMerged, type RemovedMerged } from './remove-expired-merged.ts';
import { chunksOf, expiredObjects, hasDaysThatStay, mergedTable, valuesOf } from './expired-objects.ts';
import { expiryRefused, withoutDays } from '../expiry-refused.ts';
import { judgeExpired } from './judge-expired.ts';
import type { MergeTools } from './merge-tools.ts';
import type { Upkeep } from '../upkeep.ts';

export interface ExpiryOptions extends Pick<MergeTools, 'ledger' | 'store' | 'catalog' | 'observe'> {
  readonly table: string;
  readonly nowMs: number;
  /** The first day that stays. */
  readonly before: string;
  readonly upkeep: Pick<Upkeep, 'isDryRun' | 'signal'>;
}

/**
 * Removes the days before `before` from a Hive table and its dead letters: first they are noted in the ledger, so that nobody
 * misses what goes, then the catalog forgets their partitions, then the objects are deleted. Who dies in between is followed by the next call.
 * An object is deleted only where its entry is committed: what somebody is still writing, or is about to put anew, stays until the next call.
 * Rejects with TABLE_MISMATCH for a table that has no partitions of days, or whose files an Iceberg table has too, and with EXPIRY_REFUSED when
 * nothing would be left of it.
 */
export async function removeExpired(options: ExpiryOptions): Promise<void> {
  const { catalog, store, table, nowMs, before, upkeep } = options;
  const rows = await catalog.load(table);
  // nothing is written yet
  if (rows === undefined) return;
  checkIsOurs(rows, store);
  checkNotAdopted(rows, 'removal');
  if (!(await hasDaysThatStay(rows, options))) return refuseToEmpty(rows, options);
  if (!upkeep.isDryRun) await raiseExpiry(store, table, { before, notedAt: new Date(nowMs).toISOString() });
  // asked again after the note: who adopts the files marks the table first, and reads the note then
  checkNotAdopted(await catalog.load(table), 'removal');
  await removeFrom(rows, options, (each) => removeExpiredMerged(each, options));
  const deadLetters = await catalog.load(deadLetterTable(table));
  if (deadLetters !== undefined && isOfDeadLetters(deadLetters)) await removeFrom(deadLetters, options);
}

/** A clock that is wrong by months must not take the whole table. */
async function refuseToEmpty(table: CatalogTable, options: ExpiryOptions): Promise<void> {
  const { before, nowMs } = options;
  for (const each of [table, mergedTable(table)])
    for await (const _found of expiredObjects(each, options)) throw expiryRefused(table.name, { before, nowMs });
}

const noneMerged: RemovedMerged = { files: 0, rows: 0, hivePaths: new Set() };

async function removeFrom(
  table: CatalogTable,
  options: ExpiryOptions,
  removeMerged: (table: CatalogTable) => Promise<RemovedMerged> = async () => noneMerged,
): Promise<void> {
  const { observe, before } = options;
  const partitions = await forgetPartitions(table, options);
  const merged = await removeMerged(table);
  const { files, rows, left } = await deleteObjects(table, merged, options);
  if (partitions > 0 || files > 0)
    observe({ kind: 'partitions-removed', table: table.name, partitions, files, rows, before });
  for (const each of left.values()) observe({ kind: 'left-alone', table: table.name, ...each });
}

/** Takes expired partitions that lie in their folders, of merged files too, out of the catalog; one that somebody has put elsewhere is not ours. */
async function forgetPartitions(
  { name, partitionKeys: keys, parameters }: CatalogTable,
  { catalog, store, before, upkeep }: ExpiryOptions,
): Promise<number> {
  if (hasProjection(parameters)) return 0;
  const names = keys.map((key) => key.name);
  const isOurs = ({ values, location }: CatalogPartition): boolean =>
    [name, mergedFolder(name)].some((folder) =>
      isSameLocation(location, store.uri(`${folder}/${hivePath(names, values)}/`)),
    );
  const expired: (readonly string[])[] = [];
  for await (const partition of catalog.listPartitions(name))
    if (isExpired(partition.values, before) && isOurs(partition)) expired.push(partition.values);
  if (!upkeep.isDryRun && expired.length > 0) await catalog.removePartitions(name, expired);
  return expired.length;
}

interface Deleted {
  readonly files: number;
  readonly rows: number;
  /** Objects that stay, those of one partition and reason together. */
  readonly left: ReadonlyMap<string, LeftFiles>;
}

interface LeftFiles {
  readonly partition: readonly string[];
  readonly files: number;
  readonly why: string;
}

async function deleteObjects(table: CatalogTable, merged: RemovedMerged, options: ExpiryOptions): Promise<Deleted> {
  const { store, upkeep } = options;
  const left = new Map<string, LeftFiles>();
  let { files, rows } = merged;
  for await (const chunk of chunksOf(expiredObjects(table, options))) {
    if (upkeep.signal?.aborted === true) break;
    // what was counted with merged files is still there when nothing is changed
    const isCounted = ({ key }: ObjectInfo): boolean => merged.hivePaths.has(hivePathOf(key, table.name));
    const uncounted = upkeep.isDryRun ? chunk.filter((info) => !isCounted(info)) : chunk;
    const judged = await judgeExpired(uncounted, options);
    if (!upkeep.isDryRun && judged.deletable.length > 0) await store.delete(judged.deletable.map(({ key }) => key));
    files += judged.deletable.length;
    rows += judged.rows;
    for (const { key, why } of judged.stays) {
      const partition = valuesOf(table, key);
      const id = `${partition.join('/')} ${why}`;
      left.set(id, { partition, why, files: (left.get(id)?.files ?? 0) + 1 });
    }
  }
  return { files, rows, left };
}

function checkIsOurs({ name, location, partitionKeys: keys, otherKind }: CatalogTable, store: ObjectStore): void {
  if (otherKind !== undefined) throw mismatch(name, `is ${otherKind}`, 'set TABLE_FORMAT to what the table is');
  const expected = store.uri(`${name}/`);
  if (!isSameLocation(location, expected))
    throw mismatch(name, `lies at ${location}, not at ${expected}`, 'set LAKE to where the table lies');
  const layout = layoutOf(keys);
  if (layout !== undefined && partitionKeys(layout).length > 0) return;
  throw withoutDays(name);
}

function isOfDeadLetters({ partitionKeys: keys, otherKind }: CatalogTable): boolean {
  return otherKind === undefined && keys.length === 1 && keys[0]?.name === deadLetterKeys[0]?.name;
}

function mismatch(table: string, what: string, hint: string): PipelineError {
  return new PipelineError('TABLE_MISMATCH', {
    message: `nothing was removed from ${table}: it ${what}`,
    retryable: false,
    details: { table },
    hint,
  });
}
