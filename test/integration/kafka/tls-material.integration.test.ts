import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { checkTlsMaterial, clientCertificates } from '../../../src/kafka/access/client-certificate.ts';
import { loadTlsMaterial, type TlsOptions } from '../../../src/kafka/access/tls-material.ts';
import { kafkaEnvironment, ownNames, runCli } from '../../support/cli.ts';
import { temporaryFolder } from '../../support/lake.ts';

const { admin, nobody, stranger } = inject('stack').credentials;
const password = 'Schlüssel 7';

/** Gives the key of a keystore another password than the keystore's, which keytool does not do. */
const resealProgram = `
import java.io.*;
import java.security.KeyStore;
class Reseal {
  public static void main(String[] given) throws Exception {
    char[] outer = given[3].toCharArray();
    KeyStore store = KeyStore.getInstance(new File(given[0]), outer);
    String alias = store.aliases().nextElement();
    store.setKeyEntry(alias, store.getKey(alias, outer), given[2].toCharArray(), store.getCertificateChain(alias));
    try (OutputStream out = new FileOutputStream(given[1])) { store.store(out, outer); }
  }
}`;

const run = (command: string, ...args: string[]): void => {
  execFileSync(command, args, { stdio: 'ignore' });
};

/** A keystore of the admin's key, certificate and authority, made by OpenSSL. */
async function keystore(...options: string[]): Promise<string> {
  const folder = await temporaryFolder();
  const path = (name: string): string => join(folder, name);
  await writeFile(path('client.pem'), admin.cert);
  await writeFile(path('ca.pem'), admin.ca);
  await writeFile(path('client.key'), admin.key, { mode: 0o600 });
  const given = ['-in', path('client.pem'), '-inkey', path('client.key'), '-certfile', path('ca.pem')];
  run('openssl', 'pkcs12', '-export', ...given, '-out', path('client.p12'), '-passout', `pass:${password}`, ...options);
  return path('client.p12');
}

const open = (file: string, more: TlsOptions = {}) =>
  loadTlsMaterial({ keystoreFile: file, keystorePassword: password, ...more });

/** A key of some kind and a certificate that it signed itself. */
async function selfSigned(...kind: string[]): Promise<TlsOptions> {
  const folder = await temporaryFolder();
  const [key, cert] = [join(folder, 'own.key'), join(folder, 'own.pem')];
  const [command = '', ...options] = kind;
  run('openssl', command, '-out', key, ...options);
  run('openssl', 'req', '-new', '-x509', '-key', key, '-subj', '/CN=own', '-out', cert);
  return { keyFile: key, certFile: cert };
}

describe('a PKCS#12 keystore', () => {
  it.each([
    ['AES-256 (the default of OpenSSL 3 and of keytool since 16)', []],
    ['AES-128', ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC']],
    ['triple DES', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']],
    ['RC2 with 40 bits', ['-legacy', '-certpbe', 'PBE-SHA1-RC2-40', '-keypbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']],
    ['RC2 with 128 bits', ['-legacy', '-certpbe', 'PBE-SHA1-RC2-128', '-keypbe', 'PBE-SHA1-RC2-128']],
    ['nothing', ['-keypbe', 'NONE', '-certpbe', 'NONE', '-nomac']],
  ])('encrypted by %s gives its key and its certificate, and no authority', async (_, options) => {
    const material = await open(await keystore(...options));
    expect(Object.keys(material)).toEqual(['cert', 'key', 'variables']);
    expect(checkTlsMaterial(material, Date.now())).toMatchObject({ subject: 'CN=admin' });
    expect(clientCertificates(material).map(({ fingerprint256 }) => fingerprint256)).toEqual([
      new X509Certificate(admin.cert).fingerprint256,
    ]);
    expect(createPrivateKey(material.key ?? '').equals(createPrivateKey(admin.key))).toBe(true);
  });

  /** Java 11 encrypts by the methods that later versions call legacy. */
  const java11 = '-J-Dkeystore.pkcs12.legacy';

  it.each([
    ['', ['-keyalg', 'EC', '-groupname', 'secp256r1']],
    [' as Java 11 does', [java11, '-keyalg', 'RSA']],
  ])('made by keytool%s gives its key and certificate', async (_, kind) => {
    const file = join(await temporaryFolder(), 'made.p12');
    const store = ['-keystore', file, '-storetype', 'PKCS12', '-storepass', 'change-it'];
    run('keytool', '-genkeypair', ...store, '-alias', 'own', '-dname', 'CN=made', ...kind);
    const material = await open(file, { keystorePassword: 'change-it' });
    expect(checkTlsMaterial(material, Date.now())).toMatchObject({ subject: 'CN=made' });
  });

  it('of a DSA key, which keytool of Java 11 makes when it is not told otherwise, says how to make a good one', async () => {
    const file = join(await temporaryFolder(), 'made.p12');
    const store = ['-keystore', file, '-storetype', 'PKCS12', '-storepass', 'change-it'];
    run('keytool', java11, '-genkeypair', ...store, '-alias', 'own', '-dname', 'CN=made', '-keyalg', 'DSA');
    const material = await open(file, { keystorePassword: 'change-it' });
    expect(() => checkTlsMaterial(material, Date.now())).toThrow(
      expect.objectContaining({
        code: 'KEY_UNSUPPORTED',
        message: expect.stringContaining('DSA of 2048 bits'),
        hint: expect.stringContaining('-keyalg EC -groupname secp256r1'),
      }),
    );
  });

  it('whose key has a password of its own asks for it', async () => {
    const file = await keystore('-passout', 'pass:outer');
    const folder = await temporaryFolder();
    const program = join(folder, 'Reseal.java');
    await writeFile(program, resealProgram);
    const sealed = join(folder, 'sealed.p12');
    run('java', program, file, sealed, 'inner', 'outer');
    await expect(open(sealed, { keystorePassword: 'outer' })).rejects.toMatchObject({
      code: 'KEYSTORE_PASSWORD',
      hint: expect.stringContaining('KAFKA_TLS_KEYSTORE_KEY_PASSWORD'),
    });
    const material = await open(sealed, { keystorePassword: 'outer', keystoreKeyPassword: 'inner' });
    expect(checkTlsMaterial(material, Date.now())).toMatchObject({ subject: 'CN=admin' });
  });

  it('does not widen whom we trust: its authority is not KAFKA_TLS_CA', async () => {
    const env = {
      ...kafkaEnvironment(),
      ...ownNames(),
      KAFKA_TLS_CERT: '',
      KAFKA_TLS_KEY: '',
      KAFKA_TLS_KEYSTORE_FILE: await keystore(),
      KAFKA_TLS_KEYSTORE_PASSWORD: password,
      LOG_LEVEL: 'error',
    };
    expect((await runCli(['produce', '--count', '1'], env)).code).toBe(0);
    const refused = await runCli(['produce', '--count', '1'], { ...env, KAFKA_TLS_CA: stranger.ca });
    expect(JSON.parse(refused.stderr)).toMatchObject({ code: 'BROKER_UNTRUSTED' });
  });

  it('encrypted by RC4 says how to make it anew', async () => {
    const file = await keystore('-legacy', '-certpbe', 'PBE-SHA1-RC4-128', '-keypbe', 'PBE-SHA1-3DES');
    await expect(open(file)).rejects.toMatchObject({
      code: 'KEYSTORE_UNSUPPORTED',
      message: expect.stringContaining('a method that is not known here'),
      hint: expect.stringContaining('openssl pkcs12 -legacy'),
    });
  });

  it('with several keys asks which one is meant, by their names', async () => {
    const file = join(await temporaryFolder(), 'two.p12');
    for (const alias of ['old', 'new']) {
      const entry = ['-alias', alias, '-keyalg', 'EC', '-groupname', 'secp256r1', '-dname', `CN=${alias}`];
      run('keytool', '-genkeypair', '-keystore', file, '-storetype', 'PKCS12', '-storepass', 'change-it', ...entry);
    }
    await expect(open(file, { keystorePassword: 'change-it' })).rejects.toMatchObject({
      code: 'KEYSTORE_UNSUPPORTED',
      message: expect.stringMatching(/2 private keys \("old", "new"\)/),
    });
  });

  it('without a key says that it is a store of authorities', async () => {
    const folder = await temporaryFolder();
    const [file, ca] = [join(folder, 'trust.p12'), join(folder, 'ca.pem')];
    await writeFile(ca, admin.ca);
    const store = ['-keystore', file, '-storetype', 'PKCS12', '-storepass', 'change-it'];
    run('keytool', '-importcert', '-noprompt', '-alias', 'ca', '-file', ca, ...store);
    await expect(open(file, { keystorePassword: 'change-it' })).rejects.toMatchObject({
      code: 'CERT_UNREADABLE',
      message: expect.stringContaining('no private key'),
    });
  });

  it('beside a certificate is refused: only one can be meant', async () => {
    await expect(open(await keystore(), { cert: nobody.cert })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('which one is meant'),
    });
  });

  it('that is damaged anywhere is refused in words, or opened: never a hang', async () => {
    const file = await keystore();
    const good = await readFile(file);
    for (let at = 0; at < good.length; at += 13) {
      const damaged = Buffer.from(good);
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      await writeFile(file, damaged);
      const fate = await open(file).then(
        () => 'opened',
        ({ code }: { code: string }) => code,
      );
      expect(fate).toMatch(/^(opened|KEYSTORE_PASSWORD|KEYSTORE_UNSUPPORTED|CERT_UNREADABLE)$/);
    }
  });
});

describe('a client’s key', () => {
  it.each([
    ['EC on P-384', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384']],
    ['Ed25519', ['genpkey', '-algorithm', 'ED25519']],
    ['RSA of 2048 bits', ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']],
  ])('of %s is taken', async (_, kind) => {
    const material = await loadTlsMaterial(await selfSigned(...kind));
    expect(checkTlsMaterial(material, Date.now())).toMatchObject({ subject: 'CN=own' });
  });

  it.each([
    ['EC on secp224r1', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:secp224r1']],
    ['RSA of 1024 bits', ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024']],
    ['DSA', ['dsaparam', '-genkey', '-noout', '1024']],
  ])('of %s is refused before the broker says that no certificate came', async (name, kind) => {
    const material = await loadTlsMaterial(await selfSigned(...kind));
    expect(() => checkTlsMaterial(material, Date.now())).toThrow(
      expect.objectContaining({ code: 'KEY_UNSUPPORTED', message: expect.stringContaining(name) }),
    );
  });

  it('that is encrypted asks for its passphrase', async () => {
    const folder = await temporaryFolder();
    const [plain, sealed] = [join(folder, 'a.key'), join(folder, 'b.key')];
    await writeFile(plain, admin.key, { mode: 0o600 });
    run('openssl', 'pkcs8', '-topk8', '-in', plain, '-out', sealed, '-passout', 'pass:geheim');
    const options = { cert: admin.cert, keyFile: sealed };
    const without = await loadTlsMaterial(options);
    expect(() => checkTlsMaterial(without, Date.now())).toThrow(
      expect.objectContaining({ code: 'CERT_UNREADABLE', hint: 'set KAFKA_TLS_KEY_PASSPHRASE' }),
    );
    const material = await loadTlsMaterial({ ...options, keyPassphrase: 'geheim' });
    expect(checkTlsMaterial(material, Date.now())).toMatchObject({ subject: 'CN=admin' });
  });

  it('is never shown, also when it stands where its path belongs', async () => {
    for (const options of [{ keyFile: admin.key }, { keystoreFile: admin.key }, { caFile: admin.key }]) {
      const message = await loadTlsMaterial(options).then(() => 'loaded', String);
      expect(message).toContain('(not shown)');
      expect(message).not.toContain('PRIVATE KEY');
      expect(message).not.toContain(admin.key.split('\n')[1]);
    }
  });
});

describe('authorities', () => {
  const der = (pem: string): Buffer => new X509Certificate(pem).raw;

  it.each([
    ['an empty file', ''],
    ['text that is no certificate', 'nonsense'],
    ['a certificate in DER', der(admin.ca)],
    ['a private key', admin.key],
  ])('of %s are refused: the system’s would be trusted instead', async (_, content) => {
    const file = join(await temporaryFolder(), 'ca.pem');
    await writeFile(file, content);
    await expect(loadTlsMaterial({ caFile: file })).rejects.toMatchObject({
      code: 'CERT_UNREADABLE',
      message: 'KAFKA_TLS_CA_FILE holds no certificate',
    });
  });

  it('with one that is damaged are refused', async () => {
    const damaged = admin.ca.replace(/\n(.{40})/, '\nAAAA$1');
    await expect(loadTlsMaterial({ ca: `${admin.ca}${damaged}` })).rejects.toMatchObject({
      code: 'CERT_UNREADABLE',
      message: expect.stringContaining('KAFKA_TLS_CA holds a certificate that can’t be read'),
    });
  });

  it('of several, with text between them, are taken', async () => {
    const ca = `the old one\n${admin.ca}\nthe new one\n${stranger.ca}`;
    expect(await loadTlsMaterial({ ca })).toEqual({ ca });
  });
});
