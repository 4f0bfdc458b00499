import { hivePath as hivePathOfValues } from '../../../schema/partitions/layout.ts';
import { partitionEndMs } from '../../../schema/partitions/partition-end.ts';
import { hasProjection } from '../../../schema/partitions/projection.ts';
import { mapAhead, readsAtOnce } from '../../../runtime/concurrency.ts';
import { isExpired, readExpiry } from '../../ledger/notes/expired-days.ts';
import { listMergedPaths, readMerged, type StoredNote } from '../../ledger/notes/merged-partition.ts';
import { hivePathOf, isHidden, mergedFolder, parseObjectName } from '../../ledger/keys/object-keys.ts';
import { isSameLocation } from '../../ports/catalog-rules.ts';
import type { CatalogTable, ObjectInfo, ObjectStore } from '../../ports/lake.ts';
import { adoptedByParameter } from '../../table/catalog/shared-table.ts';
import { valuesOfPath } from './expired-objects.ts';
import type { MergeTools, HivePartition } from './merge-tools.ts';
import { isWorthMerging } from './plan-merged-files.ts';
import { mergedSizeOf } from '../merged-size.ts';
import { registeredPartitions, type Registered } from './registered-partitions.ts';
import { ReplacedEntries } from './replaced-entries.ts';
import { SupersededSources } from './superseded-sources.ts';
import { mergedLocation, updatePartition } from './update-partition.ts';
import type { Upkeep } from '../upkeep.ts';
import { coordinateColumns } from '../../table/objects/file-offsets.ts';

export interface HiveMergeOptions extends Pick<Upkeep, 'closedBeforeMs' | 'orphansBeforeMs' | 'expiredBefore'> {
  readonly table: string;
  /** Partitions that were never merged may be, too. */
  readonly mayMerge: boolean;
}

/** What is known of the table at the begin of a call. */
interface Known {
  readonly table: CatalogTable;
  readonly expiredBefore: string | undefined;
  readonly registered: ReadonlyMap<string, Registered>;
  /** Sizes of the objects in each new folder, by their keys. */
  readonly moved: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly replaced: ReplacedEntries;
}

/**
 * Merges the small files of a Hive table's closed partitions, and lets those that were merged before follow what replays and late rows have
 * changed since. Objects of the old folders go once no query can have planned them.
 */
export async function mergeHive(options: HiveMergeOptions, tools: MergeTools): Promise<void> {
  const { store, catalog, observe } = tools;
  const table = await catalog.load(options.table);
  if (table === undefined) return;
  const noted = new Set(await Array.fromAsync(listMergedPaths(store, table.name)));
  if (!options.mayMerge && noted.size === 0) return;
  const why = whyNotMerged(table, store);
  if (why !== undefined) return observe({ kind: 'not-merged', table: table.name, why });
  const known = await learn(table, options, tools);
  const context = { known, options, superseded: new SupersededSources(table, tools), tools };
  for await (const { hivePath, infos, stored } of partitionsOf(table.name, noted, store)) {
    if (tools.upkeep.signal?.aborted === true) return;
    if (stored !== undefined) await follow(stored, infos, context);
    else if (options.mayMerge) await mergeFirst(hivePath, infos, context);
  }
  await context.superseded.flush();
  await moveBackUnnoted(known, noted, tools);
}

/** Gives the partitions that have objects in the table's own folder, then those that have a note alone. */
async function* partitionsOf(table: string, noted: ReadonlySet<string>, store: ObjectStore) {
  const emptied = new Set(noted);
  for await (const { hivePath, infos } of foldersOf(store.list(`${table}/`), table)) {
    const stored = noted.has(hivePath) ? await readMerged(store, table, hivePath) : undefined;
    if (stored !== undefined) emptied.delete(hivePath);
    yield { hivePath, infos, stored };
  }
  const notes = mapAhead([...emptied], readsAtOnce, (hivePath) => readMerged(store, table, hivePath));
  for await (const stored of notes) if (stored !== undefined) yield { hivePath: stored.hivePath, infos: [], stored };
}

/** Why none of the table's partitions can move; `undefined` when they can. */
function whyNotMerged(
  { name, location, partitionKeys, parameters, columns, otherKind }: CatalogTable,
  store: ObjectStore,
) {
  const other = parameters[adoptedByParameter];
  if (otherKind !== undefined) return `the table is ${otherKind}`;
  if (other !== undefined) return `the Iceberg table ${other} shares them; its upkeep merges them`;
  if (hasProjection(parameters)) return 'with partition projection the catalog keeps no locations';
  if (partitionKeys.length === 0) return 'the table has no partitions, whose locations could be set';
  if (!isSameLocation(location, store.uri(`${name}/`))) return `the table lies at ${location}`;
  const names = new Set(columns.map((column) => column.name));
  if (!coordinateColumns.every((column) => names.has(column)))
    return 'the table lacks kafka_partition and kafka_offset (KAFKA_COLUMNS), by which rows are told apart';
  return undefined;
}

async function learn(table: CatalogTable, { expiredBefore }: HiveMergeOptions, tools: MergeTools): Promise<Known> {
  const { store } = tools;
  const moved = new Map<string, Map<string, number>>();
  const folder = mergedFolder(table.name);
  for await (const { key, size } of store.list(`${folder}/`)) {
    const path = hivePathOf(key, folder);
    moved.set(path, (moved.get(path) ?? new Map<string, number>()).set(key, size));
  }
  const noted = await readExpiry(store, table.name);
  const before = [noted, expiredBefore]
    .flatMap((day) => day ?? [])
    .toSorted()
    .at(-1);
  const replaced = new ReplacedEntries(store, table.name);
  return { table, expiredBefore: before, registered: await registeredPartitions(table, tools), moved, replaced };
}

interface Context {
  readonly known: Known;
  readonly options: HiveMergeOptions;
  readonly superseded: SupersededSources;
  readonly tools: MergeTools;
}

/** A partition that nobody has merged yet. */
async function mergeFirst(hivePath: string, infos: readonly ObjectInfo[], { known, options, tools }: Context) {
  const { table, expiredBefore, registered } = known;
  const values = valuesOfPath(hivePath);
  const keys = table.partitionKeys.map(({ name }) => name);
  if (hivePathOfValues(keys, values) !== hivePath || isExpired(values, expiredBefore)) return;
  const endMs = partitionEndMs(values);
  if (endMs === undefined || endMs > options.closedBeforeMs) return;
  const files = infos.filter(({ key }) => parseObjectName(key) !== undefined && !isHidden(key));
  // rows are looked up where bytes say that it may be worth it
  const sizes = files.map(({ size: bytes }) => ({ bytes, rows: 0 }));
  if (!isWorthMerging(sizes, mergedSizeOf(table.columns, tools.upkeep.targetBytes))) return;
  const at = registered.get(hivePath) ?? 'missing';
  if (at === 'old') {
    const hivePartition = hivePartitionOf(values, hivePath, known);
    await updatePartition(undefined, { hivePartition, registered: at }, tools);
    return;
  }
  if (at === 'moved') return;
  const why =
    at === 'elsewhere' ? 'the partition lies elsewhere in the catalog' : 'the partition is not in the catalog';
  tools.observe({ kind: 'left-alone', table: table.name, partition: values, files: files.length, why });
}

/** Lets a partition with a note follow the ledger. */
async function follow(
  stored: StoredNote,
  infos: readonly ObjectInfo[],
  { known, options, superseded, tools }: Context,
) {
  const { note, hivePath } = stored;
  const { table, expiredBefore, registered } = known;
  if (isExpired(note.values, expiredBefore)) return;
  const at = registered.get(hivePath) ?? 'missing';
  const hivePartition = hivePartitionOf(note.values, hivePath, known);
  const isFresh = note.movedAt === undefined;
  const replaced = isFresh ? new ReplacedEntries(tools.store, table.name) : known.replaced;
  const isStill = await isSteady(stored, infos, at, known);
  const current = isStill
    ? stored
    : await updatePartition(stored, { hivePartition: { ...hivePartition, replaced }, registered: at }, tools);
  if (current?.note.movedAt === undefined || Date.parse(current.note.movedAt) >= options.orphansBeforeMs) return;
  await superseded.add(current, infos);
}

/** True when nothing can have changed since the note was written. */
async function isSteady(
  { note, hivePath }: StoredNote,
  infos: readonly ObjectInfo[],
  at: Registered | 'missing',
  { moved, replaced }: Known,
): Promise<boolean> {
  if (note.movedAt === undefined || at !== 'moved') return false;
  const there = moved.get(hivePath) ?? new Map<string, number>();
  if (there.size !== note.files.length) return false;
  if (note.files.some(({ key, bytes }) => bytes === undefined || there.get(key) !== bytes)) return false;
  const sources = new Set(note.files.flatMap((file) => file.sources.map(({ key }) => key)));
  if (infos.some(({ key }) => !sources.has(key) && !isHidden(key))) return false;
  for (const key of sources) {
    const name = parseObjectName(key);
    if (name !== undefined && (await replaced.has(name, name.from))) return false;
  }
  return true;
}

function hivePartitionOf(values: readonly string[], hivePath: string, { table, replaced }: Known): HivePartition {
  return { table, values, hivePath, replaced };
}

/** Sets the location of partitions back that lie in a new folder of which there is no note, and no file: their rows are in the old one. */
async function moveBackUnnoted(known: Known, noted: ReadonlySet<string>, tools: MergeTools): Promise<void> {
  const { table, registered, moved } = known;
  for (const [hivePath, at] of registered) {
    if (at !== 'moved' || noted.has(hivePath)) continue;
    if ((await readMerged(tools.store, table.name, hivePath)) !== undefined) continue;
    const values = valuesOfPath(hivePath);
    const hivePartition = hivePartitionOf(values, hivePath, known);
    const files = moved.get(hivePath)?.size ?? 0;
    const why = `nothing notes what ${mergedLocation(hivePartition, tools)} is to hold: restore _ledger/${table.name}.merged/`;
    if (files > 0) tools.observe({ kind: 'left-alone', table: table.name, partition: values, files, why });
    if (files > 0) continue;
    const location = tools.store.uri(`${table.name}/${hivePath}/`);
    if (!tools.upkeep.isDryRun) await tools.catalog.movePartition(table, { values, location });
    tools.observe({ kind: 'placed', table: table.name, partition: values, location });
  }
}

/** Groups a listing by Hive partition. */
async function* foldersOf(listed: AsyncIterable<ObjectInfo>, table: string) {
  let group: { hivePath: string; infos: ObjectInfo[] } | undefined;
  for await (const info of listed) {
    const hivePath = hivePathOf(info.key, table);
    if (group !== undefined && group.hivePath !== hivePath) yield group;
    if (group?.hivePath === hivePath) group.infos.push(info);
    else group = { hivePath, infos: [info] };
  }
  if (group !== undefined) yield group;
}
