import { webcrypto } from 'node:crypto';
// @peculiar/x509 needs the polyfill in place before it loads
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

/** A key with its certificate, and the authority that signed it; all PEM. */
export interface Credentials {
  readonly cert: string;
  /** PKCS#8. */
  readonly key: string;
  readonly ca: string;
}

export interface IssueOptions {
  readonly commonName: string;
  readonly organization?: string;
  /** Host names and IPv4 addresses the certificate is good for. */
  readonly hosts?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** A certificate authority that lives as long as the process. */
export interface Authority {
  readonly certificatePem: string;
  issue(options: IssueOptions): Promise<Credentials>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const msPerDay = 86_400_000;

/** For demo, tests and the compose stack; production uses AWS Private CA. */
export async function createAuthority(commonName: string): Promise<Authority> {
  x509.cryptoProvider.set(webcrypto);
  const keys = await newKeys();
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerialNumber(),
    name: nameOf({ commonName }),
    notBefore: new Date(now - msPerDay),
    notAfter: new Date(now + 3650 * msPerDay),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const certificatePem = certificate.toString('pem');
  return { certificatePem, issue: (options) => issue(options, { keys, certificate, certificatePem }) };
}

interface Signer {
  readonly keys: webcrypto.CryptoKeyPair;
  readonly certificate: x509.X509Certificate;
  readonly certificatePem: string;
}

async function issue(
  options: IssueOptions,
  { keys: signer, certificate, certificatePem }: Signer,
): Promise<Credentials> {
  const keys = await newKeys();
  const now = Date.now();
  const issued = await x509.X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject: nameOf(options),
    issuer: certificate.subject,
    notBefore: options.notBefore ?? new Date(now - msPerDay),
    notAfter: options.notAfter ?? new Date(now + 365 * msPerDay),
    signingKey: signer.privateKey,
    publicKey: keys.publicKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth, x509.ExtendedKeyUsage.serverAuth]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(signer.publicKey),
      ...(options.hosts === undefined ? [] : [new x509.SubjectAlternativeNameExtension(options.hosts.map(hostName))]),
    ],
  });
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { cert: issued.toString('pem'), key, ca: certificatePem };
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

function newSerialNumber(): string {
  // the first bit must be 0: a serial number is positive
  const bytes = Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)));
  return `4${bytes.toString('hex').slice(1)}`;
}

function nameOf({ commonName, organization }: Pick<IssueOptions, 'commonName' | 'organization'>): string {
  return organization === undefined ? `CN=${commonName}` : `CN=${commonName}, O=${organization}`;
}

function hostName(host: string): x509.JsonGeneralName {
  return { type: /^[\d.]+$/.test(host) ? 'ip' : 'dns', value: host };
}
