import type { Kafka } from 'kafkajs';

/** One broker of kafkajs 2.2.4: its connections and the requests that we use. */
export interface ClusterBroker {
  readonly nodeId: number;
  readonly connectionPool: { send<T>(request: ProtocolRequest<T>): Promise<T> };
  initProducerId(options: { readonly transactionTimeout: number }): Promise<ProducerIdentity>;
  disconnect(): Promise<void>;
}

/** `producerId` in decimal. */
export interface ProducerIdentity {
  readonly producerId: string;
  readonly producerEpoch: number;
}

export interface ProtocolRequest<T> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    readonly expectResponse: () => boolean;
    /** Resolves with kafkajs's encoder. */
    readonly encode: () => Promise<unknown>;
  };
  readonly response: {
    readonly decode: (bytes: Buffer) => Promise<unknown>;
    readonly parse: (decoded: never) => Promise<T>;
  };
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
