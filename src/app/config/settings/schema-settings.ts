import type { Growth } from '../../../schema/growth/evolution.ts';
import type { ColumnType } from '../../../schema/types/column-type.ts';
import type { Config } from '../config.ts';
import { chooseTopics, isTableShared } from '../topic-choice.ts';

/** How fields of records become columns. */
export interface SchemaSettings {
  readonly valueFormat: Config['VALUE_FORMAT'];
  readonly records: Config['RECORDS'];
  readonly kafkaColumns: Config['KAFKA_COLUMNS'];
  /** Headers that become part of the column; all when left out. */
  readonly headerNames: ReadonlySet<string> | undefined;
  readonly growth: Growth;
  readonly numbers: Config['SCHEMA_NUMBERS'];
  /** Types that only many values together tell are inferred. */
  readonly infersTogether: boolean;
  readonly hints: ReadonlyMap<string, ColumnType>;
  readonly fields: {
    readonly allow: ReadonlySet<string> | undefined;
    readonly deny: ReadonlySet<string>;
    readonly rename: ReadonlyMap<string, string>;
  };
  /** What a dead letter keeps of its record. */
  readonly deadLetterPayload: Config['DEAD_LETTER_PAYLOAD'];
  readonly columnsMax: number;
  readonly depthMax: number;
  readonly recordBytesMax: number;
}

const growthOf: Readonly<Record<Config['SCHEMA_POLICY'], Growth>> = { evolve: 'all', log: 'new-names', frozen: 'none' };

export function schemaSettings(config: Config): SchemaSettings {
  return {
    valueFormat: config.VALUE_FORMAT,
    records: config.RECORDS,
    kafkaColumns: kafkaColumnsOf(config),
    headerNames: config.KAFKA_HEADERS,
    growth: growthOf[config.SCHEMA_POLICY],
    numbers: config.SCHEMA_NUMBERS,
    // parquetjs-lite can't write maps
    infersTogether: config.SCHEMA_INFERENCE === 'together' && config.PARQUET_ENCODER !== 'parquetjs-lite',
    hints: new Map(config.SCHEMA_HINTS.map(({ name, type }) => [name, type])),
    fields: {
      allow: config.FIELDS_ALLOW,
      deny: config.FIELDS_DENY ?? new Set(),
      rename: config.FIELDS_RENAME ?? new Map(),
    },
    deadLetterPayload: config.DEAD_LETTER_PAYLOAD,
    columnsMax: config.SCHEMA_COLUMNS_MAX,
    depthMax: config.SCHEMA_DEPTH_MAX,
    recordBytesMax: config.RECORD_BYTES_MAX,
  };
}

/** Rows of a table that several topics share say which one they are from. */
function kafkaColumnsOf(config: Config): Config['KAFKA_COLUMNS'] {
  const { hasCoordinates, parts } = config.KAFKA_COLUMNS;
  if (!isTableShared(chooseTopics(config), config) || parts.includes('topic')) return config.KAFKA_COLUMNS;
  return { hasCoordinates, parts: ['topic', ...parts] };
}
