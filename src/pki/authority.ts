import { webcrypto } from 'node:crypto';
import { msPerDay } from '../runtime/duration.ts';
import { algorithm, newKeys, privateKeyPem, x509 } from './keys.ts';

/** A key with its certificate, and the authority that signed it; all PEM. */
export interface IssuedCertificate {
  readonly cert: string;
  /** The private key, PKCS#8. */
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
  /** Its own certificate and those above it, up to the root. */
  readonly chainPem: string;
  /** Resolves with a chain that ends below the root, which is the `ca`. */
  issue(options: IssueOptions): Promise<IssuedCertificate>;
  /** Certifies the key of a request (PEM) for as many days. Resolves with the certificate alone. */
  sign(request: string, days: number): Promise<string>;
  /** Creates an authority below this one. */
  subordinate(commonName: string): Promise<Authority>;
}

/** Creates a local authority for demo, tests and the compose stack; production uses AWS Private CA. */
export async function createAuthority(commonName: string): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await certifyAuthority(keys, commonName, undefined);
  const pem = certificate.toString('pem');
  return authorityOf({ keys, certificate }, { root: pem, above: '' });
}

/** PEM of the root, and of what lies between the authority and it, each with a line end. */
interface Place {
  readonly root: string;
  readonly above: string;
}

function authorityOf(signer: Signer, { root, above }: Place): Authority {
  const certificatePem = signer.certificate.toString('pem');
  const isRoot = certificatePem === root;
  const below = isRoot ? '' : `${certificatePem}\n${above}`;
  return {
    certificatePem,
    chainPem: `${below}${root}\n`,
    issue: async (options) => {
      const own = await newKeys();
      const cert = await certify(own.publicKey, nameOf(options), signer, options);
      return { cert: below === '' ? cert : `${cert}\n${below}`, key: await privateKeyPem(own), ca: root };
    },
    sign: async (request, days) => {
      const { publicKey, subject } = new x509.Pkcs10CertificateRequest(request);
      const notAfter = new Date(Date.now() + days * msPerDay);
      return certify(await publicKey.export(), subject, signer, { notAfter });
    },
    subordinate: async (commonName) => {
      const keys = await newKeys();
      const certificate = await certifyAuthority(keys, commonName, signer);
      return authorityOf({ keys, certificate }, { root, above: below });
    },
  };
}

/** Signed by itself where there is no authority above it. */
async function certifyAuthority(
  keys: webcrypto.CryptoKeyPair,
  commonName: string,
  above: Signer | undefined,
): Promise<x509.X509Certificate> {
  const now = Date.now();
  const signer = above?.keys ?? keys;
  return x509.X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject: nameOf({ commonName }),
    issuer: above?.certificate.subject ?? nameOf({ commonName }),
    notBefore: new Date(now - msPerDay),
    notAfter: new Date(now + 3650 * msPerDay),
    publicKey: keys.publicKey,
    signingKey: signer.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ...(above === undefined ? [] : [await x509.AuthorityKeyIdentifierExtension.create(signer.publicKey)]),
    ],
  });
}

interface Signer {
  readonly keys: webcrypto.CryptoKeyPair;
  readonly certificate: x509.X509Certificate;
}

async function certify(
  publicKey: webcrypto.CryptoKey,
  subject: string,
  { keys: signer, certificate }: Signer,
  options: Pick<IssueOptions, 'hosts' | 'notBefore' | 'notAfter'>,
): Promise<string> {
  const now = Date.now();
  const issued = await x509.X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject,
    issuer: certificate.subject,
    notBefore: options.notBefore ?? new Date(now - msPerDay),
    notAfter: options.notAfter ?? new Date(now + 365 * msPerDay),
    signingKey: signer.privateKey,
    publicKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth, x509.ExtendedKeyUsage.serverAuth]),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(signer.publicKey),
      ...(options.hosts === undefined ? [] : [new x509.SubjectAlternativeNameExtension(options.hosts.map(hostName))]),
    ],
  });
  return issued.toString('pem');
}

function newSerialNumber(): string {
  // the first bit is 0: a serial number is positive
  const bytes = Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)));
  return `4${bytes.toString('hex').slice(1)}`;
}

function nameOf({ commonName, organization }: Pick<IssueOptions, 'commonName' | 'organization'>): string {
  return organization === undefined ? `CN=${commonName}` : `CN=${commonName}, O=${organization}`;
}

function hostName(host: string): x509.JsonGeneralName {
  return { type: /^[\d.]+$/.test(host) ? 'ip' : 'dns', value: host };
}
