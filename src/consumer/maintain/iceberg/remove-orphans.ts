import type { LoadedTable } from '../../../iceberg/iceberg-catalog.ts';
import { TableFiles } from '../../../iceberg/manifests/table-files.ts';
import { readReferences } from '../../../iceberg/manifests/table-references.ts';
import { mapConcurrently, readsAtOnce } from '../../../runtime/concurrency.ts';
import { isDeletable, type LedgerEntry } from '../../ledger/entry/ledger-entry.ts';
import { isExpired, readExpiry } from '../../ledger/notes/expired-days.ts';
import { parseObjectName, topicOfFile } from '../../ledger/keys/object-keys.ts';
import type { ObjectInfo } from '../../ports/lake.ts';
import { loadTable } from '../../snapshot/load-table.ts';
import { leastPositions, namedReferences } from '../../snapshot/kept-positions.ts';
import type { TopicTable } from '../../table/dead-letters/topic-tables.ts';
import { positionsOf, type TablePositions } from '../../snapshot/table-positions.ts';
import { fence } from '../../snapshot/change-files.ts';
import { kindOfFile } from './file-kind.ts';
import type { Upkeep, UpkeepObserver } from '../upkeep.ts';
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
  /** Positions beyond which the table may take in again what the ledger has written. */
  readonly least: TablePositions;
  /** Why nothing may be deleted, in words. */
  readonly why: string | undefined;
}

/**
 * Deletes files of ours that no snapshot names and that are older than the upkeep says. A snapshot that changes nothing comes first: it refuses
 * every commit that was begun before it, also by a process that was frozen since, so that what the table does not name then is never
 * named again. An entry's object goes only when the table has held it and has lost it, or when the entry can never list it again. What would be
 * taken in again if somebody set the table back to a snapshot that it keeps stays.
 */
export async function removeOrphans(
  target: TopicTable,
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
  const candidates = await mapConcurrently(unnamed, readsAtOnce, (file) => withEntry(file, tools));
  const rules = { kind, topic: tools.topic, expiry: await readExpiry(tools.store, tools.table) };
  const likely = orphansAmong(candidates, before, rules);
  observeKept(candidates, before, rules, observe);
  if (likely.length === 0) return;
  if (upkeep.isDryRun) {
    observe({ kind: 'orphans-deleted', table: name, ...sumUp(likely) });
    return;
  }
  await fence(name, tools);
  const now = await loadNamed(name, tools);
  if (now === undefined || now.why !== undefined) return;
  const orphans = orphansAmong(candidates, now, rules);
  if (orphans.length === 0) return;
  await tools.store.delete(orphans.map(({ key }) => key));
  observe({ kind: 'orphans-deleted', table: name, ...sumUp(orphans) });
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
  const { named, facts, unreadable } = await readReferences(table, new TableFiles(tools.store));
  const least = leastPositions(table.metadata, facts, tools.topic);
  const [first] = unreadable;
  if (first !== undefined)
    return { table, named, least, why: `${first.uri} can't be read, so that nobody knows what it names: ${first.why}` };
  const isShared = !isTrue(table.metadata.properties['gc.enabled'] ?? 'true');
  const why = isShared ? 'the table’s property gc.enabled is false: another table may have the same files' : undefined;
  return { table, named, least, why };
}

/** Reads a property as Iceberg's own classes do: everything that is not `true` is false. */
function isTrue(text: string): boolean {
  return text.toLowerCase() === 'true';
}

async function withEntry(file: OldFile, { ledger, table, topic }: UpkeepTools): Promise<Candidate> {
  const name = file.kind === 'of-entry' ? parseObjectName(file.info.key) : undefined;
  if (name === undefined) return { ...file, entry: undefined };
  return { ...file, entry: (await ledger.find({ table, topic, partition: name.partition }, name.from))?.entry };
}

function orphansAmong(
  candidates: readonly Candidate[],
  { table: { metadata }, named, least }: NamedFiles,
  rules: OrphanRules,
): ObjectInfo[] {
  const positions = positionsOf(metadata, rules.topic);
  return candidates
    .filter(({ info: { key } }) => !named.has(key))
    .filter((each) => each.kind !== 'of-entry' || isOrphaned(each, { ...rules, positions, least }))
    .map(({ info }) => info);
}

/** What decides, beside the table, whether an object is an orphan. */
interface OrphanRules {
  readonly kind: TopicTable['kind'];
  readonly topic: string;
  /** The first day that was never removed. */
  readonly expiry: string | undefined;
}

/** Says what only tags and branches keep: without a word nobody would know why it never goes. */
function observeKept(
  candidates: readonly Candidate[],
  state: NamedFiles,
  rules: OrphanRules,
  observe: UpkeepObserver,
): void {
  const references = namedReferences(state.table.metadata);
  if (references === undefined) return;
  const least = positionsOf(state.table.metadata, rules.topic);
  const files =
    orphansAmong(candidates, { ...state, least }, rules).length - orphansAmong(candidates, state, rules).length;
  if (files === 0) return;
  const why = `their rows would be added again from them if the table was set back to a snapshot that it keeps: it has ${references}`;
  observe({ kind: 'left-alone', table: state.table.name, files, why });
}

/**
 * True for an entry's object that no snapshot will take in any more. What a replacement that did not end may go back to stays, and so do dead
 * letters that the entry lists: redrive reads them.
 */
function isOrphaned(
  { entry, info: { key } }: Candidate,
  { kind, expiry, positions, least }: OrphanRules & Record<'positions' | 'least', TablePositions>,
): boolean {
  const generation = parseObjectName(key)?.generation;
  if (entry === undefined || generation === undefined) return false;
  if (isDeletable(entry, { key, generation })) return true;
  if (entry.state !== 'written' || kind !== 'rows') return false;
  const listed = entry.outcome.objects.find((object) => object.key === key);
  if (listed === undefined) return false;
  const isBehind = (reached: TablePositions): boolean => (reached.get(entry.partition) ?? 0n) >= entry.to;
  return isBehind(positions) && (isBehind(least) || isExpired(listed.partition, expiry));
}

function sumUp(files: readonly ObjectInfo[]) {
  return { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
}
