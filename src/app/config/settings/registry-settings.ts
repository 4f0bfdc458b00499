import type { CredentialOptions } from '../../../kafka/access/credentials.ts';
import type { Config } from '../config.ts';
import type { AwsSettings } from './aws-settings.ts';

/** Where schemas of values are. */
export interface RegistrySettings {
  readonly url: string | undefined;
  /** Glue's registry is asked too. */
  readonly hasGlue: boolean;
  readonly credentials: CredentialOptions;
  readonly secretId: string | undefined;
  /** Paths of PEM files. */
  readonly tls: Readonly<Record<'ca' | 'cert' | 'key', string | undefined>>;
  readonly aws: AwsSettings;
}

export function registrySettings(config: Config, aws: AwsSettings): RegistrySettings {
  return {
    url: config.SCHEMA_REGISTRY_URL,
    hasGlue: config.SCHEMA_REGISTRY_GLUE,
    credentials: {
      username: config.SCHEMA_REGISTRY_USERNAME,
      usernameFile: config.SCHEMA_REGISTRY_USERNAME_FILE,
      password: config.SCHEMA_REGISTRY_PASSWORD,
      passwordFile: config.SCHEMA_REGISTRY_PASSWORD_FILE,
    },
    secretId: config.SCHEMA_REGISTRY_SECRET_ID,
    tls: {
      ca: config.SCHEMA_REGISTRY_TLS_CA_FILE,
      cert: config.SCHEMA_REGISTRY_TLS_CERT_FILE,
      key: config.SCHEMA_REGISTRY_TLS_KEY_FILE,
    },
    aws,
  };
}
