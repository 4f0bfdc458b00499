import type { BatchPolicy } from '../../consumer/batch/batch-policy.ts';
import type { TableFormat } from '../../consumer/ports/lake.ts';
import type { CredentialOptions } from '../../kafka/credentials.ts';
import type { TlsOptions } from '../../kafka/tls-material.ts';
import type { Environment } from '../../runtime/environment.ts';
import type { Growth } from '../../schema/evolution.ts';
import type { EventTimeUnit, Layout } from '../../schema/layout.ts';
import type { ColumnType } from '../../schema/types.ts';
import { monitorSettings, type MonitorSettings } from './monitor-settings.ts';
import type { AwsSettings } from './aws-settings.ts';
import { lakeSettings, type LakeSettings } from './lake-settings.ts';
import { maintainSettings, type MaintainSettings } from './maintain-settings.ts';
import { tracingSettings, type TracingSettings } from './tracing-settings.ts';
import { registrySettings, type RegistrySettings } from './registry-settings.ts';
import { alertSettings, hourSettings, type AlertSettings, type HourSettings } from './hour-settings.ts';
import { batchAgeSeconds, readConfig, type Config, type VariableName } from './config.ts';
import { topicPlaceholder } from './lake-variables.ts';
import { chooseTopics, defaultGroup, isTableShared, nameTopics, tableFor, type TopicChoice } from './topic-choice.ts';

/** The configuration as the program takes it: typed, in milliseconds and bytes, by who needs it. */
export interface Settings {
  readonly kafka: KafkaSettings;
  readonly lake: LakeSettings;
  readonly table: TableSettings;
  readonly batch: BatchPolicy;
  readonly schema: SchemaSettings;
  readonly parquet: ParquetSettings;
  readonly service: ServiceSettings;
  /** Where traces of batches go; nowhere if left out. */
  readonly tracing: TracingSettings | undefined;
  readonly monitor: MonitorSettings;
  readonly hours: HourSettings;
  readonly maintain: MaintainSettings;
  readonly alerts: AlertSettings;
  readonly aws: AwsSettings;
  readonly registry: RegistrySettings;
}

export interface KafkaSettings {
  readonly brokers: readonly string[];
  /** The topics in words where there are several: commands read one of them by `settingsForTopic`. */
  readonly topic: string;
  readonly topics: TopicChoice;
  readonly groupId: string;
  readonly clientId: string;
  readonly sessionTimeoutMs: number;
  readonly metadataMaxAgeMs: number;
  /** Where a topic begins that the ledger does not know. */
  readonly start: Config['START'];
  readonly fetchBytesMax: number;
  readonly unpackedBytesMax: number;
  readonly tls: TlsSettings;
  readonly auth: AuthSettings;
}

/** How the client says who it is beside its certificate. */
export interface AuthSettings {
  readonly kind: Config['KAFKA_AUTH'];
  readonly credentials: CredentialOptions;
  /** Secret that holds user and password instead. */
  readonly secretId: string | undefined;
  readonly aws: AwsSettings;
}

export interface TlsSettings {
  /** Connections are encrypted and the broker is verified; false only where the configuration says so. */
  readonly isOn: boolean;
  readonly options: TlsOptions;
  /** Secret that holds certificate and key instead. */
  readonly secretId: string | undefined;
  readonly aws: AwsSettings;
  readonly reloadEveryMs: number;
}

/** Which table is written, and into which of its Hive partitions a record goes. */
export interface TableSettings {
  /** Where there are several topics, with `{topic}` for their names or one for all. */
  readonly name: string;
  readonly format: TableFormat;
  /** How often snapshots of an Iceberg table are committed. */
  readonly commitEveryMs: number;
  /** Several topics go into it. */
  readonly isShared: boolean;
  /** Layout of a new table; a table that exists keeps its own. */
  readonly layout: Layout;
  /** A new table computes its partitions instead of registering them. */
  readonly hasProjection: boolean;
  readonly eventTimeField: string;
  readonly eventTimeUnit: EventTimeUnit;
  readonly pastDaysMax: number;
  readonly futureDaysMax: number;
}

/** How fields of records become columns. */
export interface SchemaSettings {
  readonly valueFormat: Config['VALUE_FORMAT'];
  readonly records: Config['RECORDS'];
  readonly kafkaColumns: Config['KAFKA_COLUMNS'];
  /** Headers that become part of the column; all when left out. */
  readonly headerNames: ReadonlySet<string> | undefined;
  readonly growth: Growth;
  readonly numbers: Config['SCHEMA_NUMBERS'];
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

export interface ParquetSettings {
  readonly encoder: Config['PARQUET_ENCODER'];
  readonly codec: Config['PARQUET_CODEC'];
  readonly profile: Config['PARQUET_PROFILE'];
  readonly timestamps: Config['PARQUET_TIMESTAMPS'];
  readonly rowGroupRows: number;
}

export interface ServiceSettings {
  readonly logLevel: string;
  /** Where /livez, /startupz, /readyz and /metrics are; no HTTP server when left out. */
  readonly http: { readonly host: string; readonly port: number } | undefined;
  /** CloudWatch namespace of the metrics that are printed; none are when left out. */
  readonly emfNamespace: string | undefined;
  readonly bufferBytesMax: number;
  readonly commitsMax: number;
  /** How long a retryable failure is tried again. */
  readonly retryMs: number;
  readonly shutdownMs: number;
  readonly stallMs: number;
}

/** Reads the environment. Throws CONFIG_INVALID with every problem at once; `required` are variables that must be set. */
export function readSettings(environment: Environment, required: readonly VariableName[] = []): Settings {
  const config = readConfig(environment, required);
  const aws = { region: config.AWS_REGION, endpoint: config.AWS_ENDPOINT_URL };
  return {
    aws,
    registry: registrySettings(config, aws),
    kafka: kafkaSettings(config, aws),
    lake: lakeSettings(config, aws),
    table: tableSettings(config),
    batch: {
      rowsMax: config.BATCH_ROWS_MAX,
      bytesMax: config.BATCH_BYTES_MAX,
      ageMaxMs: batchAgeSeconds(config) * 1000,
    },
    schema: schemaSettings(config),
    parquet: {
      encoder: config.PARQUET_ENCODER,
      codec: config.PARQUET_CODEC,
      profile: config.PARQUET_PROFILE,
      timestamps: config.PARQUET_TIMESTAMPS,
      rowGroupRows: config.PARQUET_ROW_GROUP_ROWS,
    },
    service: serviceSettings(config),
    tracing: tracingSettings(config),
    monitor: monitorSettings(config),
    hours: hourSettings(config),
    maintain: maintainSettings(config),
    alerts: alertSettings(config),
  };
}

/** The same settings for one of several topics: its name, its table. */
export function settingsForTopic(settings: Settings, topic: string): Settings {
  const { kafka, table } = settings;
  return {
    ...settings,
    kafka: { ...kafka, topic, topics: { kind: 'one', topic } },
    table: { ...table, name: tableFor(topic, table.name) },
  };
}

function kafkaSettings(config: Config, aws: AwsSettings): KafkaSettings {
  const topics = chooseTopics(config);
  return {
    brokers: config.KAFKA_BROKERS ?? [],
    topic: nameTopics(topics),
    topics,
    groupId: config.KAFKA_GROUP_ID ?? defaultGroup(topics),
    clientId: config.KAFKA_CLIENT_ID,
    sessionTimeoutMs: config.KAFKA_SESSION_TIMEOUT_SECONDS * 1000,
    start: config.START,
    metadataMaxAgeMs: config.KAFKA_METADATA_SECONDS * 1000,
    fetchBytesMax: config.KAFKA_FETCH_BYTES_MAX,
    unpackedBytesMax: config.KAFKA_UNPACKED_BYTES_MAX,
    tls: {
      isOn: config.KAFKA_TLS === 'on',
      options: tlsOptions(config),
      secretId: config.KAFKA_TLS_SECRET_ID,
      aws,
      reloadEveryMs: config.KAFKA_TLS_RELOAD_SECONDS * 1000,
    },
    auth: {
      kind: config.KAFKA_AUTH,
      credentials: {
        username: config.KAFKA_SASL_USERNAME,
        usernameFile: config.KAFKA_SASL_USERNAME_FILE,
        password: config.KAFKA_SASL_PASSWORD,
        passwordFile: config.KAFKA_SASL_PASSWORD_FILE,
      },
      secretId: config.KAFKA_SASL_SECRET_ID,
      aws,
    },
  };
}

function tlsOptions(config: Config): TlsOptions {
  const options = {
    ca: config.KAFKA_TLS_CA,
    caFile: config.KAFKA_TLS_CA_FILE,
    cert: config.KAFKA_TLS_CERT,
    certFile: config.KAFKA_TLS_CERT_FILE,
    key: config.KAFKA_TLS_KEY,
    keyFile: config.KAFKA_TLS_KEY_FILE,
    keyPassphrase: config.KAFKA_TLS_KEY_PASSPHRASE,
    keystoreFile: config.KAFKA_TLS_KEYSTORE_FILE,
    keystorePassword: config.KAFKA_TLS_KEYSTORE_PASSWORD,
    keystoreKeyPassword: config.KAFKA_TLS_KEYSTORE_KEY_PASSWORD,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function tableSettings(config: Config): TableSettings {
  const topics = chooseTopics(config);
  return {
    name: topics.kind === 'one' ? tableFor(topics.topic, config.LAKE_TABLE) : (config.LAKE_TABLE ?? topicPlaceholder),
    isShared: isTableShared(topics, config),
    format: config.TABLE_FORMAT,
    commitEveryMs: config.COMMIT_SECONDS * 1000,
    layout: config.PARTITION_BY,
    hasProjection: config.PARTITION_PROJECTION,
    eventTimeField: config.EVENT_TIME_FIELD,
    eventTimeUnit: config.EVENT_TIME_UNIT,
    pastDaysMax: config.EVENT_TIME_PAST_DAYS_MAX,
    futureDaysMax: config.EVENT_TIME_FUTURE_DAYS_MAX,
  };
}

const growthOf: Readonly<Record<Config['SCHEMA_POLICY'], Growth>> = { evolve: 'all', log: 'new-names', frozen: 'none' };

function schemaSettings(config: Config): SchemaSettings {
  return {
    valueFormat: config.VALUE_FORMAT,
    records: config.RECORDS,
    kafkaColumns: kafkaColumnsOf(config),
    headerNames: config.KAFKA_HEADERS,
    growth: growthOf[config.SCHEMA_POLICY],
    numbers: config.SCHEMA_NUMBERS,
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

function serviceSettings(config: Config): ServiceSettings {
  return {
    logLevel: config.LOG_LEVEL,
    http: config.HTTP_PORT === undefined ? undefined : { host: config.HTTP_HOST, port: config.HTTP_PORT },
    emfNamespace: config.METRICS_EMF_NAMESPACE,
    bufferBytesMax: config.BUFFER_BYTES_MAX,
    commitsMax: config.COMMITS_MAX,
    retryMs: config.RETRY_SECONDS * 1000,
    shutdownMs: config.SHUTDOWN_DEADLINE_SECONDS * 1000,
    stallMs: config.STALL_SECONDS * 1000,
  };
}
