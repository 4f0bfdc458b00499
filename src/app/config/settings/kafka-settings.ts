import type { CredentialOptions } from '../../../kafka/access/credentials.ts';
import type { TlsOptions } from '../../../kafka/access/tls-material.ts';
import type { AwsSettings } from './aws-settings.ts';
import type { Config } from '../config.ts';
import { chooseTopics, defaultGroup, nameTopics, type TopicChoice } from '../topic-choice.ts';

/** Which topics are read, how the brokers are reached, and who the client is. */
export interface KafkaSettings {
  readonly brokers: readonly string[];
  /** The topics in words where there are several: commands read one of them by `settingsForTopic`. */
  readonly topic: string;
  readonly topics: TopicChoice;
  /** Several are configured, and these settings are of one of them. */
  readonly isOneOfSeveral?: boolean;
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

export function kafkaSettings(config: Config, aws: AwsSettings): KafkaSettings {
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
