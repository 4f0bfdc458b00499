import { loadCredentials, type Credentials } from '../../kafka/access/credentials.ts';
import type { Authentication } from '../../kafka/kafkajs/sasl.ts';
import { systemClock } from '../../runtime/clock.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { AuthSettings } from '../config/settings/kafka-settings.ts';
import { fileReader } from './read-file.ts';

/**
 * How the client logs in after TLS; `undefined` where its certificate is enough. What is missing is found now, not at the first
 * connection. Rejects with CREDENTIALS_UNREADABLE, SECRET_* and IAM_CREDENTIALS_MISSING.
 */
export async function createAuthentication(settings: AuthSettings): Promise<Authentication | undefined> {
  const { kind } = settings;
  if (kind === 'tls') return undefined;
  if (kind === 'iam') {
    const { mskTokenSource } = await import('../../aws/credentials/msk-token.ts');
    const token = mskTokenSource(settings.aws, () => systemClock.nowMs());
    await token();
    return { kind: 'token', token };
  }
  return { kind, credentials: await createCredentialSource(() => readCredentials(settings)) };
}

/** Reads what is configured for each connection; what can't be read for a while is replaced by what was read last. */
async function createCredentialSource(read: () => Promise<Credentials>): Promise<() => Promise<Credentials>> {
  let last = await read();
  return async () => {
    try {
      last = await read();
    } catch (error) {
      if (!(error instanceof PipelineError) || !error.retryable) throw error;
    }
    return last;
  };
}

async function readCredentials({ credentials, secretId, aws }: AuthSettings): Promise<Credentials> {
  if (secretId === undefined) return loadCredentials(credentials, fileReader(aws));
  const { readSaslSecret } = await import('../../aws/credentials/sasl-secret.ts');
  return readSaslSecret(secretId, aws);
}
