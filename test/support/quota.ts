import { WireWriter } from '../../src/kafka/format/wire-writer.ts';
import type { KafkaClient } from '../../src/kafka/kafkajs/client.ts';
import { sendRequest } from '../../src/kafka/kafkajs/send-request.ts';
import { withCluster } from './kafka.ts';

const apiKey = 49;

/** Lets clients of this name fetch so many bytes in a second. Source: https://kafka.apache.org/protocol#The_Messages_AlterClientQuotas */
export async function setFetchQuota(kafka: KafkaClient, clientId: string, bytesPerSecond: number): Promise<void> {
  const head = new WireWriter({ isFlexible: false });
  head.int32(1).int32(1).string('client-id').string(clientId).int32(1).string('consumer_byte_rate');
  const tail = Buffer.alloc(10);
  tail.writeDoubleBE(bytesPerSecond);
  await withCluster(kafka, async (cluster) => {
    await cluster.refreshMetadata();
    const broker = await cluster.findBroker({ nodeId: 1 });
    const connection = await broker.connectionPool.getConnection(0);
    const body = Buffer.concat([head.toBuffer(), tail]);
    const request = { apiKey, apiName: 'AlterClientQuotas', apiVersion: 0, isFlexible: false, body };
    const answer = await sendRequest(connection, request);
    const errorCode = answer.readInt16BE(8);
    if (errorCode !== 0) throw new Error(`the broker refuses the quota: ${errorCode}`);
  });
}
