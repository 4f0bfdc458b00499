import { expiryDay } from '../../consumer/ledger/expired-days.ts';
import { Ledger } from '../../consumer/ledger/ledger.ts';
import { removeExpired } from '../../consumer/maintain/remove-expired.ts';
import type { Upkeep, UpkeepObserver } from '../../consumer/maintain/upkeep.ts';
import { maintainIceberg } from '../../consumer/maintain/maintain-iceberg.ts';
import { systemClock } from '../../runtime/clock.ts';
import { snapshotTools } from '../create-snapshots.ts';
import type { Settings } from '../config/settings.ts';
import type { Lake } from '../lake.ts';

export interface UpkeepOptions extends Pick<Upkeep, 'isDryRun' | 'signal'> {
  readonly lake: Lake;
  readonly nowMs: number;
  readonly observe: UpkeepObserver;
}

/** Keeps the table and its dead letters in shape, once. */
export async function runUpkeep(settings: Settings, options: UpkeepOptions): Promise<void> {
  const upkeep = upkeepOf(settings, options);
  switch (settings.table.format) {
    case 'iceberg':
      return maintainSnapshots(settings, upkeep, options);
    case 'hive':
      return maintainHive(settings.table.name, upkeep, options);
  }
}

async function maintainSnapshots(
  { kafka, table, parquet }: Settings,
  upkeep: Upkeep,
  { lake, observe }: UpkeepOptions,
): Promise<void> {
  const ledger = new Ledger(lake.store);
  const tools = snapshotTools(lake, { ledger, table: table.name, topic: kafka.topic, clock: systemClock });
  if (tools === undefined) throw new TypeError('a lake of the format Iceberg has a catalog of Iceberg tables');
  const { codec, profile, rowGroupRows } = parquet;
  const rewriter = await lake.openRewriter({
    codec: profile === 'compatible' && codec === 'zstd' ? 'snappy' : codec,
    isSmallest: profile === 'smallest',
    rowGroupRows,
  });
  const { isShared, eventTimeField } = table;
  await maintainIceberg(upkeep, observe, { ...tools, rewriter, isShared, eventTimeField });
}

/** Days that expire are all that a Hive table needs: its files are what readers list, and stay as they are. */
async function maintainHive(
  table: string,
  upkeep: Upkeep,
  { lake: { store, catalog }, nowMs, observe }: UpkeepOptions,
): Promise<void> {
  const { expiredBefore: before } = upkeep;
  if (before === undefined) return;
  await removeExpired({ ledger: new Ledger(store), store, catalog, table, nowMs, before, upkeep, observe });
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
    ...(signal && { signal }),
  };
}
