import { createRequire } from 'node:module';
import type { ClusterConnection } from './cluster.ts';
import { exchange } from './send-request.ts';

const require = createRequire(import.meta.url);
const Encoder = require('kafkajs/src/protocol/encoder');
const { decode } = require('kafkajs/src/protocol/requests/produce/v7/response');

export interface PartitionBatches {
  readonly topic: string;
  /** One record set per partition. */
  readonly batches: readonly (readonly [number, Buffer])[];
}

export interface PartitionAnswer {
  readonly partition: number;
  readonly errorCode: number;
}

const apiKey = 0;
const apiName = 'Produce';
/** The first version that knows zstd; spoken by every broker since 2.1. */
const apiVersion = 7;
const acknowledgedByAll = -1;
const requestTimeoutMs = 30_000;

/**
 * Sends batches to the broker that leads their partitions. What kafkajs's own `send` does, but for its three copies of each
 * batch into growing buffers, for which the garbage collector had to run again and again.
 */
export async function sendBatches(
  connection: ClusterConnection,
  request: PartitionBatches,
): Promise<readonly PartitionAnswer[]> {
  const { clientId } = connection;
  const write = (correlationId: number): Buffer => writeRequest(request, { clientId, correlationId });
  const payload = await exchange(connection, { apiKey, apiName, apiVersion }, write);
  const answer: ProduceAnswer = await decode(payload);
  connection.requestQueue.maybeThrottle(answer.clientSideThrottleTime);
  return answer.topics.flatMap(({ partitions }) => partitions);
}

interface ProduceAnswer {
  readonly topics: readonly { readonly partitions: readonly PartitionAnswer[] }[];
  readonly clientSideThrottleTime: number;
}

/** Writes the request with its length in front. Source: https://kafka.apache.org/protocol#The_Messages_Produce */
function writeRequest(
  { topic, batches }: PartitionBatches,
  { clientId, correlationId }: { readonly clientId: string; readonly correlationId: number },
): Buffer {
  const head: Buffer = new Encoder()
    .writeInt16(apiKey)
    .writeInt16(apiVersion)
    .writeInt32(correlationId)
    .writeString(clientId)
    .writeString(null)
    .writeInt16(acknowledgedByAll)
    .writeInt32(requestTimeoutMs)
    .writeInt32(1)
    .writeString(topic)
    .writeInt32(batches.length).buffer;
  const body = batches.flatMap(([partition, batch]) => [int32s(partition, batch.length), batch]);
  const length = [head, ...body].reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([int32s(length), head, ...body]);
}

function int32s(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeInt32BE(value, 4 * index);
  return bytes;
}
