import { z } from 'zod';
import { choice, decimal, integer, list, text, variable, yesNo, type VariableFacts } from './config-types.ts';
import type { Environment } from '../runtime/environment.ts';
import { parseColumns } from '../schema/hive-ddl.ts';
import { PipelineError } from '../runtime/errors.ts';

// code made for a schema pays after many values, and needs `new Function`
z.config({ jitless: true });

const kafka = 'Kafka';
const tls = 'Mutual TLS';
const lake = 'Lake';
const batches = 'Batches';
const time = 'Event time and partitions';
const parquet = 'Parquet';
const schema = 'Schema';
const service = 'Service';
const report = 'Report';

const namePattern = /^[a-z0-9_]{1,200}$/;
const nameExpected = 'lower-case letters, digits and underscores';

/** Every variable the service reads. What is not set, or set to nothing, has its default. */
const configSchema = z.object({
  KAFKA_BROKERS: variable(
    { group: kafka, about: 'Brokers to begin with', expected: 'host:port, several separated by commas' },
    (value) => {
      const brokers = value.split(',').map((each) => each.trim());
      return brokers.every((each) => /^[^\s:]+:\d{1,5}$/.test(each)) ? brokers : undefined;
    },
  ).optional(),
  KAFKA_TOPIC: variable(
    { group: kafka, about: 'Topic to publish to and read from', expected: 'letters, digits, dots, - and _' },
    (value) => (/^[\w.-]{1,200}$/.test(value) ? value : undefined),
  ).prefault('thermometer'),
  KAFKA_GROUP_ID: text({ group: kafka, about: 'Consumer group' }).prefault('glueless'),
  KAFKA_CLIENT_ID: text({ group: kafka, about: 'Name of this client in the logs of the broker' }).prefault('glueless'),
  KAFKA_SESSION_TIMEOUT_SECONDS: integer(6, 300, {
    group: kafka,
    about: 'A member that is silent for this long loses its partitions',
  }).prefault('30'),
  KAFKA_FETCH_BYTES_MAX: integer(10_000, 100_000_000, {
    group: kafka,
    about: 'Bytes of one partition in one answer of the broker',
  }).prefault('1048576'),
  KAFKA_UNPACKED_BYTES_MAX: integer(1_000_000, 2_000_000_000, {
    group: kafka,
    about:
      'A compressed record batch that unpacks to more stops the process with RECORDS_UNREADABLE instead of filling its memory',
  }).prefault('134217728'),

  KAFKA_TLS_CA: text({ group: tls, about: 'Authority of the brokers, PEM; the system’s when left out' }).optional(),
  KAFKA_TLS_CA_FILE: text({ group: tls, about: 'The same, as a file' }).optional(),
  KAFKA_TLS_CERT: text({ group: tls, about: 'Client certificate with its chain, PEM' }).optional(),
  KAFKA_TLS_CERT_FILE: text({ group: tls, about: 'The same, as a file' }).optional(),
  KAFKA_TLS_KEY: text({ group: tls, about: 'Private key of the client certificate, PEM', secret: true }).optional(),
  KAFKA_TLS_KEY_FILE: text({ group: tls, about: 'The same, as a file' }).optional(),
  KAFKA_TLS_KEY_PASSPHRASE: text({ group: tls, about: 'Passphrase of an encrypted key', secret: true }).optional(),
  KAFKA_TLS_KEYSTORE_FILE: text({
    group: tls,
    about: 'PKCS#12 keystore with certificate and key, instead of the two above, whatever its file is called',
  }).optional(),
  KAFKA_TLS_KEYSTORE_PASSWORD: text({ group: tls, about: 'Password of the keystore', secret: true }).optional(),

  KAFKA_TLS_SECRET_ID: text({
    group: tls,
    about: 'Secret of AWS Secrets Manager with certificate and key: {"cert", "key", "ca"} as PEM',
  }).optional(),
  KAFKA_TLS_RELOAD_SECONDS: decimal(0.1, 86_400, {
    group: tls,
    about: 'How often files or secret are looked at for a new certificate; it is taken without a restart',
  }).prefault('60'),

  LAKE: variable(
    {
      group: lake,
      about: 'Where the data goes: S3 with the Glue Data Catalog, or a folder with a catalog of its own',
      expected: 's3://bucket, s3://bucket/prefix or a folder',
    },
    (value) => {
      if (!value.startsWith('s3:')) return { kind: 'folder' as const, path: value };
      const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*?))?\/?$/.exec(value) ?? [];
      return bucket === undefined ? undefined : { kind: 's3' as const, bucket, prefix };
    },
  ).prefault('./lake'),
  LAKE_DATABASE: variable({ group: lake, about: 'Database of the catalog', expected: nameExpected }, (value) =>
    namePattern.test(value) ? value : undefined,
  ).prefault('glueless'),
  LAKE_TABLE: variable(
    { group: lake, about: 'Table; by default named after the topic', expected: nameExpected },
    (value) => (namePattern.test(value) ? value : undefined),
  ).optional(),
  AWS_REGION: text({
    group: lake,
    about: 'Region of bucket and catalog; credentials come by the AWS SDK’s own chain',
  }).optional(),
  AWS_ENDPOINT_URL: variable(
    { group: lake, about: 'Another address for S3, Glue and Athena: an emulator', expected: 'a URL' },
    (value) => (URL.canParse(value) ? value : undefined),
  ).optional(),
  ATHENA_WORKGROUP: text({ group: lake, about: 'Workgroup that runs the report' }).prefault('primary'),
  ATHENA_OUTPUT: text({
    group: lake,
    about: 'Where Athena leaves results, s3://…; the workgroup’s place when left out',
  }).optional(),

  BATCH_ROWS_MAX: integer(1, 10_000_000, { group: batches, about: 'A batch is written at this many records' }).prefault(
    '100000',
  ),
  BATCH_BYTES_MAX: integer(1000, 2_000_000_000, {
    group: batches,
    about: 'A batch is written at this many bytes of JSON',
  }).prefault('33554432'),
  BATCH_AGE_MAX_SECONDS: decimal(0.1, 86_400, {
    group: batches,
    about: 'A batch is written when its first record has waited this long',
  }).prefault('60'),
  BUFFER_BYTES_MAX: integer(1_000_000, 8_000_000_000, {
    group: batches,
    about: 'Reading pauses when all partitions together hold this much',
  }).prefault('50331648'),
  COMMITS_MAX: integer(1, 64, { group: batches, about: 'Batches written at the same time' }).prefault('1'),

  EVENT_TIME_FIELD: text({
    group: time,
    about: 'Field with the time of the event: ISO 8601 with zone, or a number since 1970',
  }).prefault('eventTime'),
  EVENT_TIME_PAST_DAYS_MAX: decimal(0, 100_000, {
    group: time,
    about: 'An event time this long before the Kafka timestamp no longer decides the Hive partition',
  }).prefault('30'),
  EVENT_TIME_FUTURE_DAYS_MAX: decimal(0, 100_000, { group: time, about: 'The same, after it' }).prefault('1'),
  PARTITION_BY: choice(['hour', 'day', 'none'], {
    group: time,
    about: 'Hive partitions of a new table: event_date and event_hour, event_date, or none',
  }).prefault('hour'),

  KAFKA_COLUMNS: yesNo({
    group: schema,
    about: 'Columns kafka_partition, kafka_offset and kafka_timestamp beside the data',
  }).prefault('true'),
  SCHEMA_POLICY: choice(['evolve', 'log', 'frozen'], {
    group: schema,
    about:
      'evolve: new fields become columns, values of another type go to a sibling column; log: no siblings, such values go to _rescued; frozen: nothing new, all goes to _rescued',
  }).prefault('evolve'),
  SCHEMA_NUMBERS: choice(['double', 'split'], {
    group: schema,
    about: 'All numbers as double, or whole ones as bigint',
  }).prefault('double'),
  SCHEMA_HINTS: variable(
    {
      group: schema,
      about: 'Types for columns that don’t exist yet, as in CREATE TABLE: seq bigint, tags array<string>',
      expected: 'names with Hive types, separated by commas',
    },
    parseColumns,
  ).prefault(''),
  FIELDS_ALLOW: list({ group: schema, about: 'Only these fields of a record are taken' }).optional(),
  FIELDS_DENY: list({ group: schema, about: 'These fields are left out' }).optional(),
  FIELDS_RENAME: variable(
    { group: schema, about: 'Fields that get another name', expected: 'old=new, several separated by commas' },
    (value) => {
      const pairs = value.split(',').map((pair) => pair.split('=').map((each) => each.trim()));
      return pairs.every((pair) => pair.length === 2 && pair.every((each) => each !== ''))
        ? new Map(pairs.map(([from = '', to = '']) => [from, to]))
        : undefined;
    },
  ).optional(),
  PARTITION_PROJECTION: yesNo({
    group: time,
    about: 'A new table computes its partitions (Athena’s partition projection) instead of registering them',
  }).prefault('false'),
  SCHEMA_COLUMNS_MAX: integer(1, 2000, {
    group: schema,
    about: 'Columns of the table; values of further fields go to _rescued',
  }).prefault('500'),
  SCHEMA_DEPTH_MAX: integer(1, 30, {
    group: schema,
    about: 'Levels of nesting that become struct and array; below, values are kept as JSON text',
  }).prefault('8'),
  RECORD_BYTES_MAX: integer(100, 100_000_000, { group: schema, about: 'Larger records become dead letters' }).prefault(
    '1048576',
  ),

  PARQUET_ENCODER: choice(['glueless', 'hyparquet', 'parquetjs-lite'], {
    group: parquet,
    about: 'What writes the files: our own encoder, or one of two libraries',
  }).prefault('glueless'),
  PARQUET_CODEC: choice(['zstd', 'snappy', 'gzip', 'uncompressed'], {
    group: parquet,
    about: 'Compression; parquetjs-lite writes snappy for zstd',
  }).prefault('zstd'),
  PARQUET_ROW_GROUP_ROWS: integer(100, 10_000_000, { group: parquet, about: 'Rows of a row group' }).prefault('100000'),

  LOG_LEVEL: choice(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
    group: service,
    about: 'Least level that is logged',
  }).prefault('info'),
  HTTP_PORT: integer(0, 65_535, {
    group: service,
    about: 'Port of /livez, /readyz and /metrics; none when left out',
  }).optional(),
  RETRY_SECONDS: decimal(0, 86_400, {
    group: service,
    about: 'A step that may succeed later is tried again for this long before the process gives up',
  }).prefault('300'),
  SHUTDOWN_DEADLINE_SECONDS: decimal(1, 3600, {
    group: service,
    about: 'Time to write what has arrived after SIGTERM',
  }).prefault('25'),
  STALL_SECONDS: decimal(1, 86_400, {
    group: service,
    about: 'The process ends when there is lag and nothing moved for this long',
  }).prefault('600'),

  ALERT_LOW: decimal(-100, 200, { group: report, about: 'Hourly means below are marked, in °C' }).prefault('36.1'),
  ALERT_HIGH: decimal(-100, 200, { group: report, about: 'Hourly means above are marked, in °C' }).prefault('37.2'),
});

export type Config = z.infer<typeof configSchema>;
export type VariableName = keyof Config;

/** A variable as the documentation shows it. */
export interface DocumentedVariable extends VariableFacts {
  readonly name: string;
  readonly fallback: string | undefined;
}

/**
 * Reads the configuration. Throws CONFIG_INVALID with every problem at once: the variable's name, what was expected, what came.
 * `required`: variables the command can't do without.
 */
export function readConfig(environment: Environment, required: readonly VariableName[] = []): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = configSchema.safeParse(given);
  const problems = [
    ...(parsed.error?.issues ?? []).map((issue) => describe(issue, given)),
    ...missing(required, given),
  ];
  if (parsed.success && problems.length === 0) return parsed.data;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  throw new PipelineError('CONFIG_INVALID', {
    message: `${count} in the configuration:\n${problems.map((each) => `  ${each}`).join('\n')}`,
    retryable: false,
    details: { problems },
    hint: 'docs/configuration.md lists all variables',
  });
}

/** All variables, in the order of the documentation. */
export function documentedVariables(): DocumentedVariable[] {
  return Object.entries(configSchema.shape).map(([name, field]) => ({
    name,
    ...factsOf(name),
    fallback: 'defaultValue' in field.def ? field.def.defaultValue : undefined,
  }));
}

function describe(issue: z.core.$ZodIssue, given: Environment): string {
  const name = String(issue.path[0]);
  if (issue.code === 'custom' && issue.params?.['isComplete'] === true) return `${name}: ${issue.message}`;
  const came = factsOf(name).secret === true ? '(not shown)' : JSON.stringify(given[name]);
  return `${name}: expected ${issue.message}, got ${came}`;
}

function missing(required: readonly VariableName[], given: Environment): string[] {
  return required
    .filter((name) => given[name] === undefined)
    .map((name) => `${name}: expected ${factsOf(name).expected}, got nothing`);
}

function factsOf(name: string): VariableFacts {
  const field: z.ZodType | undefined = Object.entries(configSchema.shape).find(([key]) => key === name)?.[1];
  const inner = field !== undefined && 'innerType' in field.def ? field.def.innerType : field;
  const found = inner instanceof z.ZodType ? inner.meta() : undefined;
  return z
    .object({ group: z.string(), about: z.string(), expected: z.string(), secret: z.boolean().optional() })
    .parse(found);
}
