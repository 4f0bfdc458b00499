import { msPerDay, msPerHour } from '../../runtime/duration.ts';
import type { Config } from './config.ts';

/** How tables are kept in shape. */
export interface MaintainSettings {
  /** How often the service does it; never when left out. */
  readonly everyMs: number | undefined;
  readonly targetBytes: number;
  /** How long after its end a partition counts as closed. */
  readonly latenessMs: number;
  /** Partitions that ended longer ago are removed; none when left out. */
  readonly retentionMs: number | undefined;
  /** Files that the table does not name are deleted when they are older. */
  readonly orphanAgeMs: number;
}

export function maintainSettings(config: Config): MaintainSettings {
  const { MAINTAIN_SECONDS: every, RETENTION_DAYS: days } = config;
  return {
    everyMs: every === undefined ? undefined : every * 1000,
    targetBytes: config.TARGET_FILE_BYTES,
    latenessMs: config.MAINTAIN_LATENESS_SECONDS * 1000,
    retentionMs: days === undefined ? undefined : days * msPerDay,
    orphanAgeMs: config.ORPHAN_HOURS * msPerHour,
  };
}
