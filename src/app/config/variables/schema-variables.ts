import { recordParts, type RecordPart } from '../../../consumer/ports/record-columns.ts';
import { valueFormats } from '../../../consumer/ports/value-format.ts';
import { parseColumns } from '../../../schema/types/hive-ddl.ts';
import { choice, integer, list, variable } from './variable-kinds.ts';

const group = 'Schema';

/** How fields of records become columns. */
export const schemaVariables = {
  KAFKA_COLUMNS: variable(
    {
      group,
      about:
        'Columns of the Kafka record beside the data, kafka_ before each name: partition, offset and timestamp (true), these and any of topic, key and headers (a list), or none (false)',
      expected: 'true, false, or partition,offset,timestamp and any of topic, key and headers',
    },
    readKafkaColumns,
  ).prefault('true'),
  KAFKA_HEADERS: list({ group, about: 'Headers that the column kafka_headers keeps; default: all' }).optional(),
  VALUE_FORMAT: choice(valueFormats, {
    group,
    about:
      'What a value is: JSON as it is; also behind the frame of Confluent’s or AWS Glue’s schema registry (json-framed); also JSON in gzip (auto); also Avro or JSON by the schema that its frame names in a registry (avro)',
  }).prefault('auto'),
  RECORDS: choice(['one', 'array', 'ndjson'], {
    group,
    about:
      'What a value holds: one object; an array of objects, each a row (array); or an object in each line (ndjson). Rows of one value are numbered in kafka_index. A value of which one object is broken, or that holds more than 50,000, becomes a dead letter as a whole; an empty array counts as a tombstone, a value of blank lines only is a dead letter. One object alone is a row with each of these, also over several lines',
  }).prefault('one'),
  SCHEMA_POLICY: choice(['evolve', 'log', 'frozen'], {
    group,
    about:
      'evolve: new fields become columns, values of another type go to a sibling column; log: no siblings, such values go to _rescued; frozen: nothing new, all goes to _rescued',
  }).prefault('evolve'),
  SCHEMA_NUMBERS: choice(['double', 'split'], {
    group,
    about: 'All numbers as double, or whole ones as bigint',
  }).prefault('double'),
  SCHEMA_INFERENCE: choice(['together', 'single'], {
    group,
    about:
      'What tells the type of a new column: its values together, so that objects whose keys are data become a map, and integers beyond 2^53 that 64 bits hold a bigint (together); or each value for itself, so that such integers are text (single, and always with PARQUET_ENCODER=parquetjs-lite)',
  }).prefault('together'),
  SCHEMA_HINTS: variable(
    {
      group,
      about:
        'Types for columns that don’t exist yet, as in CREATE TABLE: seq bigint, tags array<string>, attrs map<string,double>',
      expected: 'names with Hive types, separated by commas',
    },
    parseColumns,
  ).prefault(''),
  FIELDS_ALLOW: list({
    group,
    about:
      'Only these top-level fields of a record become columns, whatever their upper and lower case. A field is known by the name of its column: a.b is a b, a-b and a_b, too',
  }).optional(),
  FIELDS_DENY: list({
    group,
    about:
      'Top-level fields of a record that become no column, whatever their upper and lower case. A field is known by the name of its column: a.b denies a b, a-b and a_b, too. Fields inside of others can’t be denied, and a dead letter keeps its record whole unless DEAD_LETTER_PAYLOAD says otherwise',
  }).optional(),
  DEAD_LETTER_PAYLOAD: choice(['full', 'keys', 'none'], {
    group,
    about:
      'What a dead letter keeps of its record: value, key and headers (full), key and headers (keys), or its coordinates and the reason only (none). Only full ones can be redriven',
  }).prefault('full'),
  FIELDS_RENAME: variable(
    { group, about: 'Fields that get another name', expected: 'old=new, several separated by commas' },
    readPairs,
  ).optional(),
  SCHEMA_COLUMNS_MAX: integer(1, 2000, {
    group,
    about: 'Most columns of the table; values of further fields go to _rescued',
  }).prefault('500'),
  SCHEMA_DEPTH_MAX: integer(1, 30, {
    group,
    about: 'Levels of nesting that become struct and array; deeper values are kept as JSON in a string',
  }).prefault('8'),
  RECORD_BYTES_MAX: integer(100, 100_000_000, { group, about: 'Larger records become dead letters' }).prefault(
    '1048576',
  ),
};

function readPairs(value: string): ReadonlyMap<string, string> | undefined {
  const pairs = value.split(',').map((pair) => pair.split('=').map((each) => each.trim()));
  return !/[\p{Cc}]/u.test(value) && pairs.every((pair) => pair.length === 2 && pair.every((each) => each !== ''))
    ? new Map(pairs.map(([from = '', to = '']) => [from, to]))
    : undefined;
}

const coordinates = ['partition', 'offset', 'timestamp'];

interface KafkaColumns {
  /** Partition, offset and timestamp. */
  readonly hasCoordinates: boolean;
  readonly parts: readonly RecordPart[];
}

function readKafkaColumns(value: string): KafkaColumns | undefined {
  if (value === 'true' || value === 'false') return { hasCoordinates: value === 'true', parts: [] };
  const names = value.split(',').map((name) => name.trim());
  const parts = recordParts.filter((part) => names.includes(part));
  const missing = coordinates.filter((name) => !names.includes(name));
  const hasAll = missing.length === 0;
  if (names.length === coordinates.length - missing.length + parts.length && !hasAll)
    throw new RangeError(
      `expected partition, offset and timestamp together, by which rows are audited, or false, got ${JSON.stringify(value)}, which lacks ${missing.join(' and ')}`,
    );
  return hasAll && names.length === 3 + parts.length ? { hasCoordinates: true, parts } : undefined;
}
