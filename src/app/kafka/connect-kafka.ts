import { createKafkaClient, type KafkaClient } from '../../kafka/kafkajs/client.ts';
import { checkTlsMaterial, type CertificateFacts } from '../../kafka/access/client-certificate.ts';
import type { TlsSecret } from '../../aws/credentials/tls-secret.ts';
import { loadTlsMaterial, type TlsMaterial, type TlsOptions } from '../../kafka/access/tls-material.ts';
import { withAdmin } from '../../kafka/kafkajs/admin.ts';
import { TlsIdentity } from '../../kafka/kafkajs/tls-identity.ts';
import type { KafkaSettings, TlsSettings } from '../config/settings/kafka-settings.ts';
import { createAuthentication } from './create-authentication.ts';
import { fileReader } from './read-file.ts';

export interface KafkaConnection {
  readonly kafka: KafkaClient;
  readonly certificate: CertificateFacts | undefined;
  /** `undefined` without TLS. */
  readonly identity: TlsIdentity | undefined;
  /** Reads the certificate again. */
  readonly load: () => Promise<TlsMaterial>;
}

export interface ConnectOptions {
  /** One-off commands give up within seconds; the service tries for longer. */
  readonly patience: 'one-off' | 'service';
  readonly nowMs: number;
}

/** Retries of kafkajs. It tries the bootstrap brokers in turn, so that three more find one that lives. */
const retries = { 'one-off': 3, service: 8 } as const;

/** Loads and checks the certificate and the login; connects nothing yet. Rejects with CERT_*, KEYSTORE_*, SECRET_* and the like. */
export async function connectKafka(
  settings: KafkaSettings,
  { patience, nowMs }: ConnectOptions,
): Promise<KafkaConnection> {
  const load = (): Promise<TlsMaterial> => loadMaterial(settings.tls);
  const material = await load();
  const certificate = checkTlsMaterial(material, nowMs);
  const identity = settings.tls.isOn ? new TlsIdentity(material) : undefined;
  const kafka = createKafkaClient({
    brokers: settings.brokers,
    clientId: settings.clientId,
    identity,
    authentication: await createAuthentication(settings.auth),
    retries: retries[patience],
    unpackedBytesMax: settings.unpackedBytesMax,
  });
  return { kafka, certificate, identity, load };
}

/** Addresses of all brokers of the cluster, as the one that answers first knows them. */
export async function listBrokers(kafka: KafkaClient, settings: Pick<KafkaSettings, 'brokers'>): Promise<string[]> {
  const { brokers } = await withAdmin(kafka, settings.brokers.join(','), (admin) => admin.describeCluster());
  return brokers.map(({ host, port }) => `${host}:${port}`);
}

/** Reads certificate, key and authority from files, values or the secret. Rejects with CERT_* and KEYSTORE_*. */
export async function loadMaterial({ options, secretId, aws }: TlsSettings): Promise<TlsMaterial> {
  const read = fileReader(aws);
  if (secretId === undefined) return loadTlsMaterial(options, read);
  const { readTlsSecret } = await import('../../aws/credentials/tls-secret.ts');
  return loadTlsMaterial({ ...options, ...optionsOf(await readTlsSecret(secretId, aws)) }, read);
}

function optionsOf({ ca, ...secret }: TlsSecret): TlsOptions {
  const shared = { variable: 'KAFKA_TLS_SECRET_ID', ...(ca !== undefined && { ca }) };
  if ('cert' in secret) return { ...shared, cert: secret.cert, key: secret.key };
  const { keystore, password: keystorePassword, keyPassword } = secret;
  return {
    ...shared,
    keystore,
    keystorePassword,
    ...(keyPassword !== undefined && { keystoreKeyPassword: keyPassword }),
  };
}
