import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { ownNames, runCli, type Environment } from '../../support/cli.ts';
import { connectAdmin } from '../../support/kafka.ts';
import { temporaryFolder } from '../../support/lake.ts';
import { saslUsers } from '../../support/sasl-listener.ts';
import { setScramUser } from '../../support/scram-user.ts';
import { createSecret, putObject } from '../../support/emulator-objects.ts';

const { bootstrap, sasl, plaintext, credentials, aws } = inject('stack');
const { ca, cert, key } = credentials.admin;
const scramUser = { username: saslUsers.scram, password: 'scram-password' };
const onSasl = { KAFKA_BROKERS: sasl, KAFKA_TLS_CA: ca };
const scram = {
  ...onSasl,
  KAFKA_AUTH: 'scram',
  KAFKA_SASL_USERNAME: scramUser.username,
  KAFKA_SASL_PASSWORD: scramUser.password,
};
const plain = {
  ...onSasl,
  KAFKA_AUTH: 'plain',
  KAFKA_SASL_USERNAME: saslUsers.plain.username,
  KAFKA_SASL_PASSWORD: saslUsers.plain.password,
};
const iam = {
  ...onSasl,
  KAFKA_AUTH: 'iam',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: saslUsers.iam.accessKeyId,
  AWS_SECRET_ACCESS_KEY: saslUsers.iam.secretAccessKey,
};

beforeAll(() => setScramUser(connectAdmin(), scramUser));

const publish = (env: Environment) =>
  runCli(['produce', '--count', '20', '--partitions', '1'], { ...ownNames(), LOG_LEVEL: 'error', ...env });

/** Runs a one-off command that fails; answers with its one line. */
async function refusal(env: Environment): Promise<Record<string, string>> {
  const { code, stderr } = await publish(env);
  const lines = stderr.trim().split('\n');
  expect(lines).toHaveLength(1);
  expect(code).toBe(1);
  return JSON.parse(lines[0] ?? '{}');
}

describe('each way in', () => {
  it.each([
    ['SASL/SCRAM-SHA-512', scram],
    ['SASL/PLAIN', plain],
    ['MSK’s access by IAM, whose token an implementation of its own verifies', iam],
  ])('publishes and reads by %s', async (_, env) => {
    const own = { ...env, ...ownNames(), LAKE: await temporaryFolder() };
    expect(await publish(own)).toMatchObject({ code: 0 });
    const consumed = await runCli(['consume', '--until-end'], own);
    expect(consumed).toMatchObject({ code: 0 });
    expect(consumed.stderr).toMatch(/"rows":20/);
    expect(consumed.stderr).not.toContain(scramUser.password);
  });

  it('takes user and password from files, and from a secret of Secrets Manager', async () => {
    const folder = await temporaryFolder();
    const [userFile, passwordFile] = [join(folder, 'user'), join(folder, 'password')];
    await writeFile(userFile, `${scramUser.username}\n`);
    await writeFile(passwordFile, `${scramUser.password}\n`);
    const withFiles = {
      ...onSasl,
      KAFKA_AUTH: 'scram',
      KAFKA_SASL_USERNAME_FILE: userFile,
      KAFKA_SASL_PASSWORD_FILE: passwordFile,
    };
    expect(await publish(withFiles)).toMatchObject({ code: 0 });
    const secret = `AmazonMSK_${ownNames().KAFKA_GROUP_ID}`;
    await createSecret(secret, JSON.stringify(scramUser));
    const withSecret = { ...onSasl, ...aws.environment, KAFKA_AUTH: 'scram', KAFKA_SASL_SECRET_ID: secret };
    expect(await publish(withSecret)).toMatchObject({ code: 0 });
  });

  it('takes a password from an object of S3, and names one that is not there', async () => {
    const address = await putObject(`${ownNames().KAFKA_TOPIC}/password`, `${scramUser.password}\n`);
    const withFile = (path: string) => ({ ...aws.environment, ...withPasswordFile(path) });
    expect(await publish(withFile(address))).toMatchObject({ code: 0 });
    const line = await refusal(withFile(`${address}-gone`));
    expect(line).toMatchObject({ code: 'STORE_MISSING', error: expect.stringContaining(`${address}-gone`) });
  });

  it('goes without TLS only where the configuration says so, and says it loudly', async () => {
    const { code, stderr } = await publish({ KAFKA_BROKERS: plaintext, KAFKA_TLS: 'off', LOG_LEVEL: 'warn' });
    expect(code).toBe(0);
    expect(stderr).toMatch(/"level":"warn".*KAFKA_TLS=off: records and passwords can be read/);
  });
});

describe('a mistake gets one line that names its likely cause', () => {
  it.each([
    ['a wrong password', { ...scram, KAFKA_SASL_PASSWORD: 'guess' }, 'LOGIN_REFUSED', /user and password/],
    ['an unknown user', { ...scram, KAFKA_SASL_USERNAME: 'ghost' }, 'LOGIN_REFUSED', /user and password/],
    ['a wrong password of PLAIN', { ...plain, KAFKA_SASL_PASSWORD: 'guess' }, 'LOGIN_REFUSED', /user and password/],
    ['a token signed with another secret', { ...iam, AWS_SECRET_ACCESS_KEY: 'other' }, 'LOGIN_REFUSED', /IAM token/],
    ['no AWS credentials', withoutCredentials(), 'IAM_CREDENTIALS_MISSING', /no token/],
    ['a file that is not there', withPasswordFile('no/such'), 'CREDENTIALS_UNREADABLE', /no\/such.*ENOENT/],
    ['SASL on the port for certificates', { ...scram, KAFKA_BROKERS: bootstrap }, 'CLIENT_CERT_MISSING', /certificate/],
    [
      'SASL with a certificate on the port for certificates',
      { ...scram, KAFKA_BROKERS: bootstrap, KAFKA_TLS_CERT: cert, KAFKA_TLS_KEY: key },
      'SASL_MECHANISM_UNSUPPORTED',
      /does not offer/,
    ],
    [
      'a certificate on the port for SASL',
      { ...onSasl, KAFKA_TLS_CERT: cert, KAFKA_TLS_KEY: key },
      'SASL_REQUIRED',
      /asks for SASL/,
    ],
    ['no TLS on a port for TLS', { KAFKA_BROKERS: bootstrap, KAFKA_TLS: 'off' }, 'BROKER_TLS', /asks for TLS/],
  ])('%s', async (_, env, code, message) => {
    const line = await refusal(env);
    expect(line).toMatchObject({ level: 'fatal', code, hint: expect.any(String) });
    expect(line['error']).toMatch(message);
  });
});

function withoutCredentials(): Environment {
  const { AWS_ACCESS_KEY_ID: _key, AWS_SECRET_ACCESS_KEY: _secret, ...rest } = iam;
  return { ...rest, AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nonexistent' };
}

function withPasswordFile(path: string): Environment {
  const { KAFKA_SASL_PASSWORD: _, ...rest } = scram;
  return { ...rest, KAFKA_SASL_PASSWORD_FILE: path };
}
