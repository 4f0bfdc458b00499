import type { Upkeep, UpkeepObserver } from '../../consumer/maintain/upkeep.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { Settings } from '../config/settings.ts';
import type { Lake } from '../lake.ts';

export interface UpkeepOptions extends Pick<Upkeep, 'isDryRun' | 'signal'> {
  readonly lake: Lake;
  readonly nowMs: number;
  readonly observe: UpkeepObserver;
}

/** Keeps the table and its dead letters in shape, once. */
export async function runUpkeep({ table }: Settings, _options: UpkeepOptions): Promise<void> {
  switch (table.format) {
    case 'iceberg':
    case 'hive':
      throw new PipelineError('USAGE_INVALID', {
        message: `upkeep does not know tables of TABLE_FORMAT=${table.format}`,
        retryable: false,
      });
  }
}

/** What is to be done at that moment, as configured. */
export function upkeepOf({ maintain }: Settings, { nowMs, isDryRun, signal }: UpkeepOptions): Upkeep {
  const { targetBytes, latenessMs, retentionMs, orphanAgeMs } = maintain;
  return {
    targetBytes,
    closedBeforeMs: nowMs - latenessMs,
    retainedFromMs: retentionMs === undefined ? undefined : nowMs - retentionMs,
    orphansBeforeMs: nowMs - orphanAgeMs,
    isDryRun,
    ...(signal && { signal }),
  };
}
