import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { inject } from 'vitest';

/** Makes a secret of Secrets Manager on the AWS emulator. */
export async function createSecret(name: string, content: string): Promise<void> {
  const client = new SecretsManagerClient({
    endpoint: inject('stack').aws.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await client.send(new CreateSecretCommand({ Name: name, SecretString: content }));
  client.destroy();
}
