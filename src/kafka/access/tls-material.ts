import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { PipelineError } from '../../runtime/errors.ts';
import { readNamedFile, type NamedFile, type ReadFile } from '../../runtime/named-file.ts';

/** What a client needs for mutual TLS, all of it PEM. */
export interface TlsMaterial {
  /** The only authorities that are trusted; the system's when left out. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  /** The variables that certificate and key come from. */
  readonly variables?: CertificateVariables;
}

export interface CertificateVariables {
  readonly cert: string;
  readonly key: string;
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
  /** The keystore's bytes, instead of a file. */
  readonly keystore?: Buffer;
  readonly keystorePassword?: string;
  /** The keystore's password when left out. */
  readonly keystoreKeyPassword?: string;
  /** The variable that certificate and key, or the keystore, were read by; that of each when left out. */
  readonly variable?: string;
}

const certificatePattern = /-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs;

/** Reads PEM by value or file, or a PKCS#12 keystore, whatever its file is called. Rejects with CERT_* or KEYSTORE_*. */
export async function loadTlsMaterial(options: TlsOptions, read: ReadFile = readFile): Promise<TlsMaterial> {
  const { caFile, keystoreFile, keystore } = options;
  const ca = await textOf(options.ca, { file: caFile, variable: 'KAFKA_TLS_CA_FILE', read });
  if (ca !== undefined) checkAuthorities(ca, options.ca === undefined ? 'KAFKA_TLS_CA_FILE' : 'KAFKA_TLS_CA');
  const hasKeystore = keystoreFile !== undefined || keystore !== undefined;
  const pair = hasKeystore ? await loadKeystore(options, read) : await loadPair(options, read);
  const variables = variablesOf(options);
  return { ...(ca !== undefined && { ca }), ...pair, ...(pair.cert !== undefined && { variables }) };
}

function variablesOf({ variable, keystoreFile, cert, key }: TlsOptions): CertificateVariables {
  const both = variable ?? (keystoreFile === undefined ? undefined : 'KAFKA_TLS_KEYSTORE_FILE');
  return {
    cert: both ?? (cert === undefined ? 'KAFKA_TLS_CERT_FILE' : 'KAFKA_TLS_CERT'),
    key: both ?? (key === undefined ? 'KAFKA_TLS_KEY_FILE' : 'KAFKA_TLS_KEY'),
  };
}

/** The certificates that a PEM text holds, in order. Throws when one of them can't be read. */
export function certificatesIn(pem: string): X509Certificate[] {
  return (pem.match(certificatePattern) ?? []).map((each) => new X509Certificate(each));
}

async function loadPair(options: TlsOptions, read: ReadFile): Promise<TlsMaterial> {
  const { certFile, keyFile } = options;
  const cert = await textOf(options.cert, { file: certFile, variable: 'KAFKA_TLS_CERT_FILE', read });
  const key = await textOf(options.key, { file: keyFile, variable: 'KAFKA_TLS_KEY_FILE', read });
  return {
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(options.keyPassphrase !== undefined && { passphrase: options.keyPassphrase }),
  };
}

async function loadKeystore(options: TlsOptions, read: ReadFile): Promise<TlsMaterial> {
  const { keystoreFile, keystorePassword: password = '', keystoreKeyPassword: keyPassword = password } = options;
  const others = [options.cert, options.certFile, options.key, options.keyFile];
  if (others.some((each) => each !== undefined)) {
    throw new PipelineError('CONFIG_INVALID', {
      message: 'a keystore and a certificate or key are both set: which one is meant?',
      retryable: false,
      hint: 'set KAFKA_TLS_KEYSTORE_FILE, or KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE (or KAFKA_TLS_SECRET_ID)',
    });
  }
  const file = keystoreFile ?? 'of the secret';
  const bytes = options.keystore ?? (await readOrExplain({ file, variable: 'KAFKA_TLS_KEYSTORE_FILE', read }));
  const { openKeystore } = await import('../keystore/open-keystore.ts');
  return openKeystore(bytes, { file, password, keyPassword });
}

/** Without an authority Node would trust the system's, which nobody asked for. */
function checkAuthorities(pem: string, variable: string): void {
  const unreadable = (what: string): PipelineError =>
    new PipelineError('CERT_UNREADABLE', {
      message: `${variable} ${what}`,
      retryable: false,
      hint: `${variable} must hold the authorities that sign the brokers’ certificates, as PEM`,
    });
  let count: number;
  try {
    count = certificatesIn(pem).length;
  } catch {
    throw unreadable('holds a certificate that can’t be read: it is damaged or cut off');
  }
  // OpenSSL would take those before it, and trust fewer authorities than are meant
  const begun = pem.split('-----BEGIN CERTIFICATE-----').length - 1;
  if (begun > count) throw unreadable('ends within a certificate: it is cut off, or was not written whole yet');
  if (count === 0) throw unreadable('holds no certificate');
}

async function textOf(
  value: string | undefined,
  { file, ...about }: Omit<NamedFile, 'file'> & { readonly file: string | undefined },
): Promise<string | undefined> {
  if (value !== undefined) return value;
  return file === undefined ? undefined : (await readOrExplain({ file, ...about })).toString('utf8');
}

async function readOrExplain(named: NamedFile): Promise<Buffer> {
  return readNamedFile(
    named,
    (message) =>
      new PipelineError('CERT_UNREADABLE', {
        message,
        retryable: false,
        hint: 'it must be the path of a file that exists and is readable for the user the process runs as',
      }),
  );
}
