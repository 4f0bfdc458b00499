import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { inject } from 'vitest';

/** Puts an object into the bucket of the AWS emulator; answers with its address. */
export async function putObject(key: string, content: Buffer | string): Promise<string> {
  const { bucket } = inject('stack').aws;
  const client = new S3Client({ ...clientOptions(), forcePathStyle: true });
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content }));
  client.destroy();
  return `s3://${bucket}/${key}`;
}

/** Makes a secret of Secrets Manager on the AWS emulator. */
export async function createSecret(name: string, content: string): Promise<void> {
  const client = new SecretsManagerClient(clientOptions());
  await client.send(new CreateSecretCommand({ Name: name, SecretString: content }));
  client.destroy();
}

/** Options of clients of the AWS emulator. */
export function clientOptions() {
  return {
    endpoint: inject('stack').aws.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
}
