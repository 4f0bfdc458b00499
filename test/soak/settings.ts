import type { Dice } from './dice.ts';

type Settings = Readonly<Record<string, string>>;

/** Columns that a row may lack under some of the settings. */
export const optionalColumns = ['secret', 'other', 'text'];

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
export function randomSettings(dice: Dice): Record<string, string> {
  const rows = { BATCH_ROWS_MAX: String(20 + dice.below(200)) };
  return Object.assign({}, rows, ...choices.map((each) => dice.pick(each)));
}
