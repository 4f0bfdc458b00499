import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { msPerDay } from '../runtime/duration.ts';
import { messageOf, PipelineError } from '../runtime/errors.ts';

/** What a client needs for mutual TLS: PEM texts, or a PKCS#12 keystore. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly pfx?: Buffer;
}

export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly keyPassphrase?: string;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly keystoreFile?: string;
  readonly keystorePassword?: string;
}

export interface CertificateFacts {
  readonly subject: string;
  readonly validTo: Date;
  readonly daysLeft: number;
}

const jksMagic = 0xfeedfeed;

/** Reads PEM by value or file, or a PKCS#12 keystore, whatever its file is called. Rejects with CERT_* or KEYSTORE_*. */
export async function loadTlsMaterial(options: TlsOptions): Promise<TlsMaterial> {
  const ca = await textOf(options.ca, options.caFile, 'KAFKA_TLS_CA_FILE');
  if (options.keystoreFile !== undefined) {
    const pfx = await readOrExplain(options.keystoreFile, 'KAFKA_TLS_KEYSTORE_FILE');
    checkKeystore(pfx, options);
    return { pfx, passphrase: options.keystorePassword ?? '', ...(ca !== undefined && { ca }) };
  }
  const cert = await textOf(options.cert, options.certFile, 'KAFKA_TLS_CERT_FILE');
  const key = await textOf(options.key, options.keyFile, 'KAFKA_TLS_KEY_FILE');
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(options.keyPassphrase !== undefined && { passphrase: options.keyPassphrase }),
  };
}

/** Checks that key and certificate belong together and are valid now. `undefined` for material without a certificate. */
export function checkTlsMaterial(material: TlsMaterial, nowMs: number): CertificateFacts | undefined {
  const certificate = certificateOf(material);
  if (certificate === undefined) return undefined;
  const subject = certificate.subject.replaceAll('\n', ', ');
  checkKey(material, certificate, subject);
  const validFrom = new Date(certificate.validFrom);
  const validTo = new Date(certificate.validTo);
  if (validTo.getTime() < nowMs) throw outOfTime('CERT_EXPIRED', `expired on ${validTo.toISOString()}`, subject);
  if (validFrom.getTime() > nowMs)
    throw outOfTime('CERT_NOT_YET_VALID', `is valid from ${validFrom.toISOString()} only`, subject);
  return { subject, validTo, daysLeft: Math.floor((validTo.getTime() - nowMs) / msPerDay) };
}

/** The client's certificate and those that follow it in the PEM, up to its authority; of a keystore the first one. */
export function clientCertificates(material: TlsMaterial): X509Certificate[] {
  const pem = material.cert?.match(/-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs);
  if (pem !== undefined && pem !== null) return pem.map((each) => new X509Certificate(each));
  const certificate = certificateOf(material);
  return certificate === undefined ? [] : [certificate];
}

function certificateOf({ cert, pfx, passphrase = '' }: TlsMaterial): X509Certificate | undefined {
  if (cert !== undefined) return parse('certificate', 'KAFKA_TLS_CERT', () => new X509Certificate(cert));
  if (pfx === undefined) return undefined;
  // Node reads keystores, but only its native context tells what is in them
  const native: unknown = Reflect.get(createSecureContext({ pfx, passphrase }), 'context');
  const read: unknown = Reflect.get(Object(native), 'getCertificate');
  const der: unknown = typeof read === 'function' ? Reflect.apply(read, native, []) : undefined;
  return Buffer.isBuffer(der) ? new X509Certificate(der) : undefined;
}

/** A certificate given by itself comes with a key that must be its own; in a keystore they are a pair. */
function checkKey({ cert, key, passphrase }: TlsMaterial, certificate: X509Certificate, subject: string): void {
  if (cert === undefined) return;
  if (key === undefined) {
    throw new PipelineError('CERT_KEY_MISMATCH', {
      message: `there is a client certificate (${subject}) and no private key`,
      retryable: false,
      hint: 'set KAFKA_TLS_KEY_FILE or KAFKA_TLS_KEY',
    });
  }
  const privateKey = parse('private key', 'KAFKA_TLS_KEY', () =>
    createPrivateKey(passphrase === undefined ? key : { key, passphrase }),
  );
  if (certificate.checkPrivateKey(privateKey)) return;
  throw new PipelineError('CERT_KEY_MISMATCH', {
    message: `the private key does not belong to the client certificate (${subject})`,
    retryable: false,
    hint: 'KAFKA_TLS_KEY and KAFKA_TLS_CERT must come from the same request',
  });
}

function checkKeystore(pfx: Buffer, { keystoreFile = '', keystorePassword = '' }: TlsOptions): void {
  if (pfx.length >= 4 && pfx.readUInt32BE(0) === jksMagic) {
    throw new PipelineError('KEYSTORE_UNSUPPORTED', {
      message: `${keystoreFile} is a Java keystore (JKS), expected PKCS#12`,
      retryable: false,
      hint: `convert it: keytool -importkeystore -srckeystore ${keystoreFile} -destkeystore client.p12 -deststoretype PKCS12`,
    });
  }
  try {
    createSecureContext({ pfx, passphrase: keystorePassword });
  } catch (error) {
    const isPassword = /mac verify failure/i.test(messageOf(error));
    throw new PipelineError(isPassword ? 'KEYSTORE_PASSWORD' : 'CERT_UNREADABLE', {
      message: isPassword
        ? `the password does not open the keystore ${keystoreFile}`
        : `${keystoreFile} is no PKCS#12 keystore: ${messageOf(error)}`,
      retryable: false,
      hint: 'check KAFKA_TLS_KEYSTORE_FILE and KAFKA_TLS_KEYSTORE_PASSWORD',
    });
  }
}

async function textOf(
  value: string | undefined,
  file: string | undefined,
  variable: string,
): Promise<string | undefined> {
  if (value !== undefined) return value;
  return file === undefined ? undefined : (await readOrExplain(file, variable)).toString('utf8');
}

async function readOrExplain(file: string, variable: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new PipelineError('CERT_UNREADABLE', {
      message: `${variable}: ${messageOf(error)}`,
      retryable: false,
      hint: 'the file must exist and be readable for the user the process runs as',
    });
  }
}

function parse<T>(what: string, variable: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new PipelineError('CERT_UNREADABLE', {
      message: `the client ${what} can't be read: ${messageOf(error)}`,
      retryable: false,
      hint: `${variable} must be PEM`,
    });
  }
}

function outOfTime(code: 'CERT_EXPIRED' | 'CERT_NOT_YET_VALID', what: string, subject: string): PipelineError {
  return new PipelineError(code, {
    message: `the client certificate (${subject}) ${what}`,
    retryable: false,
    hint: 'get a new one from your authority and replace KAFKA_TLS_CERT and KAFKA_TLS_KEY',
  });
}
