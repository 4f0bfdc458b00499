import { isDeepStrictEqual } from 'node:util';
import { PipelineError, unreachable } from '../../runtime/errors.ts';
import type { Versioned } from '../ledger/chain/entry-store.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { isCommitted, isDeletable, type CommittedEntry } from '../ledger/entry/ledger-entry.ts';
import { entryKey } from '../ledger/keys/ledger-keys.ts';
import type { Catalog } from '../ports/lake.ts';
import type { Repair } from './findings/repair.ts';
import { createJudge, type UnlistedOptions, type Verdict } from './objects/unlisted-object.ts';

export interface RepairOptions extends UnlistedOptions {
  readonly catalog: Catalog;
  /** Called with what was done, a line each. */
  readonly onDone: (line: string) => void;
}

/** Carries out repairs. What has changed since the audit is judged again, and left alone where the rule no longer holds. */
export async function carryOut(repairs: readonly Repair[], options: RepairOptions): Promise<void> {
  for (const repair of repairs) {
    switch (repair.kind) {
      case 'delete':
        await deleteObject(repair.key, options);
        break;
      case 'restore-entry':
        await restoreEntry(repair, options);
        break;
      case 'create-table':
        await options.catalog.create(repair.definition);
        options.onDone(`made the table ${repair.definition.name} with ${repair.definition.columns.length} columns`);
        break;
      case 'add-columns':
        await addColumns(repair, options);
        break;
      case 'register':
        await register(repair, options);
        break;
    }
  }
}

/** Puts the entry where it was, unless somebody has put one there meanwhile. */
async function restoreEntry(
  { entry, segment }: Extract<Repair, { kind: 'restore-entry' }>,
  { ledger, onDone }: RepairOptions,
): Promise<void> {
  const key = entryKey(entry, entry.from);
  const { kind } = await ledger.claim(entry);
  onDone(kind === 'ours' ? `put ${key} back from ${segment}` : `left ${key} alone: it is there by now`);
}

/** The object is judged again right before the delete, and its entry must allow it. */
async function deleteObject(key: string, options: RepairOptions): Promise<void> {
  const { ledger, store, table, onDone } = options;
  const verdict = await createJudge(options)(key);
  switch (verdict.kind) {
    case 'fine':
    case 'unknown':
      return onDone(`left ${key} alone: it changed meanwhile`);
    case 'doubled':
      if (await canRaise(key, verdict, { ledger, table })) break;
      return onDone(`left ${key} alone: its entry changed meanwhile`);
    case 'obsolete':
    case 'covered':
      break;
    default:
      return unreachable(verdict);
  }
  await store.delete([key]);
  onDone(`deleted ${key}`);
}

/** Raises the entry above the object's generation, so that it can never be listed; false when the entry is another by now. */
async function canRaise(
  key: string,
  { entry, name }: Extract<Verdict, { kind: 'doubled' }>,
  { ledger, table }: Pick<RepairOptions, 'ledger' | 'table'>,
): Promise<boolean> {
  const { topic, partition, generation } = name;
  const found = await ledger.find({ table, topic, partition }, name.from);
  if (found === undefined || !isDeepStrictEqual(found.entry, entry)) return false;
  const raised = await raise(found, generation, ledger);
  return raised !== undefined && isDeletable(raised.entry, { key, generation });
}

/** Commits the entry again with the same objects at a generation above the object's, which then can never be listed. */
async function raise(current: Versioned, generation: number, ledger: Ledger): Promise<Versioned | undefined> {
  const { entry } = current;
  if (!isCommitted(entry)) return undefined;
  const raised: CommittedEntry = { ...entry, generation: Math.max(entry.generation, generation) + 1 };
  const result = await ledger.replace(current, raised);
  return result.kind === 'ours' ? result.claim : undefined;
}

async function addColumns(
  { table, columns }: Extract<Repair, { kind: 'add-columns' }>,
  { catalog, onDone }: RepairOptions,
): Promise<void> {
  const found = await catalog.load(table);
  if (found === undefined) return;
  const missing = columns.filter(({ name }) => !found.columns.some((column) => column.name === name));
  if (missing.length === 0) return;
  const result = await catalog.evolve({ table, expectedVersion: found.version, addColumns: missing });
  const names = missing.map(({ name }) => name).join(', ');
  onDone(
    result === 'evolved' ? `added ${names} to ${table}` : `left ${table} alone: it changed meanwhile; run it again`,
  );
}

async function register(
  { table, partitions, misplaced }: Extract<Repair, { kind: 'register' }>,
  { catalog, onDone }: RepairOptions,
): Promise<void> {
  const found = await catalog.load(table);
  if (found === undefined) throw gone(table);
  // in one step: readers find the partition at every moment
  for (const each of misplaced) await catalog.movePartition(found, each);
  await catalog.addPartitions(found, partitions);
  for (const { values } of [...partitions, ...misplaced]) onDone(`registered ${table}/${values.join('/')}`);
}

function gone(table: string): PipelineError {
  return new PipelineError('CATALOG_CONTENDED', {
    message: `the table ${table} is gone from the catalog again`,
    retryable: true,
  });
}
