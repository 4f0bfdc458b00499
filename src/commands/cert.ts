import type { X509Certificate } from 'node:crypto';
import type { AwsSettings } from '../app/config/settings/aws-settings.ts';
import type { TlsSettings } from '../app/config/settings/kafka-settings.ts';
import { PipelineError, wrongUsage } from '../runtime/errors.ts';
import { printJson, printLines } from '../app/observe/output.ts';
import { makeCertificate, readCertificates, type CertificateRequest } from '../app/kafka/client-certificates.ts';

/** Makes a key, has AWS Private CA certify it, and puts both where the service finds them. The key is printed nowhere. */
export async function requestCertificate(aws: AwsSettings, options: CertificateRequest): Promise<number> {
  const { secret, out } = options;
  if (secret === undefined && out === undefined) {
    throw wrongUsage('nowhere to put the certificate: expected --secret or --out');
  }
  const facts = await makeCertificate(aws, options);
  printJson({ ...facts, secret, folder: out });
  return 0;
}

/** Prints the configured client certificate and its chain. Rejects with CERT_* when it can't be used. */
export async function inspectCertificate(settings: TlsSettings): Promise<number> {
  const { certificates, check } = await readCertificates(settings);
  if (certificates.length === 0) {
    // what is configured and is no certificate has an error of its own
    check();
    throw new PipelineError('CERT_MISSING', {
      message: 'no client certificate is configured',
      retryable: false,
      hint: 'set KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE, KAFKA_TLS_KEYSTORE_FILE or KAFKA_TLS_SECRET_ID',
    });
  }
  for (const certificate of certificates) printLines(...describe(certificate), '');
  printLines(`key and certificate are a pair; ${check()?.daysLeft} days left`);
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
