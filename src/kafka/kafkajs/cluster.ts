import type { Kafka } from 'kafkajs';
import type { KafkaClient } from './client.ts';
import type { ClusterMetadata, PartitionMetadata } from './topic-metadata.ts';

/** One broker of kafkajs 2.2.4: its connections and the requests that we use. */
export interface ClusterBroker {
  readonly nodeId: number;
  /** Versions that the broker takes, by the API key of the request; known once it is connected. */
  readonly versions: Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number }>> | null;
  /** The first connection is for all but fetches of a consumer, which wait at the broker; connects if it must. */
  readonly connectionPool: { getConnection(index?: number): Promise<ClusterConnection> };
  /** `coordinatorType`: 0 for a consumer group's. */
  findGroupCoordinator(group: {
    readonly groupId: string;
    readonly coordinatorType: number;
  }): Promise<{ readonly coordinator: { readonly nodeId: number } }>;
  heartbeat(member: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
  }): Promise<unknown>;
  describeGroups(request: { readonly groupIds: readonly string[] }): Promise<{
    readonly groups: readonly {
      readonly members: readonly { readonly clientId: string; readonly memberMetadata: Buffer }[];
    }[];
  }>;
  listOffsets(request: ListOffsetsRequest): Promise<ListedOffsets>;
  offsetFetch(request: OffsetFetchRequest): Promise<FetchedOffsets>;
  /** What kafkajs's consumer calls. Its answer is passed on to the batches that it makes. */
  fetch(request: ConsumerFetch): Promise<ConsumerFetchAnswer>;
  /** What kafkajs asks for when its list of topics and leaders is too old. */
  metadata(topics: readonly string[]): Promise<KafkajsMetadata>;
  initProducerId(options: { readonly transactionTimeout: number }): Promise<ProducerIdentity>;
  disconnect(): Promise<void>;
}

/** The list of brokers, topics and leaders as kafkajs keeps it. */
export interface KafkajsMetadata extends Omit<ClusterMetadata, 'topics'> {
  readonly topicMetadata: readonly {
    readonly topic: string;
    readonly topicErrorCode: number;
    readonly isInternal: boolean;
    readonly partitionMetadata: readonly PartitionMetadata[];
  }[];
}

interface ListOffsetsRequest {
  /** 1 for committed records only. */
  readonly isolationLevel: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly timestamp: number }[];
  }[];
}

interface ListedOffsets {
  /** Offsets in decimal. */
  readonly responses: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
  }[];
}

interface OffsetFetchRequest {
  readonly groupId: string;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number }[];
  }[];
}

interface FetchedOffsets {
  /** Offsets in decimal, -1 for none. */
  readonly responses: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly offset: string;
      readonly metadata: string | null;
    }[];
  }[];
}

export interface ConsumerFetch {
  readonly maxWaitTime: number;
  readonly maxBytes: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      /** In decimal. */
      readonly fetchOffset: string;
      readonly maxBytes: number;
    }[];
  }[];
}

export interface ConsumerFetchAnswer {
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly { readonly partition: number }[];
  }[];
}

/** `producerId` in decimal. */
export interface ProducerIdentity {
  readonly producerId: string;
  readonly producerEpoch: number;
}

/** What a request and its answer pass through. */
export interface ClusterConnection {
  readonly clientId: string;
  /** Address of the broker, `host:port`. */
  readonly broker: string;
  readonly socket: { write(bytes: Buffer): boolean };
  readonly requestQueue: {
    /** Sends, now or once the broker's throttling has passed, and settles the entry: also by timeout or a lost connection. */
    push(request: QueuedRequest): void;
    maybeThrottle(ms: number): void;
  };
  nextCorrelationId(): number;
  /** Logs in by SASL where that is asked for and not done, or has to be done again. */
  authenticate(): Promise<void>;
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
  /** Called before each fetch. */
  refreshMetadataIfNecessary(): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number; readonly leader: number }[];
  findBroker: (wanted: { readonly nodeId: number }) => Promise<ClusterBroker>;
  readonly brokerPool: {
    findConnectedBroker(): Promise<ClusterBroker>;
    refreshMetadata(topics: readonly string[]): Promise<void>;
    /** In Unix time. */
    metadataExpireAt: number | null;
  };
}

const metadataMaxAgeMs = 300_000;

/** Opens connections of their own, with the client's settings. */
export function createCluster({ kafkajs }: KafkaClient): Cluster {
  return Reflect.get(
    kafkajs,
    clusterFactory(kafkajs),
  )({ metadataMaxAge: metadataMaxAgeMs, allowAutoTopicCreation: false });
}

/** Gives the client's kafkajs, whose connections go through `adapt` before anything uses them. */
export function adaptClusters({ kafkajs }: KafkaClient, adapt: (cluster: Cluster) => void): Kafka {
  const symbol = clusterFactory(kafkajs);
  const create: (options: object) => Cluster = Reflect.get(kafkajs, symbol);
  return Object.create(kafkajs, {
    [symbol]: {
      value: (options: object): Cluster => {
        const cluster = create(options);
        adapt(cluster);
        return cluster;
      },
    },
  });
}

function clusterFactory(kafkajs: Kafka): symbol {
  const symbol = Object.getOwnPropertySymbols(kafkajs).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  if (symbol === undefined) throw new TypeError('kafkajs 2.2.4 was expected: its client makes no cluster');
  return symbol;
}
