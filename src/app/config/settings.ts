import type { BatchPolicy } from '../../consumer/batch/batch-policy.ts';
import type { Environment } from '../../runtime/environment.ts';
import type { AwsSettings } from './settings/aws-settings.ts';
import { batchAgeSeconds, readConfig, type Config, type VariableName } from './config.ts';
import { alertSettings, hourSettings, type AlertSettings, type HourSettings } from './settings/hours-settings.ts';
import { kafkaSettings, type KafkaSettings } from './settings/kafka-settings.ts';
import { lakeSettings, type LakeSettings } from './settings/lake-settings.ts';
import { maintainSettings, type MaintainSettings } from './settings/maintain-settings.ts';
import { monitorSettings, type MonitorSettings } from './settings/monitor-settings.ts';
import { registrySettings, type RegistrySettings } from './settings/registry-settings.ts';
import { schemaSettings, type SchemaSettings } from './settings/schema-settings.ts';
import { tableSettings, type TableSettings } from './settings/table-settings.ts';
import { isAmong, tableFor } from './topic-choice.ts';
import { tracingSettings, type TracingSettings } from './settings/tracing-settings.ts';

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
  const name = tableFor(topic, table.name);
  const isSharer = (other: string): boolean => isAmong(kafka.topics, other) && tableFor(other, table.name) === name;
  return {
    ...settings,
    kafka: { ...kafka, topic, topics: { kind: 'one', topic }, isOneOfSeveral: kafka.topics.kind !== 'one' },
    table: { ...table, name, isSharer },
  };
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
