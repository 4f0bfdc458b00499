import { mapConcurrently, readsAtOnce } from '../../../runtime/concurrency.ts';
import { isOfFormat1 } from '../../ledger/keys/format-1.ts';
import { isCommitted, isDeletable, isWritten, listsObject, type LedgerEntry } from '../../ledger/entry/ledger-entry.ts';
import type { MergedPartition } from '../../ledger/notes/merged-partition.ts';
import { hivePathOf, isHidden, parseObjectName, type ObjectName } from '../../ledger/keys/object-keys.ts';
import type { ObjectInfo } from '../../ports/lake.ts';
import type { MergeTools, HivePartition } from './merge-tools.ts';
import type { ListedObject, PartitionChange } from './plan-merged-files.ts';
import { readEntry, unaccounted } from './read-entry.ts';

/** What a partition's old folder and the ledger say of it at one moment. */
export interface PartitionContents extends PartitionChange {
  /** Objects in the old folder, by their keys. */
  readonly old: ReadonlyMap<string, ObjectInfo>;
  /** How many objects of the old folder can't be told to be rows or rubbish, by the reason in words. */
  readonly open: ReadonlyMap<string, number>;
}

/** An entry and what of the partition belongs to it. */
interface Involved {
  readonly name: ObjectName;
  /** Keys in the old folder that no file of the note has as a source. */
  readonly found: string[];
  /** Keys of the note's sources. */
  readonly sources: string[];
}

/** What is collected of a look. */
interface Collected {
  readonly old: Map<string, ObjectInfo>;
  readonly sources: ReadonlySet<string>;
  readonly added: ListedObject[];
  readonly replacedSources: Set<string>;
  readonly open: Map<string, number>;
}

type ReadTools = Pick<MergeTools, 'store' | 'ledger'>;

/**
 * Looks at the old folder first, then at each entry that an object there is of, or that was replaced since it became a source, once: what
 * an entry lists is taken as a whole, so that a replay beside it is seen either before or after.
 */
export async function readPartition(
  hivePartition: HivePartition,
  note: MergedPartition | undefined,
  tools: ReadTools,
): Promise<PartitionContents> {
  const listed = await Array.fromAsync(tools.store.list(`${hivePartition.table.name}/${hivePartition.hivePath}/`));
  const collected: Collected = {
    old: new Map(listed.filter(({ key }) => !isHidden(key)).map((info) => [info.key, info])),
    sources: new Set((note?.files ?? []).flatMap((file) => file.sources.map(({ key }) => key))),
    added: [],
    replacedSources: new Set(),
    open: new Map(),
  };
  const involved = await findInvolved(hivePartition, collected);
  await mapConcurrently(involved, readsAtOnce, (each) => lookAtEntry(each, collected, hivePartition, tools));
  return collected;
}

/** The entries of objects that are no sources, and of sources that may have been replaced. */
async function findInvolved({ table, hivePath, replaced }: HivePartition, collected: Collected): Promise<Involved[]> {
  const { old, sources, open } = collected;
  const involved = new Map<string, Involved>();
  const involve = (name: ObjectName): Involved => {
    const known = involved.get(idOf(name)) ?? { name, found: [], sources: [] };
    involved.set(idOf(name), known);
    return known;
  };
  for (const key of old.keys()) {
    if (sources.has(key)) continue;
    const name = parseObjectName(key);
    if (name === undefined || !isIn(key, table.name, hivePath)) count(open, unaccounted.notOurs);
    else involve(name).found.push(key);
  }
  for (const name of namesOf(sources)) if (await replaced.has(name, name.from)) involve(name);
  for (const key of sources) involved.get(idOf(parseObjectName(key)))?.sources.push(key);
  return [...involved.values()];
}

/** Takes in what the entry lists in the partition, if all of it is there. */
async function lookAtEntry(
  { name, found, sources: own }: Involved,
  { old, sources, added, replacedSources, open }: Collected,
  { table: { name: table }, hivePath }: HivePartition,
  { store, ledger }: ReadTools,
): Promise<void> {
  const entry = await readEntry(name, { ledger, table });
  for (const key of found) count(open, whyOpen(entry, key));
  if (entry === undefined || entry === 'unreadable' || !isWritten(entry)) return;
  const rows = entry.outcome.objects.filter(({ key, kind }) => kind === 'rows' && isIn(key, table, hivePath));
  const more = rows.filter(({ key }) => !sources.has(key));
  for (const { key } of more) {
    const info = old.get(key) ?? (await store.head(key));
    if (info !== undefined) old.set(key, info);
  }
  if (more.some(({ key, bytes }) => old.get(key)?.size !== bytes))
    return count(open, 'what their ledger entry lists is missing or damaged: `glueless verify` says more');
  const keys = new Set(rows.map(({ key }) => key));
  for (const key of own) if (!keys.has(key)) replacedSources.add(key);
  for (const each of more) added.push({ key: each.key, rows: each.rows, bytes: each.bytes });
}

function namesOf(keys: Iterable<string>): ObjectName[] {
  return [...keys].flatMap((key) => parseObjectName(key) ?? []);
}

/** Tells the entries of a table apart. */
function idOf(name: ObjectName | undefined): string {
  return name === undefined ? '' : `${name.topic}/${name.partition}/${name.from}`;
}

function isIn(key: string, table: string, hivePath: string): boolean {
  return key.startsWith(`${table}/`) && hivePathOf(key, table) === hivePath;
}

/** Why nobody can tell yet what becomes of the object; `undefined` for one that counts, and for one that never will. */
function whyOpen(entry: LedgerEntry | 'unreadable' | undefined, key: string): string | undefined {
  if (entry === undefined) return unaccounted.noEntry;
  if (entry === 'unreadable') return unaccounted.unreadable;
  const generation = parseObjectName(key)?.generation ?? 0;
  if (isDeletable(entry, { key, generation })) return undefined;
  if (!isCommitted(entry)) return `they are of a range that is ${entry.state}: the next call looks again`;
  if (!listsObject(entry, key)) return unaccounted.unlisted;
  if (isOfFormat1({ generation }))
    return 'they were written by an early version: replay their range to have them merged';
  return undefined;
}

function count(counts: Map<string, number>, why: string | undefined): void {
  if (why !== undefined) counts.set(why, (counts.get(why) ?? 0) + 1);
}
