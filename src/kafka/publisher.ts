import { createRequire } from 'node:module';
import type { Kafka } from 'kafkajs';
import type { Publisher } from '../producer/publisher.ts';
import { explainKafkaError } from './failure.ts';

const require = createRequire(import.meta.url);

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** Sends with the idempotent producer and acknowledgement by all replicas; sends are awaited, so order is kept. */
export async function createKafkaPublisher(
  kafka: Kafka,
  { topic, compression }: { readonly topic: string; readonly compression: Compression },
): Promise<Publisher> {
  const { CompressionTypes }: typeof import('kafkajs') = require('kafkajs');
  const types = {
    none: CompressionTypes.None,
    gzip: CompressionTypes.GZIP,
    snappy: CompressionTypes.Snappy,
    lz4: CompressionTypes.LZ4,
    zstd: CompressionTypes.ZSTD,
  };
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
  const explained = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw explainKafkaError(error, `publishing to ${topic}`);
    }
  };
  await explained(() => producer.connect());
  return {
    send: (messages) =>
      explained(async () => {
        await producer.send({
          topic,
          acks: -1,
          compression: types[compression],
          messages: messages.map(({ key, value, timestampMs }) => ({
            key,
            value,
            ...(timestampMs !== undefined && { timestamp: String(timestampMs) }),
          })),
        });
        return messages.length;
      }),
    close: () => producer.disconnect(),
  };
}
