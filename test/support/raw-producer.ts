import { once } from 'node:events';
import { connect } from 'node:tls';
import { crc32c } from '@platformatic/wasm-utils';
import { inject } from 'vitest';

const produceKey = 0;
const produceVersion = 7;
const crcStart = 17;
const crcEnd = 21;

/**
 * Sends one record batch unchanged, in a produce request written by hand: for batches that our clients never make.
 * Source: https://kafka.apache.org/protocol#The_Messages_Produce
 */
export async function sendBatch(topic: string, partition: number, batch: Buffer): Promise<void> {
  const { bootstrap, credentials } = inject('stack');
  const [host = '', port = ''] = bootstrap.split(':');
  const socket = connect({ host, port: Number(port), servername: host, ...credentials.admin });
  await once(socket, 'secureConnect');
  const body = Buffer.concat([
    int16(produceKey),
    int16(produceVersion),
    int32(1),
    text('raw'),
    int16(-1),
    int16(-1),
    int32(30_000),
    int32(1),
    text(topic),
    int32(1),
    int32(partition),
    int32(batch.length),
    withChecksum(batch),
  ]);
  socket.write(Buffer.concat([int32(body.length), body]));
  const [answer] = await once(socket, 'data');
  socket.destroy();
  // length, correlation id, topics, name, partitions, partition: then the error code
  const errorCode = Buffer.from(answer).readInt16BE(4 + 4 + 4 + 2 + topic.length + 4 + 4);
  if (errorCode !== 0) throw new Error(`the broker answered with error ${errorCode}`);
}

function withChecksum(batch: Buffer): Buffer {
  const signed = Buffer.from(batch);
  signed.writeUInt32BE(crc32c(signed.subarray(crcEnd)), crcStart);
  return signed;
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([int16(value.length), Buffer.from(value)]);
}
