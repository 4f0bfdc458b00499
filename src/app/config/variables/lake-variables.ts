import { choice, decimal, integer, text, variable, yesNo } from './variable-kinds.ts';
import { tableFormats } from '../../../consumer/ports/lake.ts';
import { eventTimeUnits, layouts } from '../../../schema/partitions/layout.ts';

const lake = 'Lake';
const batches = 'Batches';
const time = 'Event time and partitions';
const parquet = 'Parquet';

/** Engines hide what begins with `_` or `.`, the ledger lives in `_ledger`, and another table's dead letters have the ending. */
export const tableNamePattern = /^(?!.*_dead_letters$)[a-z0-9][a-z0-9_]{0,199}$/;
export const tableNameExpected =
  'lower-case letters, digits and underscores, 200 at most, neither beginning with an underscore nor ending in _dead_letters';

/** Stands in LAKE_TABLE for the name of a topic. */
export const topicPlaceholder = '{topic}';

/** Where rows go. */
export const lakeVariables = {
  LAKE: variable(
    {
      group: lake,
      about: 'Where the data goes: S3 with the Glue Data Catalog, or a folder with a catalog of its own',
      expected: 's3://bucket, s3://bucket/prefix or a folder, without empty path segments (//)',
    },
    readPlace,
  ).prefault('./lake'),
  LAKE_DATABASE: variable(
    { group: lake, about: 'Database of the catalog', expected: 'lower-case letters, digits and underscores' },
    readDatabase,
  ).prefault('glueless'),
  LAKE_TABLE: variable(
    {
      group: lake,
      about:
        'Table; default: named after the topic. With several topics {topic} stands for the name of each, also within others like raw_{topic}; a name without it is one table for all topics, which then has the column kafka_topic',
      expected: tableNameExpected,
    },
    (value) => (tableNamePattern.test(value.replace(topicPlaceholder, 't')) ? value : undefined),
  ).optional(),
  TABLE_FORMAT: choice(tableFormats, {
    group: lake,
    about:
      'Format of the table: hive, whose readers see a file as soon as it is put, or iceberg, whose readers see snapshots',
  }).prefault('hive'),
  COMMIT_SECONDS: decimal(1, 3600, {
    group: lake,
    about: 'With TABLE_FORMAT=iceberg: this often everything that has arrived is written, and a snapshot takes it in',
  }).prefault('60'),
  AWS_REGION: text({
    group: lake,
    about: 'Region of bucket and catalog; credentials come from the AWS SDK’s default provider chain',
  }).optional(),
  AWS_ENDPOINT_URL: variable(
    {
      group: lake,
      about: 'Custom endpoint for S3, Glue and Athena (emulators)',
      expected: 'an http or https URL without user and password',
    },
    readEndpoint,
  ).optional(),
  ATHENA_WORKGROUP: text({ group: lake, about: 'Athena workgroup that runs the report' }).prefault('primary'),
  ATHENA_OUTPUT: text({
    group: lake,
    about: 'Athena query result location (`s3://…`); default: the workgroup’s',
  }).optional(),

  BATCH_ROWS_MAX: integer(1, 10_000_000, {
    group: batches,
    about:
      'A batch is written at this many records, those within values (RECORDS) counted; it never ends within a value',
  }).prefault('100000'),
  BATCH_BYTES_MAX: integer(1000, 2_000_000_000, {
    group: batches,
    about: 'A batch is written at this many bytes of JSON, or of values of arrays and structs in memory',
  }).prefault('33554432'),
  BATCH_AGE_MAX_SECONDS: decimal(0.1, 86_400, {
    group: batches,
    about:
      'A batch is written when its first record has waited this long; with TABLE_FORMAT=iceberg it counts below COMMIT_SECONDS only',
  }).prefault('60'),
  BUFFER_BYTES_MAX: integer(1_000_000, 8_000_000_000, {
    group: batches,
    about: 'Fetching pauses when all partitions together have buffered this many bytes',
  }).prefault('50331648'),
  COMMITS_MAX: integer(1, 64, {
    group: batches,
    about: 'Most full batches written at the same time; of small ones as many as take the memory of these',
  }).prefault('1'),

  EVENT_TIME_FIELD: text({
    group: time,
    about:
      'Field with the event time, also inside of others (after.updated_at): ISO 8601 with zone, or Unix time as number or text',
  }).prefault('eventTime'),
  EVENT_TIME_UNIT: choice(eventTimeUnits, {
    group: time,
    about: 'Unit of Unix times; auto: seconds below 100000000000, milliseconds below 1000 times that, and so on',
  }).prefault('auto'),
  EVENT_TIME_PAST_DAYS_MAX: decimal(0, 100_000, {
    group: time,
    about: 'An event time more than this many days before the Kafka timestamp does not choose the Hive partition',
  }).prefault('30'),
  EVENT_TIME_FUTURE_DAYS_MAX: decimal(0, 100_000, {
    group: time,
    about: 'An event time more than this many days after the Kafka timestamp does not choose the Hive partition',
  }).prefault('1'),
  PARTITION_BY: choice(layouts, {
    group: time,
    about:
      'Hive partitions of a new table: event_date and event_hour; event_date; ingest_year, …_month, …_day and …_hour of the Kafka timestamp, as Glue Streaming jobs write them; or none',
  }).prefault('hour'),
  PARTITION_PROJECTION: yesNo({
    group: time,
    about: 'A new table computes its partitions (Athena’s partition projection) instead of registering them',
  }).prefault('false'),

  PARQUET_ENCODER: choice(['glueless', 'hyparquet', 'parquetjs-lite'], {
    group: parquet,
    about: 'What writes the files: our own encoder, or one of two libraries',
  }).prefault('glueless'),
  PARQUET_CODEC: choice(['zstd', 'snappy', 'gzip', 'uncompressed'], {
    group: parquet,
    about: 'Compression; parquetjs-lite writes snappy for zstd',
  }).prefault('zstd'),
  PARQUET_PROFILE: choice(['compact', 'smallest', 'compatible'], {
    group: parquet,
    about:
      'compact: small files for Athena and current readers; smallest: fractions by BYTE_STREAM_SPLIT as well, which Trino reads and Spark refuses; compatible: for old ones too (Spark 3.1, Redshift Spectrum), with snappy for zstd and no differences of values',
  }).prefault('compact'),
  PARQUET_TIMESTAMPS: choice(['micros', 'millis'], {
    group: parquet,
    about: 'Unit of times in new files. Iceberg tables take files with microseconds only; milliseconds are smaller',
  }).prefault('micros'),
  PARQUET_ROW_GROUP_ROWS: integer(100, 10_000_000, { group: parquet, about: 'Most rows of a row group' }).prefault(
    '100000',
  ),
};

function readDatabase(value: string): string | undefined {
  if (/^[a-z0-9_-]{1,200}$/.test(value) && value.includes('-'))
    throw new RangeError(
      `expected lower-case letters, digits and underscores, got ${JSON.stringify(value)}: Glue takes a dash, and Athena and Spark don’t without quotes; make a resource link to the database, with a name without dashes`,
    );
  return /^[a-z0-9_]{1,200}$/.test(value) ? value : undefined;
}

type Place =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string };

function readPlace(value: string): Place | undefined {
  if (/[\p{Cc}]|-----BEGIN/u.test(value) || value.replace(/^s3:\/\//, '').includes('//')) return undefined;
  if (!value.startsWith('s3:')) return { kind: 'folder', path: value };
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*?))?\/?$/.exec(value) ?? [];
  if (bucket === undefined || prefix.split('/').some((segment) => segment === '.' || segment === '..'))
    return undefined;
  return { kind: 's3', bucket, prefix };
}

function readEndpoint(value: string): string | undefined {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol) || /[\p{Cc}\s]/u.test(value)) return undefined;
  return url.username === '' && url.password === '' ? value : undefined;
}
