import { PipelineError } from '../../runtime/errors.ts';
import { hivePath, layoutOf, partitionKeys } from '../../schema/layout.ts';
import { hasProjection } from '../../schema/projection.ts';
import { isExpired, raiseExpiry } from '../ledger/expired-days.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { isSamePlace } from '../ports/catalog-rules.ts';
import type { Catalog, CatalogTable, ObjectStore } from '../ports/lake.ts';
import { deadLetterKeys, deadLetterTable } from '../table/dead-letters.ts';
import { adoptedByParameter } from '../table/shared-table.ts';
import { chunksOf, expiredObjects } from './expired-objects.ts';
import { judgeExpired, type LeftObject } from './judge-expired.ts';

export interface ExpiryOptions {
  readonly ledger: Ledger;
  readonly store: ObjectStore;
  readonly catalog: Catalog;
  readonly table: string;
  /** The first day that stays: `expiryDay` gives it. */
  readonly before: string;
  readonly nowMs: number;
  /** Changes nothing; the result says what would be done. */
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
}

export interface ExpiryResult {
  readonly table: string;
  /** Taken out of the catalog. */
  readonly partitions: number;
  readonly objects: number;
  readonly bytes: number;
  /** Objects of expired days that stay, and why: the first of them. */
  readonly left: readonly LeftObject[];
  readonly leftCount: number;
}

const leftShown = 20;

/**
 * Removes the partitions of days before `before` from a Hive table and its dead letters: first the day is noted in the ledger, so that nobody misses
 * what goes, then the catalog forgets the partitions, then the objects are deleted. Who dies in between is followed by the next call.
 * An object is deleted only where its entry is committed: what somebody is still writing, or is about to put anew, stays until the next call.
 * Rejects with TABLE_MISMATCH for a table that has no partitions of days, or whose files an Iceberg table has too.
 */
export async function removeExpired(options: ExpiryOptions): Promise<ExpiryResult[]> {
  const { catalog, store, table, before, nowMs, dryRun } = options;
  const rows = await catalog.load(table);
  // nothing is written yet
  if (rows === undefined) return [];
  checkIsOurs(rows, store);
  if (!dryRun) await raiseExpiry(store, table, { before, notedAt: new Date(nowMs).toISOString() });
  // asked after the note: who adopts the files marks the table first, and reads the note then
  checkNotAdopted(await catalog.load(table));
  const results = [await removeFrom(rows, options)];
  const deadLetters = await catalog.load(deadLetterTable(table));
  if (deadLetters !== undefined && isOfDeadLetters(deadLetters)) results.push(await removeFrom(deadLetters, options));
  return results;
}

async function removeFrom(table: CatalogTable, options: ExpiryOptions): Promise<ExpiryResult> {
  const partitions = await forgetPartitions(table, options);
  return { table: table.name, partitions, ...(await deleteObjects(table, options)) };
}

/** Takes expired partitions that lie in their folders out of the catalog; one that somebody has put elsewhere is not ours. */
async function forgetPartitions(
  table: CatalogTable,
  { catalog, store, before, dryRun }: ExpiryOptions,
): Promise<number> {
  if (hasProjection(table.parameters)) return 0;
  const names = table.partitionKeys.map(({ name }) => name);
  const folder = (values: readonly string[]): string => store.uri(`${table.name}/${hivePath(names, values)}/`);
  const expired: (readonly string[])[] = [];
  for await (const { values, location } of catalog.listPartitions(table.name))
    if (isExpired(values, before) && isSamePlace(location, folder(values))) expired.push(values);
  if (!dryRun && expired.length > 0) await catalog.removePartitions(table.name, expired);
  return expired.length;
}

/** Keys of one deletion: S3 takes so many. */
const chunkKeys = 1000;

async function deleteObjects(
  table: CatalogTable,
  options: ExpiryOptions,
): Promise<Pick<ExpiryResult, 'objects' | 'bytes' | 'left' | 'leftCount'>> {
  const { store, dryRun, signal } = options;
  const left: LeftObject[] = [];
  let [objects, bytes, leftCount] = [0, 0, 0];
  for await (const chunk of chunksOf(expiredObjects(table, options), chunkKeys)) {
    signal?.throwIfAborted();
    const { deletable, stays } = await judgeExpired(chunk, options);
    if (!dryRun && deletable.length > 0) await store.delete(deletable.map(({ key }) => key));
    objects += deletable.length;
    bytes += deletable.reduce((sum, { size }) => sum + size, 0);
    leftCount += stays.length;
    left.push(...stays.slice(0, leftShown - left.length));
  }
  return { objects, bytes, left, leftCount };
}

function checkIsOurs({ name, location, partitionKeys: keys, otherKind }: CatalogTable, store: ObjectStore): void {
  if (otherKind !== undefined) throw mismatch(name, `is ${otherKind}`, 'set TABLE_FORMAT to what the table is');
  const expected = store.uri(`${name}/`);
  if (!isSamePlace(location, expected))
    throw mismatch(name, `lies at ${location}, not at ${expected}`, 'set LAKE to where the table lies');
  const layout = layoutOf(keys);
  if (layout !== undefined && partitionKeys(layout).length > 0) return;
  throw mismatch(
    name,
    'has no partitions of days, so that rows can’t be removed by their age',
    'leave RETENTION_DAYS out, or replay into a new table with PARTITION_BY=day',
  );
}

function isOfDeadLetters({ partitionKeys: keys, otherKind }: CatalogTable): boolean {
  return otherKind === undefined && keys.length === 1 && keys[0]?.name === deadLetterKeys[0]?.name;
}

function checkNotAdopted(table: CatalogTable | undefined): void {
  const other = table?.parameters[adoptedByParameter];
  if (table === undefined || other === undefined) return;
  throw mismatch(
    table.name,
    `shares its files with the Iceberg table ${other}`,
    `run it for ${other}, with TABLE_FORMAT=iceberg; if that table is gone for good, remove the parameter ${adoptedByParameter} of ${table.name}`,
  );
}

function mismatch(table: string, what: string, hint: string): PipelineError {
  return new PipelineError('TABLE_MISMATCH', {
    message: `nothing was removed from ${table}: it ${what}`,
    retryable: false,
    details: { table },
    hint,
  });
}
