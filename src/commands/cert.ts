import type { X509Certificate } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkTlsMaterial, clientCertificates, withChain } from '../kafka/client-certificate.ts';
import { systemClock } from '../runtime/clock.ts';
import type { AwsSettings, TlsSettings } from '../app/config/settings.ts';
import { PipelineError } from '../runtime/errors.ts';
import { printJson, printLines } from '../app/observe/output.ts';
import { loadMaterial } from '../app/connect-kafka.ts';

export interface RequestOptions {
  /** ARN of the AWS Private CA. */
  readonly authority: string;
  readonly name: string;
  /** Left out: what the authority is for, 90 or 7. */
  readonly days?: number;
  readonly template: string;
  readonly secret?: string;
  readonly out?: string;
}

/** Makes a key, has AWS Private CA certify it, and puts both where the service finds them. The key is printed nowhere. */
export async function requestCertificate(aws: AwsSettings, options: RequestOptions): Promise<number> {
  const { authority, name, days, template, secret, out } = options;
  if (secret === undefined && out === undefined) {
    throw new PipelineError('USAGE_INVALID', {
      message: 'nowhere to put the certificate: expected --secret or --out',
      retryable: false,
    });
  }
  const { createSigningRequest } = await import('../pki/signing-request.ts');
  const { signWithPrivateCa } = await import('../aws/private-ca.ts');
  const { request, key } = await createSigningRequest(name);
  const order = { authorityArn: authority, request, template, ...(days !== undefined && { days }) };
  const { certificate, chain } = await signWithPrivateCa(order, aws, systemClock);
  const cert = withChain(certificate, chain);
  const facts = checkTlsMaterial({ cert, key }, systemClock.nowMs());
  if (secret !== undefined) {
    const { writeTlsSecret } = await import('../aws/tls-secret.ts');
    await writeTlsSecret(secret, { cert, key }, aws);
  }
  if (out !== undefined) await writePair(out, { cert, key });
  printJson({ ...facts, secret, folder: out });
  return 0;
}

/** Each file appears whole; a service that looks between the two finds no pair, and looks again later. */
async function writePair(
  folder: string,
  { cert, key }: { readonly cert: string; readonly key: string },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of [
    ['client.key', key],
    ['client.pem', cert],
  ] as const) {
    const path = join(folder, name);
    await writeFile(`${path}.new`, text, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
}

/** Prints the configured client certificate and its chain. Rejects with CERT_* when it can't be used. */
export async function inspectCertificate(settings: TlsSettings): Promise<number> {
  const material = await loadMaterial(settings);
  const certificates = clientCertificates(material);
  if (certificates.length === 0) {
    // what is configured and is no certificate has an error of its own
    checkTlsMaterial(material, systemClock.nowMs());
    throw new PipelineError('CERT_MISSING', {
      message: 'no client certificate is configured',
      retryable: false,
      hint: 'set KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE, KAFKA_TLS_KEYSTORE_FILE or KAFKA_TLS_SECRET_ID',
    });
  }
  for (const certificate of certificates) printLines(...describe(certificate), '');
  const facts = checkTlsMaterial(material, systemClock.nowMs());
  printLines(`key and certificate are a pair; ${facts?.daysLeft} days left`);
  return 0;
}

function describe(certificate: X509Certificate): string[] {
  const oneLine = (name: string): string => name.replaceAll('\n', ', ');
  return [
    `subject      ${oneLine(certificate.subject)}`,
    `issuer       ${oneLine(certificate.issuer)}`,
    `valid        ${new Date(certificate.validFrom).toISOString()} to ${new Date(certificate.validTo).toISOString()}`,
    `SHA-256      ${certificate.fingerprint256}`,
  ];
}
