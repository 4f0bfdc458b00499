import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { startBroker, type Broker } from '../../src/devstack/broker.ts';
import { ownNames, runCli, type Environment } from '../support/cli.ts';
import { temporaryFolder } from '../support/lake.ts';

const arnOf = (name: string): string => `arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/${name}`;
const authorityArn = arnOf('subordinate');

interface PrivateCaRequest {
  readonly CertificateAuthorityArn: string;
  readonly Csr: string;
  readonly TemplateArn: string;
  readonly Validity: { readonly Value: number };
}

/**
 * Speaks AWS Private CA's protocol and signs with an authority below the one that the broker trusts, with its documented limits for
 * short-lived and shared authorities; everything else goes on to the emulator, which has no Private CA.
 */
async function startPrivateCa({ authority }: Broker): Promise<{ endpoint: string; stop: () => void }> {
  const { endpoint } = inject('stack').aws;
  const signer = await authority.subordinate('Glueless subordinate');
  let certificate: string | undefined;
  let asked = 0;
  const answers: Record<string, (body: PrivateCaRequest) => Promise<[number, object]>> = {
    DescribeCertificateAuthority: async ({ CertificateAuthorityArn: arn }) => {
      const UsageMode = arn === arnOf('short-lived') ? 'SHORT_LIVED_CERTIFICATE' : 'GENERAL_PURPOSE';
      const CertificateAuthorityConfiguration = { KeyAlgorithm: 'EC_prime256v1' };
      return [200, { CertificateAuthority: { UsageMode, CertificateAuthorityConfiguration } }];
    },
    IssueCertificate: async ({ CertificateAuthorityArn: arn, Csr, TemplateArn, Validity }) => {
      if (arn === arnOf('short-lived') && Validity.Value > 7)
        return [400, { __type: 'InvalidArgsException', message: 'too long for a short-lived certificate' }];
      if (arn === arnOf('shared') && TemplateArn !== 'arn:aws:acm-pca:::template/EndEntityCertificate/V1')
        return [
          400,
          { __type: 'AccessDeniedException', message: 'not authorized to perform: acm-pca:IssueCertificate' },
        ];
      certificate = await signer.sign(Buffer.from(Csr, 'base64').toString(), Validity.Value);
      return [200, { CertificateArn: `${arn}/certificate/1` }];
    },
    GetCertificate: async () =>
      asked++ === 0
        ? [400, { __type: 'RequestInProgressException', message: 'not yet' }]
        : [200, { Certificate: certificate, CertificateChain: signer.chainPem }],
  };
  const server = createServer((request, response) => {
    void (async () => {
      const body = await text(request);
      const [service, action = ''] = String(request.headers['x-amz-target']).split('.');
      if (service === 'ACMPrivateCA') {
        const [status, answer] = (await answers[action]?.(JSON.parse(body))) ?? [400, {}];
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
        return;
      }
      const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
      const passed = await fetch(endpoint, { method: 'POST', headers: headers as Record<string, string>, body });
      response.writeHead(passed.status, { 'content-type': 'application/x-amz-json-1.1' }).end(await passed.text());
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => server.close() };
}

/** What MSK begins with: an authorizer that lets everybody use what has no entry. */
const mskDefaults = { 'allow.everyone.if.no.acl.found': 'true', 'super.users': 'User:CN=broker;User:ANONYMOUS' };

const lastLine = (stderr: string): unknown => JSON.parse(stderr.trim().split('\n').at(-1) ?? '');

describe('cert request', () => {
  let env: Environment = {};
  let broker: Broker;

  beforeAll(async () => {
    broker = await startBroker({ acls: true, properties: mskDefaults });
    const privateCa = await startPrivateCa(broker);
    env = {
      ...inject('stack').aws.environment,
      ...ownNames(),
      AWS_ENDPOINT_URL: privateCa.endpoint,
      KAFKA_BROKERS: broker.bootstrap,
      KAFKA_TLS_CA: broker.authority.certificatePem,
    };
    return async () => {
      privateCa.stop();
      await broker.stop();
    };
  });

  const request = (...args: string[]) =>
    runCli(['cert', 'request', '--authority', authorityArn, '--name', 'ward-7', '--days', '20', ...args], env);
  const publish = (identity: Environment) =>
    runCli(['produce', '--count', '10', '--partitions', '1'], { ...env, ...identity });

  it('puts a pair of a subordinate authority into a secret that a broker accepts which trusts the root', async () => {
    const secret = `cert-${env.KAFKA_TOPIC}`;
    const made = await request('--secret', secret);
    expect(made.code).toBe(0);
    expect(JSON.parse(made.stdout)).toMatchObject({ subject: 'CN=ward-7', daysLeft: 19, secret });
    expect(made.stdout).not.toContain('PRIVATE');
    expect(await publish({ KAFKA_TLS_SECRET_ID: secret })).toMatchObject({ code: 0 });
    const again = await request('--secret', secret);
    expect(again.code).toBe(0);
    expect(await publish({ KAFKA_TLS_SECRET_ID: secret })).toMatchObject({ code: 0 });
  });

  it('writes files that only their owner can read, and inspect describes them', async () => {
    const folder = await temporaryFolder();
    expect(await request('--out', folder)).toMatchObject({ code: 0 });
    const files = { KAFKA_TLS_CERT_FILE: join(folder, 'client.pem'), KAFKA_TLS_KEY_FILE: join(folder, 'client.key') };
    expect((await stat(files.KAFKA_TLS_KEY_FILE)).mode & 0o777).toBe(0o600);
    expect(await publish(files)).toMatchObject({ code: 0 });
    const inspected = await runCli(['cert', 'inspect'], { ...env, ...files });
    expect(inspected.stdout).toMatch(/^subject +CN=ward-7\nissuer +CN=Glueless subordinate\n/);
    expect(inspected.stdout).toMatch(/subject +CN=Glueless subordinate\nissuer +CN=Glueless devstack\n/);
    expect(inspected.stdout).not.toMatch(/subject +CN=Glueless devstack/);
    expect(inspected.stdout).toContain('are a pair; 19 days left');
    const key = await readFile(files.KAFKA_TLS_KEY_FILE, 'utf8');
    expect(inspected.stdout).not.toContain(key.split('\n')[1]);
  });

  it('opens a fresh cluster, whose topic of groups is not there yet, for everything that doctor tries', async () => {
    const { cert: KAFKA_TLS_CERT, key: KAFKA_TLS_KEY } = await broker.authority.issue({ commonName: 'doctor' });
    const own = { ...env, ...ownNames(), KAFKA_TLS_CERT, KAFKA_TLS_KEY, LAKE: await temporaryFolder() };
    expect(await publish(own)).toMatchObject({ code: 0 });
    const { code, stdout } = await runCli(['doctor'], own);
    expect(stdout).toMatch(/ok {4}consumer group: group-\w+ may be joined, 0 partitions with a committed offset/);
    expect(code).toBe(0);
  });

  it('makes principals of which MSK’s default lets each do everything, until glueless acl has run', async () => {
    const pairOf = async (commonName: string): Promise<Environment> => {
      const { cert, key } = await broker.authority.issue({ commonName });
      return { KAFKA_TLS_CERT: cert, KAFKA_TLS_KEY: key };
    };
    const [consumer, producer, admin] = [await pairOf('consumer'), await pairOf('producer'), await pairOf('admin')];
    const names = ownNames();
    expect(await publish({ ...consumer, ...names })).toMatchObject({ code: 0 });
    const options = ['--consumer', 'CN=consumer', '--producer', 'CN=producer', '--admin', 'CN=admin'];
    const set = await runCli(['acl', ...options, '--brokers', 'CN=broker'], { ...env, ...consumer, ...names });
    expect({ code: set.code, stderr: set.stderr }).toEqual({ code: 0, stderr: '' });
    // the broker has heard of the entries once nobody else may look at them
    const look = (identity: Environment) => runCli(['acl', ...options, '--dry-run'], { ...env, ...identity, ...names });
    await expect.poll(async () => (await look(consumer)).stderr, { timeout: 60_000 }).toContain('CLUSTER_DENIED');
    expect((await look(admin)).stdout).toContain('0 entries would be set, 9 were there');
    const refused = await publish({ ...consumer, ...names });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('TOPIC_DENIED');
    expect(await publish({ ...producer, ...names })).toMatchObject({ code: 0 });
    // what has no entry stays open
    expect(await publish({ ...consumer, ...ownNames() })).toMatchObject({ code: 0 });
  });

  it('asks for the days and the template that the authority allows', async () => {
    const out = await temporaryFolder();
    const of = (name: string, ...args: string[]) =>
      runCli(['cert', 'request', '--authority', arnOf(name), '--out', out, ...args], env);
    expect(JSON.parse((await of('short-lived')).stdout)).toMatchObject({ daysLeft: 6 });
    const tooLong = await of('short-lived', '--days', '20');
    expect({ code: tooLong.code, line: lastLine(tooLong.stderr) }).toMatchObject({
      code: 2,
      line: { level: 'fatal', code: 'USAGE_INVALID', error: expect.stringContaining('signs for 7 days at most') },
    });
    const shared = await of('shared');
    expect(lastLine(shared.stderr)).toMatchObject({
      level: 'fatal',
      code: 'AUTHORITY_DENIED',
      hint: expect.stringContaining('--template EndEntityCertificate/V1'),
    });
    expect(JSON.parse((await of('shared', '--template', 'EndEntityCertificate/V1')).stdout)).toMatchObject({
      daysLeft: 89,
    });
  });

  it('says what is missing', async () => {
    const nowhere = await request();
    expect(nowhere.code).not.toBe(0);
    expect(nowhere.stderr).toContain('expected --secret or --out');
    const nothing = await runCli(['cert', 'inspect'], env);
    expect(nothing.code).toBe(1);
    expect(nothing.stderr).toContain('no client certificate is configured');
  });
});
