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

/** A file that is old, and ours by its name. */
interface OldFile {
  readonly info: ObjectInfo;
  readonly kind: 'metadata' | 'merged' | 'of-entry';
}

interface Candidate extends OldFile {
  /** The entry that its name tells of, as it was before the table was looked at last. */
  readonly entry: LedgerEntry | undefined;
}

/** A table with the keys of all files that its metadata names. */
interface NamedFiles {
  readonly table: LoadedTable;
  readonly named: ReadonlyMap<string, string>;
  /** Why nothing may be deleted, in words. */
  readonly why: string | undefined;
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
  const { name, kind } = target;
  const before = await loadNamed(name, tools);
  if (before === undefined) return;
  const unnamed = await findUnnamed(before, upkeep, tools);
  if (unnamed.length === 0) return;
  if (before.why !== undefined) {
    observe({ kind: 'left-alone', table: name, files: unnamed.length, why: before.why });
    return;
  }
  const candidates = await mapConcurrently(unnamed, entriesAtOnce, (file) => withEntry(file, tools));
  const likely = orphansAmong(candidates, before, kind, tools);
  if (likely.length === 0) return;
  if (upkeep.isDryRun) {
    observe({ kind: 'orphans-deleted', table: name, ...sumUp(likely) });
    return;
  }
  await fence(name, tools);
  const now = await loadNamed(name, tools);
  if (now === undefined || now.why !== undefined) return;
  const orphans = orphansAmong(candidates, now, kind, tools);
  if (orphans.length === 0) return;
  await tools.store.delete(orphans.map(({ key }) => key));
  observe({ kind: 'orphans-deleted', table: name, ...sumUp(orphans) });
}

/** Commits a snapshot that changes no file. */
async function fence(name: string, tools: UpkeepTools): Promise<void> {
  await changeFiles(name, async () => ({ operation: 'replace', added: [], removedPaths: new Set() }), tools);
}

async function findUnnamed(
  { table: { name }, named }: NamedFiles,
  { orphansBeforeMs }: Upkeep,
  tools: UpkeepTools,
): Promise<OldFile[]> {
  const found: OldFile[] = [];
  for await (const info of tools.store.list(`${name}/`)) {
    const kind = kindOfFile(info.key, name);
    const isOld = info.modifiedMs !== undefined && info.modifiedMs < orphansBeforeMs;
    if (!isOld || kind === undefined || named.has(info.key)) continue;
    if (isOfTopic(info.key, kind, tools)) found.push({ info, kind });
  }
  return found;
}

/** Files of other topics are looked at with their own ledger; metadata is everybody's. */
function isOfTopic(key: string, kind: OldFile['kind'], { topic }: UpkeepTools): boolean {
  return kind === 'metadata' || topicOfFile(key) === topic;
}

async function loadNamed(name: string, tools: UpkeepTools): Promise<NamedFiles | undefined> {
  const table = await loadTable(name, tools);
  if (table === undefined) return undefined;
  const { named, unreadable } = await readReferences(table, new TableFiles(tools.store));
  const [first] = unreadable;
  if (first !== undefined)
    return { table, named, why: `${first.uri} can't be read, so that nobody knows what it names: ${first.why}` };
  const isShared = !isTrue(table.metadata.properties['gc.enabled'] ?? 'true');
  const why = isShared ? 'the table’s property gc.enabled is false: another table may have the same files' : undefined;
  return { table, named, why };
}

/** Reads a property as Iceberg's own classes do: everything that is not `true` is false. */
function isTrue(text: string): boolean {
  return text.toLowerCase() === 'true';
}

async function withEntry(file: OldFile, { ledger, table, topic }: UpkeepTools): Promise<Candidate> {
  const name = file.kind === 'of-entry' ? parseObjectName(file.info.key) : undefined;
  if (name === undefined) return { ...file, entry: undefined };
  return { ...file, entry: (await ledger.get({ table, topic, partition: name.partition }, name.from))?.entry };
}

function orphansAmong(
  candidates: readonly Candidate[],
  { table, named }: NamedFiles,
  kind: SnapshotTarget['kind'],
  { topic }: UpkeepTools,
): ObjectInfo[] {
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
