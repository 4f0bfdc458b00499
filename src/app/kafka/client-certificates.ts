import type { X509Certificate } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  checkTlsMaterial,
  clientCertificates,
  withChain,
  type CertificateFacts,
} from '../../kafka/access/client-certificate.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { AwsSettings } from '../config/settings/aws-settings.ts';
import type { TlsSettings } from '../config/settings/kafka-settings.ts';
import { loadMaterial } from './connect-kafka.ts';

export interface CertificateRequest {
  /** ARN of the AWS Private CA. */
  readonly authority: string;
  readonly name: string;
  /** How long it is valid; left out: 90 days, or 7 from an authority for short-lived certificates. */
  readonly days?: number;
  readonly template: string;
  readonly secret?: string;
  /** Folder for both as files. */
  readonly out?: string;
}

/** Makes a key, has AWS Private CA certify it, and puts both into the secret and the folder that are given. */
export async function makeCertificate(
  aws: AwsSettings,
  { authority, name, days, template, secret, out }: CertificateRequest,
): Promise<CertificateFacts | undefined> {
  const { createSigningRequest } = await import('../../pki/signing-request.ts');
  const { signWithPrivateCa } = await import('../../aws/credentials/private-ca.ts');
  const { request, key } = await createSigningRequest(name);
  const order = { authorityArn: authority, request, template, days };
  const { certificate, chain } = await signWithPrivateCa(order, aws, systemClock);
  const cert = withChain(certificate, chain);
  const facts = checkTlsMaterial({ cert, key }, systemClock.nowMs());
  if (secret !== undefined) {
    const { writeTlsSecret } = await import('../../aws/credentials/tls-secret.ts');
    await writeTlsSecret(secret, { cert, key }, aws);
  }
  if (out !== undefined) await writePair(out, { cert, key });
  return facts;
}

/** Reads the configured certificate with its chain. `check` says or throws whether it can be used. */
export async function readCertificates(settings: TlsSettings): Promise<{
  readonly certificates: readonly X509Certificate[];
  readonly check: () => CertificateFacts | undefined;
}> {
  const material = await loadMaterial(settings);
  return {
    certificates: clientCertificates(material),
    check: () => checkTlsMaterial(material, systemClock.nowMs()),
  };
}

/** Writes both files, each whole at once. A service that reads them in between finds that they are no pair, and reads them again later. */
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
