import { isDeepStrictEqual } from 'node:util';
import { putMerged, readMerged, type MergedPartition, type StoredNote } from '../ledger/merged-partition.ts';
import { mergedPlace, topicOfFile } from '../ledger/object-keys.ts';
import { adoptedByParameter } from '../table/shared-table.ts';
import { fillMerged, NoteChanged } from './fill-merged.ts';
import { lookAtPartition, type PartitionLook } from './look-at-partition.ts';
import type { ObjectInfo } from '../ports/lake.ts';
import type { MergeTools, PartitionPlace } from './merge-tools.ts';
import { mergedSizeOf } from './plan-merges.ts';
import { isWorthMerging, planFiles, replan, type MergeTarget } from './plan-merged.ts';
import type { Registered } from './registered-partitions.ts';
import { ReplacedEntries } from './replaced-entries.ts';
import { isElsewhere } from './unnoted-file.ts';

export interface SettleOptions {
  readonly place: PartitionPlace;
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
export async function settlePartition(
  given: StoredNote | undefined,
  { place, registered }: SettleOptions,
  tools: MergeTools,
): Promise<StoredNote | undefined> {
  let stored = given;
  let at = registered;
  let { replaced } = place;
  for (let looks = 0; looks < looksMax; looks++) {
    const isNew = stored === undefined;
    try {
      const round = await settleOnce(stored, { place: { ...place, replaced }, registered: at }, tools);
      if (round === undefined) return undefined;
      ({ stored } = round);
      if (round.isMoved === true) at = 'moved';
      if (round.isDone) return stored;
    } catch (error) {
      if (!(error instanceof NoteChanged)) throw error;
      stored = await readMerged(tools.store, place.table.name, place.hivePath);
      if (stored === undefined && !isNew) return undefined;
    }
    replaced = new ReplacedEntries(tools.store, place.table.name);
  }
  leftAlone(place, 0, 'others go on changing it', tools);
  return undefined;
}

interface Round {
  readonly stored: StoredNote;
  readonly isDone: boolean;
  readonly isMoved?: true;
}

/** One look, and what follows from it. `undefined` when the partition is left as it is. */
async function settleOnce(
  stored: StoredNote | undefined,
  options: SettleOptions,
  tools: MergeTools,
): Promise<Round | undefined> {
  const { place } = options;
  const look = await lookAtPartition(place, stored?.note, tools);
  for (const [why, files] of look.open) leftAlone(place, files, why, tools);
  if (look.open.size > 0 && stored?.note.movedAt === undefined) return undefined;
  const plan = stored === undefined ? firstNote(look, place, tools) : replan(stored.note, look, targetOf(place, tools));
  if (tools.upkeep.isDryRun) {
    if (plan !== undefined) tellPlan(stored?.note, plan, look, { place, tools });
    return undefined;
  }
  const noted = plan === undefined ? stored : await change(plan, stored, place, tools);
  return noted && fulfil(noted, { look, hasChanged: plan !== undefined }, options, tools);
}

/** Lets the folder hold what the note says, then the catalog say so. `hasChanged`: the look has changed the note. */
async function fulfil(
  noted: StoredNote,
  { look, hasChanged }: { readonly look: PartitionLook; readonly hasChanged: boolean },
  options: SettleOptions,
  tools: MergeTools,
): Promise<Round | undefined> {
  const { place } = options;
  const filled = await fillMerged({ place, old: look.old, stored: noted, tools });
  const isQuiet = isDeepStrictEqual(filled.note, noted.note);
  const now = isQuiet ? noted : await change(next(filled.note), noted, place, tools);
  if (!filled.isWhole) return undefined;
  if (now.note.movedAt === undefined)
    return isQuiet && !hasChanged ? move(now, options, look, tools) : { stored: now, isDone: false };
  if (hasChanged)
    tools.observe({ kind: 'caught-up', table: place.table.name, partition: place.values, ...countsOf(look) });
  await clear(now, place, tools);
  return { stored: now, isDone: await setLocation(options, tools) };
}

function next(note: MergedPartition): MergedPartition {
  return { ...note, revision: note.revision + 1 };
}

/** Changes the note. Rejects with `NoteChanged` when others have. */
async function change(
  note: MergedPartition,
  before: StoredNote | undefined,
  { table: { name }, hivePath }: PartitionPlace,
  { store }: MergeTools,
): Promise<StoredNote> {
  const put = await putMerged(store, name, { hivePath, note, ...(before && { before }) });
  if (put === undefined) throw new NoteChanged('another process has changed the note');
  return put;
}

function firstNote(look: PartitionLook, place: PartitionPlace, tools: MergeTools): MergedPartition | undefined {
  if (!isWorthMerging(look.added, targetOf(place, tools).size)) return undefined;
  const files = planFiles(look.added, targetOf(place, tools));
  return { revision: 1, values: [...place.values], files, obsolete: [] };
}

function targetOf(
  { table: { name: table, columns }, hivePath }: PartitionPlace,
  { upkeep, newId }: MergeTools,
): MergeTarget {
  return { table, hivePath, size: mergedSizeOf(columns, upkeep.targetBytes), newId };
}

/** Sets the location, and notes since when; what has come in meanwhile is looked for once more. */
async function move(
  stored: StoredNote,
  options: SettleOptions,
  look: PartitionLook,
  tools: MergeTools,
): Promise<Round | undefined> {
  const { place, registered } = options;
  const { table, values } = place;
  if (registered !== 'old' && registered !== 'moved') {
    leftAlone(place, stored.note.files.length, whyUnplaced[registered], tools);
    return undefined;
  }
  if ((await tools.catalog.movePartition(table, { values, location: movedTo(place, tools) })) === 'missing') {
    leftAlone(place, stored.note.files.length, whyUnplaced.missing, tools);
    return undefined;
  }
  const movedAt = new Date(tools.clock.nowMs()).toISOString();
  const moved = await change(next({ ...stored.note, movedAt }), stored, place, tools);
  tellMerged(moved.note, look, place, tools);
  return { stored: moved, isDone: false, isMoved: true };
}

const whyUnplaced = {
  elsewhere: 'the partition lies elsewhere in the catalog, where it was not registered by this program',
  missing: 'the partition is not in the catalog: `glueless verify --repair` registers it',
  unknown: 'they are being merged: `glueless maintain` goes on with it',
} as const;

export function movedTo({ table: { name }, hivePath }: PartitionPlace, { store }: Pick<MergeTools, 'store'>): string {
  return store.uri(mergedPlace(name, hivePath));
}

/** Sets the location of a moved partition again, where somebody has set it back: an earlier version, or a process that was frozen. */
async function setLocation({ place, registered }: SettleOptions, tools: MergeTools): Promise<true> {
  const { table, values } = place;
  if (registered === 'elsewhere' || registered === 'missing') leftAlone(place, 0, whyUnplaced[registered], tools);
  if (registered !== 'old') return true;
  const location = movedTo(place, tools);
  if ((await tools.catalog.movePartition(table, { values, location })) === 'moved')
    tools.observe({ kind: 'placed', table: table.name, partition: values, location });
  return true;
}

/**
 * Deletes what lies in the new folder and the note does not list, once all that it lists is there. The folder is listed before the note is read again:
 * what a later revision has put is not in the listing.
 */
async function clear({ version }: StoredNote, place: PartitionPlace, tools: MergeTools): Promise<void> {
  const { store, catalog } = tools;
  const { name } = place.table;
  const listed = await Array.fromAsync(store.list(mergedPlace(name, place.hivePath)));
  const now = await readMerged(store, name, place.hivePath);
  if (now?.version !== version) throw new NoteChanged('another process has changed the note');
  const sizes = new Map(listed.map(({ key, size }) => [key, size]));
  if (now.note.files.some(({ key, bytes }) => bytes === undefined || sizes.get(key) !== bytes)) return;
  const keys = await deletable(listed, now.note, place, tools);
  if (keys.length === 0) return;
  // an Iceberg table may have taken them in
  const table = await catalog.load(name);
  if (table === undefined || table.parameters[adoptedByParameter] !== undefined) return;
  await store.delete(keys);
}

/** Keys of files that the note lists no longer; those that no revision lists only where their rows are elsewhere. */
async function deletable(
  listed: readonly ObjectInfo[],
  note: MergedPartition,
  place: PartitionPlace,
  tools: MergeTools,
): Promise<string[]> {
  const files = new Set(note.files.map(({ key }) => key));
  const passed = new Set(note.obsolete);
  const others = listed.filter(({ key }) => !files.has(key) && topicOfFile(key) !== undefined);
  const keys: string[] = [];
  for (const file of others)
    if (passed.has(file.key) || (await isElsewhere(file, { note, place }, tools))) keys.push(file.key);
  const left = others.length - keys.length;
  const why = `no note lists them, and rows of theirs are nowhere else: restore _ledger/${place.table.name}.merged/`;
  if (left > 0) leftAlone(place, left, why, tools);
  return keys;
}

function tellPlan(
  before: MergedPartition | undefined,
  plan: MergedPartition,
  look: PartitionLook,
  { place, tools }: { readonly place: PartitionPlace; readonly tools: MergeTools },
): void {
  if (before === undefined) tellMerged(plan, look, place, tools);
  else tools.observe({ kind: 'caught-up', table: place.table.name, partition: place.values, ...countsOf(look) });
}

function countsOf({ added, unlisted }: PartitionLook) {
  return { added: added.length, replaced: unlisted.size };
}

function tellMerged(
  { files }: MergedPartition,
  { old }: PartitionLook,
  { table, values }: PartitionPlace,
  { observe }: MergeTools,
): void {
  for (const { sources, rows, bytes: mergedBytes } of files) {
    if (sources.length < 2) continue;
    const bytes = sources.reduce((sum, { key }) => sum + (old.get(key)?.size ?? 0), 0);
    const facts = { files: sources.length, bytes, rows, ...(mergedBytes !== undefined && { mergedBytes }) };
    observe({ kind: 'merged', table: table.name, partition: values, ...facts });
  }
}

function leftAlone({ table, values }: PartitionPlace, files: number, why: string, { observe }: MergeTools): void {
  observe({ kind: 'left-alone', table: table.name, partition: values, files, why });
}
