import { createRequire } from 'node:module';
import type { Kafka } from 'kafkajs';
import { systemClock } from '../../runtime/clock.ts';
import type { PipelineError } from '../../runtime/errors.ts';
import { explainKafkaError, type ExplainOptions } from '../errors/explain-kafka-error.ts';
import { installFetchedBatch } from './fetched-batch.ts';
import { mendConnections } from './mend-connections.ts';
import { connectPlain } from './broker-socket.ts';
import { saslMechanism, type Authentication } from './sasl.ts';
import type { TlsIdentity } from './tls-identity.ts';

const require = createRequire(import.meta.url);

export interface ClientOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** `undefined` for connections without TLS. */
  readonly identity: TlsIdentity | undefined;
  /** What follows TLS; without it the client certificate says who we are. */
  readonly authentication?: Authentication | undefined;
  /** One-off commands give up sooner than the service. */
  readonly retries: number;
  /** A record batch that unpacks to more is refused. */
  readonly unpackedBytesMax: number;
}

/** Our way to kafkajs: who works with the brokers gets this. */
export interface KafkaClient {
  /** What makes kafkajs's consumers, producers, admin clients and clusters. */
  readonly kafkajs: Kafka;
  /** A record batch that unpacks to more is refused. */
  readonly unpackedBytesMax: number;
  /** Gives an error of this client its name, the likely cause, and what to do; `where` begins the message. */
  readonly explain: (error: unknown, where: string, options?: Pick<ExplainOptions, 'isEstablished'>) => PipelineError;
}

/** An answer holds no more record bytes than we would unpack, and what describes them. */
const answerBytesSlack = 16 * 1024 * 1024;

/** A session is renewed so long before the broker ends it. */
const renewalMs = 3000;

/** Makes a client. Over TLS the broker is always verified; kafkajs's own log is silent, its errors are explained. */
export function createKafkaClient({
  brokers,
  clientId,
  identity,
  authentication,
  retries,
  unpackedBytesMax,
}: ClientOptions): KafkaClient {
  const answerBytesMax = unpackedBytesMax + answerBytesSlack;
  mendConnections();
  installFetchedBatch();
  const { Kafka, logLevel }: typeof import('kafkajs') = require('kafkajs');
  const kafkajs = new Kafka({
    clientId,
    brokers: [...brokers],
    // the socket factory makes the connection; this only tells kafkajs to ask it for TLS
    ...(identity !== undefined && { ssl: {} }),
    socketFactory: ({ host, port, onConnect }) => {
      const address = { host, port, answerBytesMax, onConnect };
      return identity === undefined ? connectPlain(address) : identity.connect(address);
    },
    ...(authentication !== undefined && { sasl: saslMechanism(authentication) }),
    reauthenticationThreshold: renewalMs,
    connectionTimeout: retries > 3 ? 10_000 : 3000,
    requestTimeout: 30_000,
    retry: { retries, initialRetryTime: 100, maxRetryTime: retries > 3 ? 10_000 : 500 },
    logLevel: logLevel.NOTHING,
  });
  return {
    kafkajs,
    unpackedBytesMax,
    explain: (error, where, options) =>
      explainKafkaError(error, where, { ...options, certificateFault: identity?.fault(systemClock.nowMs()) }),
  };
}
