import type { Kafka } from 'kafkajs';
import { createKafkaClient } from '../kafka/kafkajs/client.ts';
import {
  checkTlsMaterial,
  loadTlsMaterial,
  type CertificateFacts,
  type TlsMaterial,
  type TlsOptions,
} from '../kafka/tls-material.ts';
import { TlsIdentity } from '../kafka/kafkajs/tls-identity.ts';
import type { Config } from './config.ts';

export interface KafkaConnection {
  readonly kafka: Kafka;
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
export async function connectKafka(config: Config, { patience, nowMs }: ConnectOptions): Promise<KafkaConnection> {
  const load = (): Promise<TlsMaterial> => loadMaterial(config);
  const material = await load();
  const certificate = checkTlsMaterial(material, nowMs);
  const identity = new TlsIdentity(material);
  const kafka = createKafkaClient({
    brokers: config.KAFKA_BROKERS ?? [],
    clientId: config.KAFKA_CLIENT_ID,
    identity,
    retries: retries[patience],
    unpackedBytesMax: config.KAFKA_UNPACKED_BYTES_MAX,
  });
  return { kafka, certificate, identity, load };
}

/** Certificate, key and authority from files, values or the secret. */
export async function loadMaterial(config: Config): Promise<TlsMaterial> {
  const options = tlsOptionsOf(config);
  if (config.KAFKA_TLS_SECRET_ID === undefined) return loadTlsMaterial(options);
  const { readTlsSecret } = await import('../aws/secret.ts');
  const aws = { region: config.AWS_REGION, endpoint: config.AWS_ENDPOINT_URL };
  const { cert, key, ca } = await readTlsSecret(config.KAFKA_TLS_SECRET_ID, aws);
  return loadTlsMaterial({ ...options, cert, key, ...(ca !== undefined && { ca }) });
}

function tlsOptionsOf(config: Config): TlsOptions {
  const options = {
    ca: config.KAFKA_TLS_CA,
    caFile: config.KAFKA_TLS_CA_FILE,
    cert: config.KAFKA_TLS_CERT,
    certFile: config.KAFKA_TLS_CERT_FILE,
    key: config.KAFKA_TLS_KEY,
    keyFile: config.KAFKA_TLS_KEY_FILE,
    keyPassphrase: config.KAFKA_TLS_KEY_PASSPHRASE,
    keystoreFile: config.KAFKA_TLS_KEYSTORE_FILE,
    keystorePassword: config.KAFKA_TLS_KEYSTORE_PASSWORD,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
