import { maintainIceberg } from '../../src/consumer/maintain/iceberg/maintain-iceberg.ts';
import type { Upkeep, UpkeepEvent } from '../../src/consumer/maintain/upkeep.ts';
import type { UpkeepTools } from '../../src/consumer/maintain/iceberg/upkeep-tools.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { IcebergTestLake } from './iceberg-lake.ts';
import { createSnapshotTools } from './iceberg-service.ts';
import { createTestRewriter } from './test-rewriter.ts';

type Lake = Pick<IcebergTestLake, 'store' | 'iceberg'>;

function createUpkeepTools(lake: Lake, overrides: Partial<UpkeepTools> = {}): UpkeepTools {
  return {
    ...createSnapshotTools(lake),
    rewriter: createTestRewriter(lake.store),
    isShared: false,
    eventTimeField: 'eventTime',
    ...overrides,
  };
}

/** Keeps the table in shape as a process of its own does; gives what it did. Files count as unneeded once they are there. */
export async function maintainLake(
  lake: Lake,
  upkeep: Partial<Upkeep> = {},
  overrides: Partial<UpkeepTools> = {},
): Promise<UpkeepEvent[]> {
  const events: UpkeepEvent[] = [];
  const nowMs = systemClock.nowMs();
  const whole = {
    targetBytes: 1_000_000,
    closedBeforeMs: nowMs,
    expiredBefore: undefined,
    orphansBeforeMs: nowMs - 86_400_000,
    isDryRun: false,
    ...upkeep,
  };
  await maintainIceberg(whole, (event) => events.push(event), createUpkeepTools(lake, overrides));
  return events;
}
