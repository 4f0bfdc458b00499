import { WireReader } from '../format/wire-reader.ts';
import { WireWriter } from '../format/wire-writer.ts';
import type { ClusterBroker } from './cluster.ts';
import { errorOf } from './protocol-error.ts';
import { sendRequest, supports } from './send-request.ts';

const apiKey = 3;
const apiName = 'Metadata';
/** The first version that tells topic ids (KIP-516): spoken by brokers since 2.8. kafkajs ends at 6. */
const apiVersion = 10;

/** The id that the topic of this name has now; `undefined` from a broker that knows no ids. Rejects when there is no such topic. */
export async function fetchTopicId(broker: ClusterBroker, topic: string): Promise<string | undefined> {
  if (!supports(broker, apiKey, apiVersion)) return undefined;
  const connection = await broker.connectionPool.getConnection();
  const payload = await sendRequest(connection, {
    apiKey,
    apiName,
    apiVersion,
    isFlexible: true,
    body: requestBody(topic),
  });
  return topicIdOf(payload, topic);
}

/** Source: https://kafka.apache.org/protocol#The_Messages_Metadata */
function requestBody(topic: string): Buffer {
  const body = new WireWriter({ isFlexible: true });
  body.array([topic], (name) => body.uuid(undefined).string(name).noTags());
  // no topic is made by asking for it; nobody's rights are asked for
  return body.int8(0).int8(0).int8(0).noTags().toBuffer();
}

/** Reads an answer of version 10 up to the topic. */
export function topicIdOf(payload: Buffer, topic: string): string | undefined {
  const reader = new WireReader(payload, { isFlexible: true });
  reader.tags();
  reader.int32();
  reader.array(() => {
    reader.int32();
    reader.string();
    reader.int32();
    reader.string();
    reader.tags();
  });
  reader.string();
  reader.int32();
  const topics = reader.array(() => {
    const errorCode = reader.int16();
    const name = reader.string();
    const topicId = reader.uuid();
    reader.int8();
    reader.array(() => skipPartition(reader));
    reader.int32();
    reader.tags();
    return { errorCode, name, topicId };
  });
  const found = topics.find(({ name }) => name === topic);
  if (found === undefined) throw new RangeError(`an answer without the topic ${topic}`);
  if (found.errorCode !== 0) throw errorOf(found.errorCode);
  return found.topicId;
}

function skipPartition(reader: WireReader): void {
  reader.int16();
  reader.int32();
  reader.int32();
  reader.int32();
  for (let lists = 0; lists < 3; lists++) reader.array(() => reader.int32());
  reader.tags();
}
