import { expiryDay } from '../../consumer/ledger/notes/expired-days.ts';
import { Ledger } from '../../consumer/ledger/ledger.ts';
import { mergeHive } from '../../consumer/maintain/hive/merge-partitions.ts';
import { removeExpired } from '../../consumer/maintain/hive/remove-expired.ts';
import { removeLeftovers } from '../../consumer/maintain/hive/remove-leftovers.ts';
import type { Upkeep, UpkeepObserver } from '../../consumer/maintain/upkeep.ts';
import { maintainIceberg } from '../../consumer/maintain/iceberg/maintain-iceberg.ts';
import { systemClock } from '../../runtime/clock.ts';
import { snapshotTools } from '../write/create-snapshots.ts';
import type { Settings } from '../config/settings.ts';
import type { Lake } from '../lake/lake.ts';
import { requireFormat } from '../lake/require-format.ts';
import { rewriteForm } from '../lake/rewrite-form.ts';
import { mergeParts } from './merge-parts.ts';

export interface UpkeepOptions extends Pick<Upkeep, 'isDryRun' | 'signal'> {
  readonly lake: Lake;
  readonly nowMs: number;
  readonly observe: UpkeepObserver;
}

/** Keeps the table and its dead letters in shape, once. */
export async function runUpkeep(settings: Settings, options: UpkeepOptions): Promise<void> {
  await requireFormat(options.lake, settings);
  const upkeep = upkeepOf(settings, options);
  await removeUploads(settings, upkeep, options);
  switch (settings.table.format) {
    case 'iceberg':
      return maintainSnapshots(settings, upkeep, options);
    case 'hive':
      return maintainHive(settings, upkeep, options);
  }
}

async function removeUploads(
  { table }: Settings,
  { orphansBeforeMs: beforeMs, isDryRun }: Upkeep,
  { lake, observe }: UpkeepOptions,
): Promise<void> {
  const found = await lake.store.removeAbandoned?.({ beforeMs, isDryRun });
  if (found !== undefined && found.files > 0) observe({ kind: 'uploads-deleted', table: table.name, ...found });
}

async function maintainSnapshots(
  { kafka, table, parquet }: Settings,
  upkeep: Upkeep,
  { lake, observe }: UpkeepOptions,
): Promise<void> {
  const ledger = new Ledger(lake.store);
  const tools = snapshotTools(lake, { ledger, table: table.name, topic: kafka.topic, clock: systemClock });
  if (tools === undefined) throw new TypeError('a lake of the format Iceberg has a catalog of Iceberg tables');
  const rewriter = await lake.openRewriter(rewriteForm(parquet));
  const { isShared, eventTimeField } = table;
  await maintainIceberg(upkeep, observe, { ...tools, rewriter, isShared, eventTimeField });
}

async function maintainHive(
  { kafka, table: { name: table, eventTimeField }, maintain, parquet }: Settings,
  upkeep: Upkeep,
  { lake, nowMs, observe }: UpkeepOptions,
): Promise<void> {
  const { store, catalog } = lake;
  const tools = { ledger: new Ledger(store), store, catalog, table, upkeep, observe };
  await removeLeftovers({ ...tools, topic: kafka.topic });
  const { expiredBefore: before } = upkeep;
  if (before !== undefined) await removeExpired({ ...tools, nowMs, before });
  await mergeHive(
    { table, mayMerge: maintain.mergesHiveFiles, ...upkeep },
    { ...tools, ...mergeParts(lake, parquet), eventTimeField },
  );
}

/** What is to be done at that moment, as configured. */
function upkeepOf({ maintain }: Settings, { nowMs, isDryRun, signal }: UpkeepOptions): Upkeep {
  const { targetBytes, latenessMs, retentionDays, orphanAgeMs } = maintain;
  return {
    targetBytes,
    closedBeforeMs: nowMs - latenessMs,
    expiredBefore: retentionDays === undefined ? undefined : expiryDay(nowMs, retentionDays),
    orphansBeforeMs: nowMs - orphanAgeMs,
    isDryRun,
    signal,
  };
}
