import { pbkdf2Sync, randomBytes } from 'node:crypto';
import type { Credentials } from '../../src/kafka/access/credentials.ts';
import { WireReader } from '../../src/kafka/format/wire-reader.ts';
import { WireWriter } from '../../src/kafka/format/wire-writer.ts';
import type { KafkaClient } from '../../src/kafka/kafkajs/client.ts';
import { errorOf } from '../../src/kafka/kafkajs/protocol-error.ts';
import { sendRequest } from '../../src/kafka/kafkajs/send-request.ts';
import { withCluster } from './kafka.ts';

const iterations = 4096;
const scramSha512 = 2;

/** Makes a user of SCRAM-SHA-512 on the broker, or gives it another password. Source: KIP-554. */
export async function setScramUser(kafka: KafkaClient, { username, password }: Credentials): Promise<void> {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 64, 'sha512');
  const body = new WireWriter({ isFlexible: true });
  const bytes = (value: Buffer): WireWriter => body.array([...new Int8Array(value)], (byte) => body.int8(byte));
  body.array([], () => {});
  body.array([username], (name) => {
    body.string(name).int8(scramSha512).int32(iterations);
    bytes(salt);
    bytes(salted).noTags();
  });
  const request = { apiKey: 51, apiName: 'AlterUserScramCredentials', apiVersion: 0, isFlexible: true };
  await withCluster(kafka, async (cluster) => {
    const broker = await cluster.brokerPool.findConnectedBroker();
    const connection = await broker.connectionPool.getConnection();
    const reader = new WireReader(await sendRequest(connection, { ...request, body: body.noTags().toBuffer() }), {
      isFlexible: true,
    });
    reader.tags();
    reader.int32();
    for (const code of reader.array(() => readResult(reader))) if (code !== 0) throw errorOf(code);
  });
}

function readResult(reader: WireReader): number {
  reader.string();
  const code = reader.int16();
  reader.string();
  reader.tags();
  return code;
}
