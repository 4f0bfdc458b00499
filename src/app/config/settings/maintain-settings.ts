import { msPerHour } from '../../../runtime/duration.ts';
import type { Config } from '../config.ts';

/** How tables are kept in shape. */
export interface MaintainSettings {
  /** How often the service does it; never when left out. */
  readonly everyMs: number | undefined;
  readonly targetBytes: number;
  readonly mergesHiveFiles: boolean;
  /** How long after its end a partition counts as closed. */
  readonly latenessMs: number;
  /** Partitions of earlier days than so many before today are removed; none when left out. */
  readonly retentionDays: number | undefined;
  /** Files that the table does not name are deleted when they are older. */
  readonly orphanAgeMs: number;
}

export function maintainSettings(config: Config): MaintainSettings {
  const every = config.MAINTAIN_SECONDS;
  return {
    everyMs: every === undefined ? undefined : every * 1000,
    targetBytes: config.TARGET_FILE_BYTES,
    mergesHiveFiles: config.MERGE_HIVE_FILES,
    latenessMs: config.MAINTAIN_LATENESS_SECONDS * 1000,
    retentionDays: config.RETENTION_DAYS,
    orphanAgeMs: config.ORPHAN_HOURS * msPerHour,
  };
}
