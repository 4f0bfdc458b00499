import type { RegistryName, SchemaRegistries, SchemaRegistry } from '../../consumer/ports/schema-registry.ts';
import { loadCredentials } from '../../kafka/access/credentials.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { readNamedFile } from '../../runtime/named-file.ts';
import type { RegistryClientOptions } from '../../registry/registry-client.ts';
import type { RegistrySettings } from '../config/settings/registry-settings.ts';
import { fileReader } from './read-file.ts';

/** Opens the registries that are configured, and loads the code of no other. What is asked of them is asked when a schema is needed. */
export async function openRegistries(settings: RegistrySettings): Promise<SchemaRegistries> {
  const found = new Map<RegistryName, SchemaRegistry>();
  const { url, hasGlue, aws } = settings;
  if (url !== undefined) {
    const credentials = credentialsOf(settings);
    const options = { url, credentials, tls: () => readTls(settings) };
    const { openConfluentRegistry } = await import('../../registry/confluent-registry.ts');
    found.set('confluent', openConfluentRegistry(options));
  }
  if (hasGlue) {
    const { createGlueSchemaRegistry } = await import('../../aws/glue/schema-registry.ts');
    found.set('glue', createGlueSchemaRegistry(aws));
  }
  return found;
}

function credentialsOf({ credentials, secretId, aws }: RegistrySettings): RegistryClientOptions['credentials'] {
  if (secretId !== undefined)
    return async () => {
      const { readSaslSecret } = await import('../../aws/credentials/sasl-secret.ts');
      return readSaslSecret(secretId, aws);
    };
  const { username, usernameFile } = credentials;
  if (username === undefined && usernameFile === undefined) return undefined;
  return () => loadCredentials(credentials, fileReader(aws), 'SCHEMA_REGISTRY');
}

async function readTls({ tls, aws }: RegistrySettings): Promise<{ ca?: string; cert?: string; key?: string }> {
  const read = async (name: 'ca' | 'cert' | 'key'): Promise<Partial<Record<typeof name, string>>> => {
    const file = tls[name];
    if (file === undefined) return {};
    const variable = `SCHEMA_REGISTRY_TLS_${name.toUpperCase()}_FILE`;
    const content = await readNamedFile({ file, variable, read: fileReader(aws) }, unreadable);
    return { [name]: content.toString('utf8') };
  };
  return { ...(await read('ca')), ...(await read('cert')), ...(await read('key')) };
}

function unreadable(message: string): PipelineError {
  return new PipelineError('CERT_UNREADABLE', {
    message,
    retryable: false,
    hint: 'it must be the path of a PEM file that is readable for the user the process runs as',
  });
}
