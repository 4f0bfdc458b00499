import type { LoadedTable } from '../../iceberg/iceberg-catalog.ts';
import { TableFiles } from '../../iceberg/table-files.ts';
import { readReferences } from '../../iceberg/table-references.ts';
import { mapConcurrently } from '../../runtime/concurrency.ts';
import { isDeletable, type LedgerEntry } from '../ledger/ledger-entry.ts';
import { parseObjectName, topicOfFile } from '../ledger/object-keys.ts';
import type { ObjectInfo } from '../ports/lake.ts';
import { loadTable } from '../snapshot/commit-snapshot.ts';
import type { SnapshotTarget } from '../snapshot/snapshot-tools.ts';
import { positionsOf, type TablePositions } from '../snapshot/table-positions.ts';
import { changeFiles } from './change-files.ts';
import { kindOfFile } from './own-files.ts';
import type { Upkeep, UpkeepObserver } from './upkeep.ts';
import type { UpkeepTools } from './upkeep-tools.ts';

/** A file that may be deleted if the table does not name it. */
interface Candidate {
  readonly info: ObjectInfo;
  /** The entry that its name tells of, as it was before the table was looked at. */
  readonly entry: LedgerEntry | undefined;
  readonly kind: 'metadata' | 'merged' | 'of-entry';
}

const entriesAtOnce = 16;

/**
 * Deletes files of ours that no snapshot names and that are older than the upkeep says. A snapshot that changes nothing comes first: it refuses
 * every commit that was begun before it, also by a process that was frozen since, so that what the table does not name then is never
 * named again. An entry's object goes only when the table has held it and has lost it, or when the entry can never list it again.
 */
export async function removeOrphans(
  target: SnapshotTarget,
  { upkeep, observe }: { readonly upkeep: Upkeep; readonly observe: UpkeepObserver },
  tools: UpkeepTools,
): Promise<void> {
  const { name } = target;
  const before = await loadTable(name, tools);
  if (before === undefined) return;
  const candidates = await findCandidates(name, upkeep, tools);
  const likely = await orphansAmong(candidates, before, target, tools);
  if (typeof likely === 'string') observe({ kind: 'left-alone', table: name, files: candidates.length, why: likely });
  if (typeof likely === 'string' || likely.length === 0) return;
  if (upkeep.isDryRun) {
    observe({ kind: 'orphans-deleted', table: name, ...sumUp(likely) });
    return;
  }
  await fence(name, tools);
  const table = await loadTable(name, tools);
  if (table === undefined) return;
  const orphans = await orphansAmong(candidates, table, target, tools);
  if (typeof orphans === 'string' || orphans.length === 0) return;
  await tools.store.delete(orphans.map(({ key }) => key));
  observe({ kind: 'orphans-deleted', table: name, ...sumUp(orphans) });
}

/** Commits a snapshot that changes no file. */
async function fence(name: string, tools: UpkeepTools): Promise<void> {
  await changeFiles(name, async () => ({ operation: 'replace', added: [], removedPaths: new Set() }), tools);
}

async function findCandidates(name: string, { orphansBeforeMs }: Upkeep, tools: UpkeepTools): Promise<Candidate[]> {
  const found: Omit<Candidate, 'entry'>[] = [];
  for await (const info of tools.store.list(`${name}/`)) {
    const kind = kindOfFile(info.key, name);
    const isOld = info.modifiedMs !== undefined && info.modifiedMs < orphansBeforeMs;
    if (isOld && kind !== undefined && isOfTopic(info.key, kind, tools)) found.push({ info, kind });
  }
  return mapConcurrently(found, entriesAtOnce, async (each) => ({ ...each, entry: await entryOf(each, tools) }));
}

/** Files of other topics are looked at with their own ledger; metadata is everybody's. */
function isOfTopic(key: string, kind: Candidate['kind'], { topic }: UpkeepTools): boolean {
  return kind === 'metadata' || topicOfFile(key) === topic;
}

async function entryOf({ info, kind }: Omit<Candidate, 'entry'>, { ledger, table, topic }: UpkeepTools) {
  const name = kind === 'of-entry' ? parseObjectName(info.key) : undefined;
  if (name === undefined) return undefined;
  return (await ledger.get({ table, topic, partition: name.partition }, name.from))?.entry;
}

/** Those that the table does not name; or why none may be deleted, in words. */
async function orphansAmong(
  candidates: readonly Candidate[],
  table: LoadedTable,
  { kind }: SnapshotTarget,
  { store, topic }: UpkeepTools,
): Promise<ObjectInfo[] | string> {
  if (candidates.length === 0) return [];
  if (table.metadata.properties['gc.enabled'] === 'false')
    return 'the table’s property gc.enabled is false: another table may have the same files';
  const { named, unreadable } = await readReferences(table, new TableFiles(store));
  const [first] = unreadable;
  if (first !== undefined) return `${first.uri} can't be read, so that nobody knows what it names: ${first.why}`;
  const positions = positionsOf(table.metadata, topic);
  return candidates
    .filter((each) => !named.has(each.info.key) && (each.kind !== 'of-entry' || isPassed(each, kind, positions)))
    .map(({ info }) => info);
}

/**
 * True for an entry's object that no snapshot will take in any more. What a replacement that did not end may go back to stays, and so do dead
 * letters that the entry lists: redrive reads them.
 */
function isPassed(
  { entry, info: { key } }: Candidate,
  kind: SnapshotTarget['kind'],
  positions: TablePositions,
): boolean {
  const generation = parseObjectName(key)?.generation;
  if (entry === undefined || generation === undefined) return false;
  if (isDeletable(entry, { key, generation })) return true;
  if (entry.state !== 'written' || kind !== 'rows') return false;
  const isListed = entry.outcome.objects.some((object) => object.key === key);
  return isListed && (positions.get(entry.partition) ?? 0n) >= entry.to;
}

function sumUp(files: readonly ObjectInfo[]) {
  return { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
}
