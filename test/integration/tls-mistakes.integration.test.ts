import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { freePort } from '../../src/devstack/child.ts';
import { createAuthority, type Authority } from '../../src/pki/authority.ts';
import { kafkaEnvironment, ownNames, runCli, type Environment } from '../support/cli.ts';
import { temporaryFolder } from '../support/lake.ts';

const { credentials, plaintext } = inject('stack');
const { admin, nobody, expired, stranger, otherHost } = credentials;

/** What was set up wrong does not pass by itself: it is not tried again for minutes, however slow the machine is. */
const tookMsMax = 60_000;

/** Runs a one-off command; answers with its one line and how it ended. */
async function attempt(
  env: Environment,
): Promise<{ code: number | string; line: Record<string, string>; stderr: string }> {
  const { code, stderr, tookMs } = await runCli(['produce', '--count', '1'], {
    ...ownNames(),
    LOG_LEVEL: 'error',
    ...env,
  });
  const lines = stderr.trim().split('\n');
  expect(lines).toHaveLength(1);
  expect(tookMs).toBeLessThan(tookMsMax);
  return { code, line: JSON.parse(lines[0] ?? '{}'), stderr };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return `localhost:${port}`;
}

/** A server’s certificate that it signed itself, made by OpenSSL. */
async function selfSignedServer(...kind: string[]): Promise<{ cert: string; key: string; ca: string }> {
  const folder = await temporaryFolder();
  const [keyFile, certFile] = [join(folder, 'server.key'), join(folder, 'server.pem')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', ['req', '-x509', '-nodes', ...kind, ...names, '-keyout', keyFile, '-out', certFile], {
    stdio: 'ignore',
  });
  const [cert, key] = [await readFile(certFile, 'utf8'), await readFile(keyFile, 'utf8')];
  return { cert, key, ca: cert };
}

describe('a mistake in TLS gets one line that names its likely cause, and a non-zero exit', () => {
  it.each([
    [
      'no client certificate',
      () => ({ KAFKA_TLS_CERT: '', KAFKA_TLS_KEY: '' }),
      'CLIENT_CERT_MISSING',
      /asks for a client certificate/,
    ],
    [
      'a client certificate of an unknown authority',
      () => ({ KAFKA_TLS_CERT: stranger.cert, KAFKA_TLS_KEY: stranger.key }),
      'CLIENT_CERT_REJECTED',
      /not signed by an authority the broker trusts/,
    ],
    [
      'an expired client certificate',
      () => ({ KAFKA_TLS_CERT: expired.cert, KAFKA_TLS_KEY: expired.key }),
      'CERT_EXPIRED',
      /expired on/,
    ],
    [
      'a key that belongs to another certificate',
      () => ({ KAFKA_TLS_KEY: nobody.key }),
      'CERT_KEY_MISMATCH',
      /does not belong/,
    ],
    [
      'text that is no certificate',
      () => ({ KAFKA_TLS_CERT: 'nonsense' }),
      'CERT_UNREADABLE',
      /certificate can’t be read/,
    ],
    [
      'a certificate file that is not there',
      () => ({ KAFKA_TLS_CERT: '', KAFKA_TLS_CERT_FILE: 'no/such.pem' }),
      'CERT_UNREADABLE',
      /no\/such\.pem/,
    ],
    [
      'a broker of an authority we do not trust',
      () => ({ KAFKA_TLS_CA: stranger.ca }),
      'BROKER_UNTRUSTED',
      /not signed by an authority we trust/,
    ],
    [
      'a listener without TLS',
      () => ({ KAFKA_BROKERS: plaintext }),
      'BROKER_NOT_TLS',
      /does not speak TLS|before TLS was set up/,
    ],
    [
      'a principal without rights on the topic',
      () => ({ KAFKA_TLS_CERT: nobody.cert, KAFKA_TLS_KEY: nobody.key }),
      'TOPIC_DENIED',
      /may not use the topic/,
    ],
    [
      'a host name that does not exist',
      () => ({ KAFKA_BROKERS: 'nowhere.invalid:9094' }),
      'BROKER_UNREACHABLE',
      /can't be resolved/,
    ],
  ])('%s', async (_what, change, code, message) => {
    const result = await attempt({ ...kafkaEnvironment(), ...change() });
    expect(result.line).toMatchObject({ level: 'fatal', code, hint: expect.any(String) });
    expect(result.line['error']).toMatch(message);
    expect(result.code).toBe(1);
  });

  it('a port nobody listens on', async () => {
    const result = await attempt({ ...kafkaEnvironment(), KAFKA_BROKERS: `localhost:${await freePort()}` });
    expect(result.line).toMatchObject({ code: 'BROKER_UNREACHABLE' });
  });

  it('a certificate for another host name', async () => {
    const { cert, key, ca } = otherHost;
    const bootstrap = await listen(createTlsServer({ cert, key, ca }));
    const result = await attempt({ ...kafkaEnvironment(), KAFKA_BROKERS: bootstrap });
    expect(result.line).toMatchObject({ code: 'BROKER_NAME_MISMATCH' });
  });

  it.each([
    [
      'valid only later',
      async (authority: Authority) => {
        const notBefore = new Date(Date.now() + 86_400_000);
        return authority.issue({ commonName: 'broker', hosts: ['localhost'], notBefore });
      },
      /valid only later/,
    ],
    [
      'for clients only',
      async () => selfSignedServer('-newkey', 'rsa:2048', '-addext', 'extendedKeyUsage=clientAuth'),
      /not one for servers/,
    ],
    ['of a short key', async () => selfSignedServer('-newkey', 'rsa:1024', '-sha256'), /too weak/],
  ])('a broker’s certificate that is %s', async (_, issue, message) => {
    const { cert, key, ca } = await issue(await createAuthority('Another authority'));
    const bootstrap = await listen(createTlsServer({ cert, key, ca, ciphers: 'DEFAULT:@SECLEVEL=0' }));
    const result = await attempt({ ...kafkaEnvironment(), KAFKA_BROKERS: bootstrap, KAFKA_TLS_CA: ca });
    expect(result.line).toMatchObject({ code: 'BROKER_UNTRUSTED', error: expect.stringMatching(message) });
  });

  it('a broker that speaks TLS 1.1 only, also when NODE_OPTIONS would allow it', async () => {
    const authority = await createAuthority('Another authority');
    const { cert, key, ca } = await authority.issue({ commonName: 'broker', hosts: ['localhost'] });
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    const bootstrap = await listen(createTlsServer({ cert, key, ca, ...old }));
    const env = { ...kafkaEnvironment(), KAFKA_BROKERS: bootstrap, KAFKA_TLS_CA: ca };
    const result = await attempt({ ...env, NODE_OPTIONS: '--tls-min-v1.0 --tls-cipher-list=DEFAULT@SECLEVEL=0' });
    expect(result.line).toMatchObject({ code: 'BROKER_UNTRUSTED', error: expect.stringContaining('no longer safe') });
  });

  it('a host that accepts and says nothing', async () => {
    const bootstrap = await listen(createServer());
    const result = await attempt({ ...kafkaEnvironment(), KAFKA_BROKERS: bootstrap });
    expect(result.line).toMatchObject({ code: 'BROKER_SILENT' });
  });

  it('a consumer group the principal may not use', async () => {
    const env = { ...kafkaEnvironment(nobody), ...ownNames(), LAKE: await temporaryFolder() };
    const { code, stderr } = await runCli(['consume', '--until-end'], { ...env, LOG_LEVEL: 'error' });
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ level: 'fatal', code: 'TOPIC_DENIED' });
  });

  it('prints no secret, whatever is wrong', async () => {
    const { stderr } = await attempt({ ...kafkaEnvironment(), KAFKA_TLS_CERT: 'nonsense' });
    expect(stderr).not.toContain(admin.key.split('\n')[1]);
  });
});

describe('a keystore', () => {
  const password = 'change-it';

  async function keystore(): Promise<{ folder: string; file: string }> {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'client.pem'), admin.cert);
    await writeFile(join(folder, 'client.key'), admin.key, { mode: 0o600 });
    const file = join(folder, 'kafka.client.keystore.jks');
    const files = ['-in', join(folder, 'client.pem'), '-inkey', join(folder, 'client.key'), '-out', file];
    execFileSync('openssl', ['pkcs12', '-export', ...files, '-passout', `pass:${password}`]);
    return { folder, file };
  }

  const withKeystore = (file: string, secret: string): Record<string, string> => ({
    ...kafkaEnvironment(),
    KAFKA_TLS_CERT: '',
    KAFKA_TLS_KEY: '',
    KAFKA_TLS_KEYSTORE_FILE: file,
    KAFKA_TLS_KEYSTORE_PASSWORD: secret,
  });

  it('of PKCS#12 works, whatever its file is called', async () => {
    const { file } = await keystore();
    const { code, stdout, stderr } = await runCli(['produce', '--count', '3'], {
      ...withKeystore(file, password),
      ...ownNames(),
    });
    expect(code).toBe(0);
    expect(stderr).toMatch(/"subject":"CN=admin".*"daysLeft":36\d/);
    expect(JSON.parse(stdout)).toMatchObject({ acknowledged: 3 });
  });

  it('with another password says so, and not the password', async () => {
    const { file } = await keystore();
    const { line, stderr, code } = await attempt(withKeystore(file, 'guess-123'));
    expect(line).toMatchObject({ code: 'KEYSTORE_PASSWORD' });
    expect(stderr).not.toContain('guess-123');
    expect(code).toBe(1);
  });

  it('of the old Java format says how to convert it', async () => {
    const { folder, file } = await keystore();
    const jks = join(folder, 'real.jks');
    const from = ['-srckeystore', file, '-srcstoretype', 'PKCS12', '-srcstorepass', password];
    const to = ['-destkeystore', jks, '-deststoretype', 'JKS', '-deststorepass', password];
    execFileSync('keytool', ['-importkeystore', '-noprompt', ...from, ...to], { stdio: 'ignore' });
    const { line } = await attempt(withKeystore(jks, password));
    expect(line).toMatchObject({
      code: 'KEYSTORE_UNSUPPORTED',
      hint: expect.stringContaining('keytool -importkeystore'),
    });
  });

  it('that is none says so', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'x.p12'), 'not a keystore at all');
    const { line } = await attempt(withKeystore(join(folder, 'x.p12'), password));
    expect(line).toMatchObject({ code: 'CERT_UNREADABLE' });
  });
});
