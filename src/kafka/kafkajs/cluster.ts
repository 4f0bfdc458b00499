import type { Kafka } from 'kafkajs';

/** One broker of kafkajs 2.2.4: its connections and the requests that we use. */
export interface ClusterBroker {
  readonly nodeId: number;
  /** By the number of the request; known once it is connected. */
  readonly versions: Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number }>> | null;
  /** The connection for all but fetches; connects if it must. */
  readonly connectionPool: { getConnection(): Promise<ClusterConnection> };
  initProducerId(options: { readonly transactionTimeout: number }): Promise<ProducerIdentity>;
  disconnect(): Promise<void>;
}

/** `producerId` in decimal. */
export interface ProducerIdentity {
  readonly producerId: string;
  readonly producerEpoch: number;
}

/** What a request and its answer pass through. */
export interface ClusterConnection {
  readonly clientId: string;
  readonly socket: { write(bytes: Buffer): boolean };
  readonly requestQueue: {
    /** Sends, now or once the broker's throttling has passed, and settles the entry: also by timeout or a lost connection. */
    push(request: QueuedRequest): void;
    maybeThrottle(ms: number): void;
  };
  nextCorrelationId(): number;
  failIfNotConnected(): void;
}

interface QueuedRequest {
  readonly entry: {
    readonly apiKey: number;
    readonly apiName: string;
    readonly apiVersion: number;
    readonly correlationId: number;
    readonly resolve: (answer: { readonly payload: Buffer }) => void;
    readonly reject: (error: Error) => void;
  };
  readonly expectResponse: boolean;
  /** `null` for the client's. */
  readonly requestTimeout: number | null;
  readonly sendRequest: () => void;
}

/** What lies under kafkajs's producer: connections, and which broker leads which partition. */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number; readonly leader: number }[];
  findBroker(wanted: { readonly nodeId: number }): Promise<ClusterBroker>;
  readonly brokerPool: { findConnectedBroker(): Promise<ClusterBroker> };
}

const metadataMaxAgeMs = 300_000;

/** Connections of their own, with the client's settings. */
export function createCluster(kafka: Kafka): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  if (symbol === undefined) throw new TypeError('kafkajs 2.2.4 was expected: its client makes no cluster');
  const create: (options: object) => Cluster = Reflect.get(kafka, symbol);
  return create({ metadataMaxAge: metadataMaxAgeMs, allowAutoTopicCreation: false });
}
