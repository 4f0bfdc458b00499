import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { countRequests } from '../client/count-requests.ts';
import { clientOptions, type AwsOptions } from '../client/client-options.ts';
import { explainAwsError, isNamed } from '../client/explain-aws-error.ts';
import { readSecret } from './read-secret.ts';

const ca = z.string().optional();
const pairSchema = z.object({ cert: z.string(), key: z.string(), ca });
const keystoreSchema = z.object({
  keystore: z.base64().transform((text) => Buffer.from(text, 'base64')),
  password: z.string(),
  keyPassword: z.string().optional(),
  ca,
});
const secretSchema = z.union([pairSchema, keystoreSchema]);

/** Certificate and key, with the authority of the brokers; all PEM. */
export type PairSecret = Readonly<z.infer<typeof pairSchema>>;

export type TlsSecret = Readonly<z.infer<typeof secretSchema>>;

/** Reads a secret that is a JSON object with `cert` and `key`, or with a PKCS#12 `keystore` in Base64 and its `password`. */
export async function readTlsSecret(id: string, options: AwsOptions): Promise<TlsSecret> {
  return readSecret(id, options, {
    schema: secretSchema,
    expected: 'the strings cert and key, or keystore and password',
    example: '{"cert": "<PEM>", "key": "<PEM>", "ca": "<PEM>"} or {"keystore": "<Base64>", "password": "…"}',
  });
}

/** Puts a new version into the secret; creates the secret if it is missing. */
export async function writeTlsSecret(id: string, secret: PairSecret, options: AwsOptions): Promise<void> {
  const client = countRequests(new SecretsManagerClient(clientOptions(options)));
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
