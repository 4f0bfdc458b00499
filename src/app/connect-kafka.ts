import { createKafkaClient, type KafkaClient } from '../kafka/kafkajs/client.ts';
import { checkTlsMaterial, type CertificateFacts } from '../kafka/client-certificate.ts';
import { loadTlsMaterial, type TlsMaterial } from '../kafka/tls-material.ts';
import { TlsIdentity } from '../kafka/kafkajs/tls-identity.ts';
import type { KafkaSettings, TlsSettings } from './config/settings.ts';

export interface KafkaConnection {
  readonly kafka: KafkaClient;
  readonly certificate: CertificateFacts | undefined;
  readonly identity: TlsIdentity;
  /** Reads the certificate again. */
  readonly load: () => Promise<TlsMaterial>;
}

export interface ConnectOptions {
  /** One-off commands give up within seconds; the service tries for longer. */
  readonly patience: 'one-off' | 'service';
  readonly nowMs: number;
}

/** Seeds are tried in turn: three more find the broker that lives. */
const retries = { 'one-off': 3, service: 8 } as const;

/** Loads and checks the certificate; connects nothing yet. Rejects with CERT_* and KEYSTORE_*. */
export async function connectKafka(
  settings: KafkaSettings,
  { patience, nowMs }: ConnectOptions,
): Promise<KafkaConnection> {
  const load = (): Promise<TlsMaterial> => loadMaterial(settings.tls);
  const material = await load();
  const certificate = checkTlsMaterial(material, nowMs);
  const identity = new TlsIdentity(material);
  const kafka = createKafkaClient({
    brokers: settings.brokers,
    clientId: settings.clientId,
    identity,
    retries: retries[patience],
    unpackedBytesMax: settings.unpackedBytesMax,
  });
  return { kafka, certificate, identity, load };
}

/** Reads certificate, key and authority from files, values or the secret. Rejects with CERT_* and KEYSTORE_*. */
export async function loadMaterial({ options, secretId, aws }: TlsSettings): Promise<TlsMaterial> {
  if (secretId === undefined) return loadTlsMaterial(options);
  const { readTlsSecret } = await import('../aws/tls-secret.ts');
  const { cert, key, ca } = await readTlsSecret(secretId, aws);
  return loadTlsMaterial({ ...options, cert, key, ...(ca !== undefined && { ca }) });
}
