import { WireReader } from '../format/wire-reader.ts';
import { WireWriter } from '../format/wire-writer.ts';
import type { ClusterBroker } from './cluster.ts';
import { sendRequest, supports } from './send-request.ts';
import type { ClusterMetadata, PartitionMetadata, TopicMetadata } from './topic-metadata.ts';

const apiKey = 3;
const apiName = 'Metadata';

/** Versions by what they brought: topic ids (KIP-516, spoken by brokers since 2.8); kafkajs's last one (2.0). */
const versions = { topicIds: 10, oldest: 6 } as const;

/** Asks for these topics, or for all that we may see: each says for itself whether it is there. */
export async function fetchMetadata(
  broker: ClusterBroker,
  topics: readonly string[] | undefined,
): Promise<ClusterMetadata> {
  const apiVersion = supports(broker, apiKey, versions.topicIds) ? versions.topicIds : versions.oldest;
  const isFlexible = apiVersion >= versions.topicIds;
  const connection = await broker.connectionPool.getConnection();
  const body = requestBody(topics, apiVersion);
  const payload = await sendRequest(connection, { apiKey, apiName, apiVersion, isFlexible, body });
  return readMetadata(payload, apiVersion);
}

/** Source: https://kafka.apache.org/protocol#The_Messages_Metadata */
function requestBody(topics: readonly string[] | undefined, apiVersion: number): Buffer {
  const hasIds = apiVersion >= versions.topicIds;
  const body = new WireWriter({ isFlexible: hasIds });
  body.array(topics, (name) => {
    if (hasIds) body.uuid(undefined);
    body.string(name).noTags();
  });
  // no topic is made by asking for it
  body.int8(0);
  // nobody's rights are asked for
  if (hasIds) body.int8(0).int8(0);
  return body.noTags().toBuffer();
}

/** Throws a RangeError for an answer that ends within a field or counts more than it holds. */
export function readMetadata(payload: Buffer, apiVersion: number): ClusterMetadata {
  const hasIds = apiVersion >= versions.topicIds;
  const reader = new WireReader(payload, { isFlexible: hasIds });
  // the header's
  reader.tags();
  reader.int32();
  const brokers = reader.array(() => {
    const broker = {
      nodeId: reader.int32(),
      host: reader.string() ?? '',
      port: reader.int32(),
      rack: reader.string() ?? null,
    };
    reader.tags();
    return broker;
  });
  const clusterId = reader.string() ?? null;
  const controllerId = reader.int32();
  return { brokers, clusterId, controllerId, topics: reader.array(() => readTopic(reader, hasIds)) };
}

function readTopic(reader: WireReader, hasIds: boolean): TopicMetadata {
  const errorCode = reader.int16();
  const topic = reader.string() ?? '';
  const topicId = hasIds ? reader.uuid() : undefined;
  const isInternal = reader.int8() !== 0;
  const partitions = reader.array(() => readPartition(reader, hasIds));
  // our rights on it
  if (hasIds) reader.int32();
  reader.tags();
  return { topic, errorCode, topicId, isInternal, partitions };
}

function readPartition(reader: WireReader, hasIds: boolean): PartitionMetadata {
  const partitionErrorCode = reader.int16();
  const partitionId = reader.int32();
  const leader = reader.int32();
  // the leader's epoch
  if (hasIds) reader.int32();
  const nodes = (): number[] => reader.array(() => reader.int32());
  const partition = {
    partitionErrorCode,
    partitionId,
    leader,
    replicas: nodes(),
    isr: nodes(),
    offlineReplicas: nodes(),
  };
  reader.tags();
  return partition;
}
