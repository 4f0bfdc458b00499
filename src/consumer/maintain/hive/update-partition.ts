import { isDeepStrictEqual } from 'node:util';
import { putMerged, readMerged, type MergedPartition, type StoredNote } from '../../ledger/notes/merged-partition.ts';
import { mergedPrefix } from '../../ledger/keys/object-keys.ts';
import { adoptedByParameter } from '../../table/catalog/shared-table.ts';
import { putMergedFiles, NoteChanged } from './put-merged-files.ts';
import { readPartition, type PartitionContents } from './read-partition.ts';
import type { MergeTools, HivePartition } from './merge-tools.ts';
import { mergedSizeOf } from '../merged-size.ts';
import { isWorthMerging, planFiles, replan, type MergeTarget } from './plan-merged-files.ts';
import type { Registered } from './registered-partitions.ts';
import { ReplacedEntries } from './replaced-entries.ts';
import { deletableFiles } from './deletable-files.ts';

export interface UpdateOptions {
  readonly hivePartition: HivePartition;
  /** `unknown`: nobody has asked, and it stays as it is. */
  readonly registered: Registered | 'missing' | 'unknown';
}

/** Times that it is begun again because others have changed the note, or the ledger, meanwhile. */
const looksMax = 8;

/**
 * Lets the new folder of a partition hold what the ledger's entries list, and the catalog say so. In this order, and each step can be done again
 * by anybody: the note says what the folder is to hold; the files are put; the location is set, once another look finds nothing new; what
 * the note no longer lists is deleted. So whoever reads the new folder finds all rows of some moment, whoever dies in between. Gives
 * the note when all of it was done.
 */
export async function updatePartition(
  given: StoredNote | undefined,
  { hivePartition, registered }: UpdateOptions,
  tools: MergeTools,
): Promise<StoredNote | undefined> {
  let stored = given;
  let at = registered;
  let { replaced } = hivePartition;
  for (let looks = 0; looks < looksMax; looks++) {
    const isNew = stored === undefined;
    try {
      const round = await updateOnce(stored, { hivePartition: { ...hivePartition, replaced }, registered: at }, tools);
      if (round === undefined) return undefined;
      ({ stored } = round);
      if (round.isMoved === true) at = 'moved';
      if (round.isDone) return stored;
    } catch (error) {
      if (!(error instanceof NoteChanged)) throw error;
      stored = await readMerged(tools.store, hivePartition.table.name, hivePartition.hivePath);
      if (stored === undefined && !isNew) return undefined;
    }
    replaced = new ReplacedEntries(tools.store, hivePartition.table.name);
  }
  leftAlone(hivePartition, 0, 'others go on changing it', tools);
  return undefined;
}

interface Round {
  readonly stored: StoredNote;
  readonly isDone: boolean;
  readonly isMoved?: true;
}

/** One look, and what follows from it. `undefined` when the partition is left as it is. */
async function updateOnce(
  stored: StoredNote | undefined,
  options: UpdateOptions,
  tools: MergeTools,
): Promise<Round | undefined> {
  const { hivePartition } = options;
  const look = await readPartition(hivePartition, stored?.note, tools);
  for (const [why, files] of look.open) leftAlone(hivePartition, files, why, tools);
  if (look.open.size > 0 && stored?.note.movedAt === undefined) return undefined;
  const plan =
    stored === undefined
      ? firstNote(look, hivePartition, tools)
      : replan(stored.note, look, targetOf(hivePartition, tools));
  if (tools.upkeep.isDryRun) {
    if (plan !== undefined) tellPlan(stored?.note, plan, look, { hivePartition, tools });
    return undefined;
  }
  const noted = plan === undefined ? stored : await change(plan, stored, hivePartition, tools);
  return noted && fulfil(noted, { look, hasChanged: plan !== undefined }, options, tools);
}

/** Lets the folder hold what the note says, then the catalog say so. `hasChanged`: the look has changed the note. */
async function fulfil(
  noted: StoredNote,
  { look, hasChanged }: { readonly look: PartitionContents; readonly hasChanged: boolean },
  options: UpdateOptions,
  tools: MergeTools,
): Promise<Round | undefined> {
  const { hivePartition } = options;
  const filled = await putMergedFiles({ hivePartition, old: look.old, stored: noted, tools });
  const isQuiet = isDeepStrictEqual(filled.note, noted.note);
  const now = isQuiet ? noted : await change(next(filled.note), noted, hivePartition, tools);
  if (!filled.isWhole) {
    if (now.note.movedAt !== undefined) await clear(now, hivePartition, tools);
    return undefined;
  }
  if (now.note.movedAt === undefined)
    return isQuiet && !hasChanged ? move(now, options, look, tools) : { stored: now, isDone: false };
  if (hasChanged) tellCaughtUp(look, hivePartition, tools);
  await clear(now, hivePartition, tools);
  return { stored: now, isDone: await setLocation(options, tools) };
}

function next(note: MergedPartition): MergedPartition {
  return { ...note, revision: note.revision + 1 };
}

/** Changes the note. Rejects with `NoteChanged` when others have. */
async function change(
  note: MergedPartition,
  before: StoredNote | undefined,
  { table: { name }, hivePath }: HivePartition,
  { store }: MergeTools,
): Promise<StoredNote> {
  const put = await putMerged(store, name, { hivePath, note, ...(before && { before }) });
  if (put === undefined) throw new NoteChanged('another process has changed the note');
  return put;
}

function firstNote(
  look: PartitionContents,
  hivePartition: HivePartition,
  tools: MergeTools,
): MergedPartition | undefined {
  if (!isWorthMerging(look.added, targetOf(hivePartition, tools).size)) return undefined;
  const files = planFiles(look.added, targetOf(hivePartition, tools));
  return { revision: 1, values: [...hivePartition.values], files, obsolete: [] };
}

function targetOf(
  { table: { name: table, columns }, hivePath }: HivePartition,
  { upkeep, newId }: MergeTools,
): MergeTarget {
  return { table, hivePath, size: mergedSizeOf(columns, upkeep.targetBytes), newId };
}

/** Sets the location, and notes since when; what has come in meanwhile is looked for once more. */
async function move(
  stored: StoredNote,
  options: UpdateOptions,
  look: PartitionContents,
  tools: MergeTools,
): Promise<Round | undefined> {
  const { hivePartition, registered } = options;
  const { table, values } = hivePartition;
  if (registered !== 'old' && registered !== 'moved') {
    leftAlone(hivePartition, stored.note.files.length, whyUnplaced[registered], tools);
    return undefined;
  }
  if (
    (await tools.catalog.movePartition(table, { values, location: mergedLocation(hivePartition, tools) })) === 'missing'
  ) {
    leftAlone(hivePartition, stored.note.files.length, whyUnplaced.missing, tools);
    return undefined;
  }
  const movedAt = new Date(tools.clock.nowMs()).toISOString();
  const moved = await change(next({ ...stored.note, movedAt }), stored, hivePartition, tools);
  tellMerged(moved.note, look, hivePartition, tools);
  return { stored: moved, isDone: false, isMoved: true };
}

const whyUnplaced = {
  elsewhere: 'the partition lies elsewhere in the catalog, where it was not registered by this program',
  missing: 'the partition is not in the catalog: `glueless verify --repair` registers it',
  unknown: 'they are being merged: `glueless maintain` goes on with it',
} as const;

export function mergedLocation(
  { table: { name }, hivePath }: HivePartition,
  { store }: Pick<MergeTools, 'store'>,
): string {
  return store.uri(mergedPrefix(name, hivePath));
}

/** Sets the location of a moved partition again, where somebody has set it back: an earlier version, or a process that was frozen. */
async function setLocation({ hivePartition, registered }: UpdateOptions, tools: MergeTools): Promise<true> {
  const { table, values } = hivePartition;
  if (registered === 'elsewhere' || registered === 'missing')
    leftAlone(hivePartition, 0, whyUnplaced[registered], tools);
  if (registered !== 'old') return true;
  const location = mergedLocation(hivePartition, tools);
  if ((await tools.catalog.movePartition(table, { values, location })) === 'moved')
    tools.observe({ kind: 'placed', table: table.name, partition: values, location });
  return true;
}

/**
 * Deletes what lies in the new folder and the note does not list, once all rows of it that count are in files that are there. The folder is listed before
 * the note is read again: what a later revision has put is not in the listing.
 */
async function clear({ version }: StoredNote, hivePartition: HivePartition, tools: MergeTools): Promise<void> {
  const { store, catalog } = tools;
  const { name } = hivePartition.table;
  const listed = await Array.fromAsync(store.list(mergedPrefix(name, hivePartition.hivePath)));
  const now = await readMerged(store, name, hivePartition.hivePath);
  if (now?.version !== version) throw new NoteChanged('another process has changed the note');
  const keys = await deletableFiles(listed, now.note, hivePartition, tools);
  if (keys.length === 0) return;
  // an Iceberg table may have taken them in
  const table = await catalog.load(name);
  if (table === undefined || table.parameters[adoptedByParameter] !== undefined) return;
  await store.delete(keys);
}

function tellPlan(
  before: MergedPartition | undefined,
  plan: MergedPartition,
  look: PartitionContents,
  { hivePartition, tools }: { readonly hivePartition: HivePartition; readonly tools: MergeTools },
): void {
  if (before === undefined) tellMerged(plan, look, hivePartition, tools);
  else tellCaughtUp(look, hivePartition, tools);
}

function tellCaughtUp(
  { added, replacedSources }: PartitionContents,
  { table, values }: HivePartition,
  { observe }: MergeTools,
): void {
  const facts = { added: added.length, replaced: replacedSources.size };
  observe({ kind: 'caught-up', table: table.name, partition: values, ...facts });
}

function tellMerged(
  { files }: MergedPartition,
  { old }: PartitionContents,
  { table, values }: HivePartition,
  { observe }: MergeTools,
): void {
  for (const { sources, rows, bytes: mergedBytes } of files) {
    if (sources.length < 2) continue;
    const bytes = sources.reduce((sum, { key }) => sum + (old.get(key)?.size ?? 0), 0);
    const facts = { files: sources.length, bytes, rows, ...(mergedBytes !== undefined && { mergedBytes }) };
    observe({ kind: 'merged', table: table.name, partition: values, ...facts });
  }
}

function leftAlone({ table, values }: HivePartition, files: number, why: string, { observe }: MergeTools): void {
  observe({ kind: 'left-alone', table: table.name, partition: values, files, why });
}
