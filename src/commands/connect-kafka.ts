import type { Kafka } from 'kafkajs';
import { createKafkaClient } from '../kafka/client.ts';
import {
  checkTlsMaterial,
  loadTlsMaterial,
  TlsIdentity,
  type CertificateFacts,
  type TlsOptions,
} from '../kafka/tls.ts';
import type { Config } from '../runtime/config.ts';

export interface KafkaConnection {
  readonly kafka: Kafka;
  readonly certificate: CertificateFacts | undefined;
}

export interface ConnectOptions {
  /** One-off commands give up within seconds; the service tries for longer. */
  readonly patience: 'one-off' | 'service';
  readonly nowMs: number;
}

const retries = { 'one-off': 1, service: 8 } as const;

/** Loads and checks the certificate; connects nothing yet. Rejects with CERT_* and KEYSTORE_*. */
export async function connectKafka(config: Config, { patience, nowMs }: ConnectOptions): Promise<KafkaConnection> {
  const material = await loadTlsMaterial(tlsOptionsOf(config));
  const certificate = checkTlsMaterial(material, nowMs);
  const kafka = createKafkaClient({
    brokers: config.KAFKA_BROKERS ?? [],
    clientId: config.KAFKA_CLIENT_ID,
    identity: new TlsIdentity(material),
    retries: retries[patience],
    unpackedBytesMax: config.KAFKA_UNPACKED_BYTES_MAX,
  });
  return { kafka, certificate };
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
