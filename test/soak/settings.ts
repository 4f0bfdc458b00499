import type { Dice } from './dice.ts';

type Settings = Readonly<Record<string, string>>;

/** Columns that a row may lack under some of the settings. */
export const optionalColumns = ['secret', 'other', 'text', 'labels', 'disks', 'big'];

/** What a table is, which all of its processes say alike. Its hours are closed at once, so that upkeep always finds something to merge. */
export const layouts = {
  hive: {},
  merged: { MERGE_HIVE_FILES: 'true', MAINTAIN_LATENESS_SECONDS: '0', PARTITION_BY: 'hour' },
  iceberg: {
    TABLE_FORMAT: 'iceberg',
    COMMIT_SECONDS: '1',
    MAINTAIN_LATENESS_SECONDS: '0',
    PARQUET_ENCODER: 'glueless',
  },
} as const satisfies Record<string, Settings>;

export type Layout = keyof typeof layouts;

const labels = 60;

/**
 * Fields whose types only many records tell: an object with keys of its own in each, now and then a value of another type, one of such objects, and
 * an integer of 63 bits.
 */
export function oddFields(n: number): object {
  const names = [0, 1, 2].map((index) => `k${(n * 7 + index * 13) % labels}`);
  return {
    labels: Object.fromEntries(names.map((name, index) => [name, n % 50 === 49 && index === 0 ? 'text' : n + index])),
    disks: Object.fromEntries(names.map((name, index) => [name, { [`d${(n * 3 + index) % labels}`]: n }])),
    big: JSON.rawJSON(String(2n ** 62n + BigInt(n))),
  };
}

const choices: readonly (readonly Settings[])[] = [
  [{ RECORD_BYTES_MAX: '400' }, { RECORD_BYTES_MAX: '100000' }],
  [{}, {}, { FIELDS_DENY: 'secret' }, { FIELDS_ALLOW: 'n,eventTime,text' }, { FIELDS_RENAME: 'text=words' }],
  [{}, { EVENT_TIME_FIELD: 'other' }],
  [{}, { PARTITION_BY: 'day' }, { PARTITION_BY: 'none' }],
  [{}, {}, { SCHEMA_POLICY: 'frozen' }, { SCHEMA_POLICY: 'log' }],
  [{}, { SCHEMA_NUMBERS: 'split' }, { SCHEMA_COLUMNS_MAX: '5' }, { SCHEMA_DEPTH_MAX: '1' }],
  [{}, { SCHEMA_INFERENCE: 'single' }],
  [{ PARQUET_ENCODER: 'glueless' }, { PARQUET_ENCODER: 'glueless' }, { PARQUET_ENCODER: 'hyparquet' }],
  [{ PARQUET_CODEC: 'zstd' }, { PARQUET_CODEC: 'snappy' }, { PARQUET_CODEC: 'gzip' }],
  [{ COMMITS_MAX: '1' }, { COMMITS_MAX: '4' }],
];

/** One configuration of a process, as another deployment of the same service could have it. */
export function randomSettings(dice: Dice, layout: Layout): Record<string, string> {
  const rows = { BATCH_ROWS_MAX: String(20 + dice.below(200)) };
  return Object.assign({}, rows, ...choices.map((each) => dice.pick(each)), layouts[layout]);
}
