import { randomBytes, randomUUID } from 'node:crypto';
import type { CommitTools } from '../../consumer/commit/tools/commit-tools.ts';
import { SnapshotSchedule } from '../../consumer/snapshot/snapshot-schedule.ts';
import type { SnapshotTools } from '../../consumer/snapshot/snapshot-tools.ts';
import type { Queues } from '../../runtime/concurrency.ts';
import type { TableSettings } from '../config/settings/table-settings.ts';
import type { Lake } from '../lake/lake.ts';

/**
 * Makes the schedule that commits snapshots of the table and its dead letters; `undefined` for tables of the format Hive. `queues`: those
 * that all topics of the process share.
 */
export function createSnapshots(
  lake: Lake,
  tools: CommitTools,
  { commitEveryMs: everyMs }: TableSettings,
  queues?: Queues,
): SnapshotSchedule | undefined {
  const snapshots = snapshotTools(lake, tools);
  return snapshots && new SnapshotSchedule({ snapshots, tools, everyMs, queues });
}

/** Commits a snapshot of what the ledger holds and no snapshot has taken in. Every command that writes ends with it. */
export async function showWritten(lake: Lake, tools: CommitTools, settings: TableSettings): Promise<void> {
  await createSnapshots(lake, tools, settings)?.flush({ partitions: [], writtenMs: 0, waitingSinceMs: undefined });
}

export function snapshotTools(
  { iceberg, store, parquet }: Lake,
  { ledger, table, topic, clock }: Pick<CommitTools, 'ledger' | 'table' | 'topic' | 'clock'>,
): SnapshotTools | undefined {
  if (iceberg === undefined) return undefined;
  const ids = { newTryId: randomUUID, newSnapshotId };
  return { iceberg, store, parquet, ledger, table, topic, clock, ...ids };
}

/** Draws an id below 2^53, since readers in JavaScript lose digits of larger numbers. */
function newSnapshotId(): bigint {
  return (randomBytes(8).readBigUInt64BE() % (2n ** 53n - 1n)) + 1n;
}
