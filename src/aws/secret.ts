import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { PipelineError } from '../runtime/errors.ts';
import { clientOptions, type AwsOptions } from './client-options.ts';
import { explainAwsError } from './failure.ts';

const secretSchema = z.object({ cert: z.string(), key: z.string(), ca: z.string().optional() });

/** Certificate, key and authority (PEM) of a secret that is a JSON object with `cert`, `key` and perhaps `ca`. */
export async function readTlsSecret(id: string, options: AwsOptions): Promise<z.infer<typeof secretSchema>> {
  const client = new SecretsManagerClient(clientOptions(options));
  try {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: id }));
    return secretSchema.parse(JSON.parse(SecretString));
  } catch (error) {
    // what was parsed must not reach the log
    if (!(error instanceof SyntaxError) && !(error instanceof z.ZodError))
      throw explainAwsError(error, `secret ${id}`, 'STORE');
    throw new PipelineError('CERT_UNREADABLE', {
      message: `the secret ${id} is no JSON object with the texts cert and key`,
      retryable: false,
      hint: '{"cert": "<PEM>", "key": "<PEM>", "ca": "<PEM>"}',
    });
  } finally {
    client.destroy();
  }
}
