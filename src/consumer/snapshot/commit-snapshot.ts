import { largestOf } from '../../runtime/extremes.ts';
import { describeFile } from '../../iceberg/manifests/data-file.ts';
import type { LoadedTable, TableChange } from '../../iceberg/iceberg-catalog.ts';
import type { DataFile } from '../../iceberg/manifests/manifest.ts';
import {
  stageSnapshot,
  type SnapshotPlan,
  type StagedSnapshot,
  type StageOptions,
} from '../../iceberg/stage/stage-snapshot.ts';
import { TableFiles } from '../../iceberg/manifests/table-files.ts';
import { mapAhead, readsAtOnce } from '../../runtime/concurrency.ts';
import type { CommittedSnapshot } from '../commit/tools/pipeline-observer.ts';
import type { WrittenObject } from '../ledger/entry/ledger-entry.ts';
import { isDamage } from './damaged-files.ts';
import { loadTable } from './load-table.ts';
import { findLost, nothingLost, withLost, type LostObjects } from './lost-objects.ts';
import { objectsOf, pendingEntries, type PendingEntries } from './pending-entries.ts';
import type { SnapshotTools } from './snapshot-tools.ts';
import type { TopicTable } from '../table/dead-letters/topic-tables.ts';
import {
  positionsOf,
  positionFacts,
  positionsProperty,
  snapshotProperty,
  withPositions,
  type TablePositions,
} from './table-positions.ts';
import { objectSource, type FileStatistics } from '../ports/parquet.ts';
import { changedByOthers } from '../ports/catalog-rules.ts';
import { conflictsMax } from './conflicts.ts';

export interface CommitOptions {
  /** Kafka partitions that may have new entries, beside those that the table has positions of. */
  readonly partitions: readonly number[];
  /** Entries without anything for the table are passed over once there are this many. */
  readonly entriesMin: number;
}

export interface SnapshotOutcome {
  readonly committed: CommittedSnapshot;
  /** The ledger holds more than one snapshot takes. */
  readonly hasMore: boolean;
}

/**
 * Takes in what the ledger holds beyond the table's positions, as one snapshot, and moves the positions in the same change. Any
 * process may do it at any time: positions are read anew for every try, so that a change whose answer was lost is found made, and what
 * another process has taken in is not taken in again. Resolves with `undefined` when there is nothing to take in. A retryable rejection
 * leaves the outcome open: calling it again settles it.
 */
export async function commitSnapshot(
  target: TopicTable,
  options: CommitOptions,
  tools: SnapshotTools,
): Promise<SnapshotOutcome | undefined> {
  const startMs = tools.clock.monotonicMs();
  let lost = nothingLost;
  for (let conflicts = 0; conflicts < conflictsMax; conflicts++) {
    const table = await loadTable(target.name, tools);
    if (table === undefined) return undefined;
    const work = await findWork(table, { ...options, target, lost }, tools);
    if (work === undefined && lost.error !== undefined) throw lost.error;
    if (work === undefined) return undefined;
    const planned = await changeUnlessLost(work, tools);
    if ('until' in planned) {
      lost = withLost(lost, planned);
      continue;
    }
    const { change, snapshotId } = planned;
    if ((await tools.iceberg.commit(table, change)).kind === 'conflict') continue;
    const { pending, objects } = work;
    const committed = {
      table: target.name,
      ...(snapshotId !== undefined && { snapshotId }),
      entries: pending.entries.length,
      files: objects.length,
      rows: objects.reduce((sum, { rows }) => sum + rows, 0),
      conflicts,
      waitedMs: waitOf(pending, tools.clock.nowMs()),
      tookMs: tools.clock.monotonicMs() - startMs,
    };
    // the next call says what is lost, once all that is not is in the table
    return { committed, hasMore: pending.hasMore || lost.error !== undefined };
  }
  throw changedByOthers(target.name, conflictsMax);
}

interface WorkOptions extends CommitOptions {
  readonly target: TopicTable;
  readonly lost: LostObjects;
}

/** What the ledger holds beyond the positions of the table; `undefined` where it is nothing, or not worth a change. */
async function findWork(
  table: LoadedTable,
  { partitions, entriesMin, target, lost }: WorkOptions,
  tools: SnapshotTools,
): Promise<Work | undefined> {
  const positions = positionsOf(table.metadata, tools.topic);
  const all = [...new Set([...positions.keys(), ...partitions])].toSorted((a, b) => a - b);
  const pending = await pendingEntries(all, { positions, until: lost.until }, tools);
  const objects = objectsOf(pending.entries, target.kind).filter(({ key }) => !lost.expired.has(key));
  if (pending.positions.size === 0) return undefined;
  if (objects.length === 0 && pending.entries.length < entriesMin) return undefined;
  return { table, pending, positions, objects, target, lost };
}

function waitOf({ entries }: PendingEntries, nowMs: number): number {
  return Math.max(0, largestOf(entries.map(({ outcome }) => nowMs - Date.parse(outcome.committedAt))));
}

interface Work {
  readonly table: LoadedTable;
  readonly target: TopicTable;
  readonly lost: LostObjects;
  readonly pending: PendingEntries;
  readonly positions: TablePositions;
  readonly objects: readonly WrittenObject[];
}

interface PlannedChange {
  readonly change: TableChange;
  readonly snapshotId?: bigint;
}

/** Plans the change; or says which objects are lost, where one that is to be added is not there or damaged. */
async function changeUnlessLost(work: Work, tools: SnapshotTools): Promise<PlannedChange | LostObjects> {
  try {
    return await changeOf(work, tools);
  } catch (error) {
    if (!isDamage(error)) throw error;
    const lost = await findLost(work.pending.entries, work, tools);
    if (lost === undefined) throw error;
    return lost;
  }
}

async function changeOf(
  { table: { name, metadata }, pending, positions, objects }: Work,
  tools: SnapshotTools,
): Promise<PlannedChange> {
  const moved = withPositions(metadata, tools.topic, new Map([...positions, ...pending.positions]));
  const uuid = { type: 'assert-table-uuid', uuid: metadata['table-uuid'] } as const;
  if (objects.length === 0) {
    const updates = [{ action: 'set-properties' as const, updates: { [positionsProperty]: moved } }];
    return { change: { requirements: [uuid], updates } };
  }
  const plan: SnapshotPlan = {
    operation: 'append',
    added: describeObjects(objects, { metadata }, tools),
    removedPaths: new Set(),
    summary: { 'glueless.entries': String(pending.entries.length) },
    facts: positionFacts(moved),
  };
  const staged = await stage({ name, metadata }, plan, tools);
  return { change: withProperties(staged, moved), snapshotId: staged.snapshot['snapshot-id'] };
}

export interface DescribeTools extends Pick<SnapshotTools, 'store' | 'parquet'> {
  /** Throws for a file that the table can't take. */
  readonly check?: (key: string, statistics: FileStatistics) => void;
}

/** Describes objects in the store as files of the table, one by one; their footers are read, a few ahead. */
export function describeObjects(
  objects: readonly Pick<WrittenObject, 'key' | 'bytes' | 'partition'>[],
  { metadata }: Pick<LoadedTable, 'metadata'>,
  { store, parquet, check }: DescribeTools,
): AsyncIterable<DataFile> {
  return mapAhead(objects, readsAtOnce, async ({ key, bytes, partition }) => {
    const statistics = await parquet.statistics(objectSource(store, { key, size: bytes }));
    check?.(key, statistics);
    return describeFile({ uri: store.uri(key), bytes, partition, statistics }, metadata);
  });
}

/** Writes the files of a snapshot of the table that follows the current one; it notes the positions that the table has, unless the plan says others. */
export async function stage(
  { name, metadata }: Pick<LoadedTable, 'name' | 'metadata'>,
  plan: SnapshotPlan,
  { store, clock, newTryId, newSnapshotId }: SnapshotTools,
  options: Pick<StageOptions, 'manifestsMin'> = {},
): Promise<StagedSnapshot> {
  const facts = positionFacts(metadata.properties[positionsProperty]);
  return stageSnapshot(
    metadata,
    { facts, ...plan },
    {
      ...options,
      files: new TableFiles(store),
      metadataPrefix: `${name}/metadata/`,
      tryId: newTryId(),
      snapshotId: newSnapshotId(),
      nowMs: clock.nowMs(),
    },
  );
}

/** The staged change together with the properties that say what the table holds afterwards. */
export function withProperties({ snapshot, updates, requirements }: StagedSnapshot, positions: string): TableChange {
  const properties = { [positionsProperty]: positions, [snapshotProperty]: String(snapshot['snapshot-id']) };
  return { requirements, updates: [...updates, { action: 'set-properties', updates: properties }] };
}
