import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { msPerDay } from '../../runtime/duration.ts';
import { messageOf, PipelineError } from '../../runtime/errors.ts';
import { certificatesIn, type CertificateVariables, type TlsMaterial } from './tls-material.ts';

export interface CertificateFacts {
  readonly subject: string;
  readonly validTo: Date;
  readonly daysLeft: number;
  readonly lifetimeDays: number;
}

/** Where the material does not say what it comes from. */
const ownVariables: CertificateVariables = { cert: 'KAFKA_TLS_CERT', key: 'KAFKA_TLS_KEY' };

const rsaBitsMin = 2048;
const curves: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

/** Checks that key and certificate belong together and are valid now. `undefined` for material without a certificate. */
export function checkTlsMaterial(material: TlsMaterial, nowMs: number): CertificateFacts | undefined {
  const certificate = certificateOf(material);
  if (certificate === undefined) return undefined;
  const facts = factsOf(certificate, nowMs);
  checkKey(material, certificate, facts.subject);
  const fault = certificateFault(material, nowMs);
  if (fault !== undefined) throw fault;
  return facts;
}

/** CERT_EXPIRED or CERT_NOT_YET_VALID where the certificate's dates say so: why brokers then refuse it, whatever they answer. */
export function certificateFault(material: TlsMaterial, nowMs: number): PipelineError | undefined {
  const certificate = certificateOf(material);
  if (certificate === undefined) return undefined;
  const [validFrom, validTo] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  const fault = (code: 'CERT_EXPIRED' | 'CERT_NOT_YET_VALID', what: string): PipelineError =>
    new PipelineError(code, {
      message: `the client certificate (${subjectOf(certificate)}) ${what}`,
      retryable: false,
      hint: `get a new one from your authority and replace ${variablesIn(material)}; check this machine’s clock too`,
    });
  if (validTo.getTime() < nowMs) return fault('CERT_EXPIRED', `expired on ${validTo.toISOString()}`);
  if (validFrom.getTime() > nowMs) return fault('CERT_NOT_YET_VALID', `is valid from ${validFrom.toISOString()} only`);
  return undefined;
}

/** How long the certificate is good for; below 0 days once it has expired. `undefined` for material without a certificate. */
export function certificateFacts(material: TlsMaterial, nowMs: number): CertificateFacts | undefined {
  const certificate = certificateOf(material);
  return certificate === undefined ? undefined : factsOf(certificate, nowMs);
}

/** The client's certificate and those that follow it, up to its authority. */
export function clientCertificates({ cert, variables = ownVariables }: TlsMaterial): X509Certificate[] {
  return cert === undefined ? [] : parse('certificate', variables.cert, () => certificatesIn(cert));
}

/** The certificate and the authorities between it and the root, PEM. The root stays out: the broker has it, or trusts nobody. */
export function withChain(cert: string, chain: string): string {
  const between = certificatesIn(chain).filter(({ subject, issuer }) => subject !== issuer);
  return [cert.trimEnd(), ...between.map((each) => each.toString().trimEnd()), ''].join('\n');
}

function factsOf(certificate: X509Certificate, nowMs: number): CertificateFacts {
  const validTo = new Date(certificate.validTo);
  return {
    subject: subjectOf(certificate),
    validTo,
    daysLeft: Math.floor((validTo.getTime() - nowMs) / msPerDay),
    lifetimeDays: Math.round((validTo.getTime() - Date.parse(certificate.validFrom)) / msPerDay),
  };
}

function subjectOf({ subject }: X509Certificate): string {
  return subject.replaceAll('\n', ', ');
}

/** What the certificate and its key come from, in words. */
function variablesIn({ variables: { cert, key } = ownVariables }: TlsMaterial): string {
  return cert === key ? cert : `${cert} and ${key}`;
}

function certificateOf({ cert, variables = ownVariables }: TlsMaterial): X509Certificate | undefined {
  return cert === undefined ? undefined : parse('certificate', variables.cert, () => new X509Certificate(cert));
}

function checkKey(material: TlsMaterial, certificate: X509Certificate, subject: string): void {
  const { key, passphrase, variables = ownVariables } = material;
  if (key === undefined) {
    throw new PipelineError('CERT_KEY_MISMATCH', {
      message: `there is a client certificate (${subject}) and no private key`,
      retryable: false,
      hint: 'set KAFKA_TLS_KEY_FILE or KAFKA_TLS_KEY',
    });
  }
  const privateKey = readKey(key, passphrase, variables.key);
  checkKind(privateKey, subject);
  if (certificate.checkPrivateKey(privateKey)) return;
  throw new PipelineError('CERT_KEY_MISMATCH', {
    message: `the private key does not belong to the client certificate (${subject})`,
    retryable: false,
    hint: `key and certificate must come from the same request: look at ${variablesIn(material)}`,
  });
}

function readKey(key: string, passphrase: string | undefined, variable: string): KeyObject {
  if (passphrase === undefined && /-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(key)) {
    throw new PipelineError('CERT_UNREADABLE', {
      message: 'the client’s private key is encrypted, and no passphrase is set',
      retryable: false,
      hint: 'set KAFKA_TLS_KEY_PASSPHRASE',
    });
  }
  return parse('private key', variable, () => createPrivateKey(passphrase === undefined ? key : { key, passphrase }));
}

/** TLS leaves out a certificate that it can't use, and the broker then says that none came. */
function checkKind({ asymmetricKeyType: kind, asymmetricKeyDetails: details }: KeyObject, subject: string): void {
  const bits = details?.modulusLength ?? 0;
  const isUsable =
    kind === 'ed25519' ||
    kind === 'ed448' ||
    (kind === 'ec' && curves.has(details?.namedCurve)) ||
    ((kind === 'rsa' || kind === 'rsa-pss') && bits >= rsaBitsMin);
  if (isUsable) return;
  const name = kind === 'ec' ? `EC on ${details?.namedCurve}` : `${kind?.toUpperCase()} of ${bits} bits`;
  throw new PipelineError('KEY_UNSUPPORTED', {
    message: `the client’s private key (${subject}) is ${name}: TLS can’t use it`,
    retryable: false,
    hint:
      kind === 'dsa'
        ? 'keytool before Java 12 makes DSA unless told otherwise: -keyalg EC -groupname secp256r1, or -keyalg RSA; then have it certified anew'
        : 'make a key of EC on P-256, or of RSA with 2048 bits or more, and have it certified',
  });
}

function parse<T>(what: string, variable: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new PipelineError('CERT_UNREADABLE', {
      message: `the client’s ${what} can’t be read: ${messageOf(error)}`,
      retryable: false,
      hint: `${variable} must be PEM`,
    });
  }
}
