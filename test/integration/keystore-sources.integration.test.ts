import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { kafkaEnvironment, ownNames, runCli } from '../support/cli.ts';
import { createSecret, putObject } from '../support/emulator-objects.ts';
import { temporaryFolder } from '../support/lake.ts';

const { aws, credentials } = inject('stack');
const { cert, key, ca } = credentials.admin;
const names = ownNames();
const env = { ...kafkaEnvironment(), ...aws.environment, ...names, KAFKA_TLS_CERT: '', KAFKA_TLS_KEY: '' };
const publish = (more: Record<string, string>) =>
  runCli(['produce', '--count', '1', '--partitions', '1'], { ...env, ...more });

async function keystore(): Promise<Buffer> {
  const folder = await temporaryFolder();
  const [pem, file] = [join(folder, 'client.pem'), join(folder, 'client.p12')];
  await writeFile(pem, `${key}\n${cert}`, { mode: 0o600 });
  execFileSync('openssl', ['pkcs12', '-export', '-in', pem, '-out', file, '-passout', 'pass:geheim'], {
    stdio: 'ignore',
  });
  return readFile(file);
}

it('a keystore is taken out of a secret, with its password', async () => {
  const id = `keystore-${names.KAFKA_TOPIC}`;
  const keystoreBase64 = (await keystore()).toString('base64');
  await createSecret(id, JSON.stringify({ keystore: keystoreBase64, password: 'geheim', ca }));
  expect(await publish({ KAFKA_TLS_SECRET_ID: id, KAFKA_TLS_CA: '' })).toMatchObject({ code: 0 });
});

it('a keystore and the brokers’ authority are taken out of S3, and one that is not there is named', async () => {
  const put = (name: string, content: Buffer | string) => putObject(`${names.KAFKA_TOPIC}/${name}`, content);
  await put('client.p12', await keystore());
  await put('ca.pem', ca);
  const folder = `s3://${aws.bucket}/${names.KAFKA_TOPIC}`;
  const files = { KAFKA_TLS_CA: '', KAFKA_TLS_CA_FILE: `${folder}/ca.pem`, KAFKA_TLS_KEYSTORE_PASSWORD: 'geheim' };
  expect(await publish({ ...files, KAFKA_TLS_KEYSTORE_FILE: `${folder}/client.p12` })).toMatchObject({ code: 0 });
  const gone = await publish({ ...files, KAFKA_TLS_KEYSTORE_FILE: `${folder}/gone.p12` });
  expect(gone.code).toBe(1);
  expect(gone.stderr).toContain('STORE_MISSING');
  expect(gone.stderr).toContain(`${folder}/gone.p12`);
});
