import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { PipelineError } from '../runtime/errors.ts';
import { clientOptions, type AwsOptions } from './client-options.ts';
import { explainAwsError, isNamed } from './explain-aws-error.ts';

const secretSchema = z.object({ cert: z.string(), key: z.string(), ca: z.string().optional() });

export type TlsSecret = Readonly<z.infer<typeof secretSchema>>;

/** Reads certificate, key and authority (PEM) from a secret that is a JSON object with `cert`, `key` and optionally `ca`. */
export async function readTlsSecret(id: string, options: AwsOptions): Promise<TlsSecret> {
  const client = new SecretsManagerClient(clientOptions(options));
  try {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: id }));
    return secretSchema.parse(JSON.parse(SecretString));
  } catch (error) {
    // the parser's message holds the secret: it must not reach the log
    if (!(error instanceof SyntaxError) && !(error instanceof z.ZodError))
      throw explainAwsError(error, `secret ${id}`, 'SECRET');
    throw new PipelineError('SECRET_INVALID', {
      message: `the secret ${id} is no JSON object with the strings cert and key`,
      retryable: false,
      hint: '{"cert": "<PEM>", "key": "<PEM>", "ca": "<PEM>"}',
    });
  } finally {
    client.destroy();
  }
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
