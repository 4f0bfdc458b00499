import { integer, yesNo } from './variable-kinds.ts';

const group = 'Upkeep';

/** How the table is kept in shape: `glueless maintain`, and the same inside the service. */
export const maintainVariables = {
  MAINTAIN_SECONDS: integer(60, 604_800, {
    group,
    about: 'How often the service does what `glueless maintain` does; default: only the command does it',
  }).optional(),
  TARGET_FILE_BYTES: integer(1_000_000, 536_870_912, {
    group,
    about: 'Small files of closed hours are merged into files of about this size',
  }).prefault('134217728'),
  MERGE_HIVE_FILES: yesNo({
    group,
    about:
      'Small files of Hive tables are merged, too: a merged partition moves to <table>.merged/, so that readers have to go by the catalog. Iceberg tables always are',
  }).prefault('false'),
  MAINTAIN_LATENESS_SECONDS: integer(0, 2_592_000, {
    group,
    about: 'An hour, or day, is closed this long after its end: its files are merged then',
  }).prefault('3600'),
  RETENTION_DAYS: integer(1, 36_500, {
    group,
    about:
      'Partitions of days that lie further back are removed, of dead letters too; so many whole days and today stay. Default: none are removed',
  }).optional(),
  ORPHAN_HOURS: integer(24, 87_600, {
    group,
    about:
      'Files of ours that the table does not name are deleted when they are older. More than the longest query, and the longest outage, takes',
  }).prefault('72'),
};
