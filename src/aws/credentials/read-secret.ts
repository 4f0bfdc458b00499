import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { PipelineError } from '../../runtime/errors.ts';
import { countRequests } from '../client/count-requests.ts';
import { clientOptions, type AwsOptions } from '../client/client-options.ts';
import { explainAwsError } from '../client/explain-aws-error.ts';

/** What a secret must be, in words and as an example. */
export interface SecretForm<T> {
  readonly schema: z.ZodType<T>;
  readonly expected: string;
  readonly example: string;
}

/** Reads a secret that is a JSON object. Rejects with SECRET_*; no message holds anything of the secret. */
export async function readSecret<T>(id: string, options: AwsOptions, form: SecretForm<T>): Promise<T> {
  const client = countRequests(new SecretsManagerClient(clientOptions(options)));
  try {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: id }));
    return form.schema.parse(JSON.parse(SecretString));
  } catch (error) {
    // the parser's message holds the secret: it must not reach the log
    if (!(error instanceof SyntaxError) && !(error instanceof z.ZodError))
      throw explainAwsError(error, `secret ${id}`, 'SECRET');
    throw new PipelineError('SECRET_INVALID', {
      message: `the secret ${id} is no JSON object with ${form.expected}`,
      retryable: false,
      hint: form.example,
    });
  } finally {
    client.destroy();
  }
}
