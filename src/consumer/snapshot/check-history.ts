import type { LoadedTable } from '../../iceberg/iceberg-catalog.ts';
import { readDataFiles } from '../../iceberg/manifests/read-snapshot.ts';
import { wholeOf } from '../../iceberg/manifests/single-value.ts';
import type { DataFile } from '../../iceberg/manifests/manifest.ts';
import { TableFiles } from '../../iceberg/manifests/table-files.ts';
import { currentSchema, currentSnapshot, type TableMetadata } from '../../iceberg/metadata/table-metadata.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { isExpired, readExpiry } from '../ledger/notes/expired-days.ts';
import { isWritten, type LedgerEntry, type WrittenObject } from '../ledger/entry/ledger-entry.ts';
import { parseObjectName } from '../ledger/keys/object-keys.ts';
import type { SnapshotTools } from './snapshot-tools.ts';
import { heldPositions, positionsOf, positionsProperty, snapshotProperty } from './table-positions.ts';

/** What tells how far the ledger is. */
type HistoryTools = Pick<SnapshotTools, 'store' | 'ledger' | 'table' | 'topic'>;

/**
 * Rejects with CATALOG_CORRUPT when somebody has removed the positions of a table that holds rows of ours: from the beginning, everything would be
 * added again. Rejects with TABLE_ROLLED_BACK when the table no longer holds what its positions say: its properties stay when somebody sets it back to an
 * older snapshot, and what came after that one would be missing without a word. Snapshots of others that follow ours are fine.
 */
export async function checkHistory(table: LoadedTable, tools: HistoryTools): Promise<void> {
  const { metadata } = table;
  if (metadata.properties[positionsProperty] === undefined && (await holdsOurs(table, tools)))
    throw untold(table, await heldBy(table, tools));
  const ours = metadata.properties[snapshotProperty];
  if (ours === undefined || isAncestor(BigInt(ours), metadata)) return;
  const isKept = metadata.snapshots.some((snapshot) => snapshot['snapshot-id'] === BigInt(ours));
  if (isKept) {
    const evidence = `its current snapshot does not come after ${ours}, the last one of ours`;
    throw rolledBack(table, evidence, await heldBy(table, tools));
  }
  // somebody has expired our snapshot: the files tell
  const missing = await findMissing(table, tools);
  if (missing !== undefined) throw rolledBack(table, missing, await heldBy(table, tools));
}

/** Says what the current snapshot holds, to follow a message. */
async function heldBy({ metadata }: LoadedTable, { store }: HistoryTools): Promise<string> {
  const held = await heldPositions(metadata, new TableFiles(store));
  return held === undefined ? '' : `; its current snapshot holds ${held}`;
}

/** True when a snapshot of ours, or a file that the ledger names so, says that there was a commit of ours. */
async function holdsOurs({ metadata }: LoadedTable, { store }: HistoryTools): Promise<boolean> {
  const { properties, snapshots } = metadata;
  const isOurs = (name: string): boolean => name.startsWith('glueless.');
  if (properties[snapshotProperty] !== undefined) return true;
  if (snapshots.some(({ summary = {} }) => Object.keys(summary).some(isOurs))) return true;
  for await (const { data_file: file } of readDataFiles(currentSnapshot(metadata), new TableFiles(store)))
    if (parseObjectName(file.file_path) !== undefined) return true;
  return false;
}

/** True when the snapshot is the current one, or one that the current one followed. */
function isAncestor(wanted: bigint, metadata: TableMetadata): boolean {
  const byId = new Map(metadata.snapshots.map((snapshot) => [snapshot['snapshot-id'], snapshot]));
  let current = currentSnapshot(metadata);
  for (let steps = 0; current !== undefined && steps <= byId.size; steps++) {
    if (current['snapshot-id'] === wanted) return true;
    const parent = current['parent-snapshot-id'] ?? undefined;
    if (parent === wanted) return true;
    current = parent === undefined ? undefined : byId.get(parent);
  }
  return false;
}

/** Says which Kafka partition's last rows are in no file, by the bounds of `kafka_partition` and `kafka_offset`. */
async function findMissing({ name, metadata }: LoadedTable, tools: HistoryTools): Promise<string | undefined> {
  const ids = coordinateIds(metadata);
  if (ids === undefined) return undefined;
  const open = new Map<number, { readonly from: bigint; readonly position: bigint }>();
  for (const [partition, position] of positionsOf(metadata, tools.topic)) {
    const last = await lastWithFiles(name, { partition, position }, tools);
    if (last !== undefined) open.set(partition, { from: last.from, position });
  }
  if (open.size === 0) return undefined;
  for await (const { data_file: file } of readDataFiles(currentSnapshot(metadata), new TableFiles(tools.store))) {
    for (const [partition, { from }] of open) if (mayReach(file, { partition, from }, ids)) open.delete(partition);
    if (open.size === 0) return undefined;
  }
  const [first] = open;
  if (first === undefined) return undefined;
  const [partition, { from, position }] = first;
  return `no file of it holds rows of ${tools.topic}/${partition} from offset ${from} on, and it was written up to ${position}`;
}

export interface CoordinateIds {
  readonly partition: number;
  readonly offset: number;
}

/** The ids of the columns that say where in Kafka a row comes from; `undefined` for a table without them. */
export function coordinateIds(metadata: TableMetadata): CoordinateIds | undefined {
  const ids = new Map(currentSchema(metadata).fields.map(({ id, name }) => [name, id]));
  const [partition, offset] = [ids.get('kafka_partition'), ids.get('kafka_offset')];
  return partition === undefined || offset === undefined ? undefined : { partition, offset };
}

/** True when the file may hold a row of the partition from the offset on; bounds that are not known exclude nothing. */
function mayReach(
  file: DataFile,
  { partition, from }: { readonly partition: number; readonly from: bigint },
  ids: CoordinateIds,
): boolean {
  const least = boundOf(file, 'lower_bounds', ids.partition) ?? partition;
  const most = boundOf(file, 'upper_bounds', ids.partition) ?? partition;
  const reached = boundOf(file, 'upper_bounds', ids.offset) ?? from;
  return least <= partition && most >= partition && reached >= from;
}

/** The last entry before the position, when it has files of the table. */
async function lastWithFiles(
  name: string,
  { partition, position }: { readonly partition: number; readonly position: bigint },
  { ledger, store, table, topic }: HistoryTools,
): Promise<LedgerEntry | undefined> {
  const last = await ledger.lastWithRecord({ table, topic, partition }, position);
  if (last === undefined || !isWritten(last)) return undefined;
  const kind = name === table ? 'rows' : 'dead-letters';
  const before = await readExpiry(store, table);
  const isHeld = (object: WrittenObject): boolean => object.kind === kind && !isExpired(object.partition, before);
  return last.outcome.objects.some(isHeld) ? last : undefined;
}

export function boundOf(file: DataFile, key: 'lower_bounds' | 'upper_bounds', id: number): bigint | undefined {
  const bound = file[key]?.find((pair) => pair.key === id)?.value;
  return bound && wholeOf(bound);
}

function untold({ name }: LoadedTable, held: string): PipelineError {
  return new PipelineError('CATALOG_CORRUPT', {
    message: `the table ${name} holds rows of ours, and its property ${positionsProperty}, which says how far, was removed${held}`,
    retryable: false,
    details: { table: name },
    hint: `set ${positionsProperty} to what the current snapshot holds, or to what the last metadata file that has it says`,
  });
}

function rolledBack({ name, metadata }: LoadedTable, evidence: string, held: string): PipelineError {
  return new PipelineError('TABLE_ROLLED_BACK', {
    message: `the table ${name} was set back to an older snapshot: ${evidence}${held}`,
    retryable: false,
    details: { table: name, positions: metadata.properties[positionsProperty] },
    hint: `set it forward again; or set its property ${positionsProperty} to what its snapshot holds and remove ${snapshotProperty}, and what followed is added again`,
  });
}
