import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { clientOptions, type AwsOptions } from './client-options.ts';
import { explainAwsError, isNamed } from './explain-aws-error.ts';
import { readSecret } from './read-secret.ts';

const secretSchema = z.object({ cert: z.string(), key: z.string(), ca: z.string().optional() });

export type TlsSecret = Readonly<z.infer<typeof secretSchema>>;

/** Reads certificate, key and authority (PEM) from a secret that is a JSON object with `cert`, `key` and optionally `ca`. */
export async function readTlsSecret(id: string, options: AwsOptions): Promise<TlsSecret> {
  return readSecret(id, options, {
    schema: secretSchema,
    expected: 'the strings cert and key',
    example: '{"cert": "<PEM>", "key": "<PEM>", "ca": "<PEM>"}',
  });
}

/** Puts a new version into the secret; creates the secret if it is missing. */
export async function writeTlsSecret(id: string, secret: TlsSecret, options: AwsOptions): Promise<void> {
  const client = new SecretsManagerClient(clientOptions(options));
  const SecretString = JSON.stringify(secret);
  try {
    await client.send(new PutSecretValueCommand({ SecretId: id, SecretString })).catch(async (error: unknown) => {
      if (!isNamed(error, 'ResourceNotFoundException')) throw error;
      await client.send(new CreateSecretCommand({ Name: id, SecretString }));
    });
  } catch (error) {
    throw explainAwsError(error, `secret ${id}`, 'SECRET');
  } finally {
    client.destroy();
  }
}
