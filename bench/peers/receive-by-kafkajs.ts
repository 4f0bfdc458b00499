import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Kafka, logLevel } from 'kafkajs';

/** `receive-by-kafkajs.ts <job as JSON>` receives a topic by kafkajs as published, does nothing with it, and ends at its last record. */
const { bootstrap, topic, caFile, certFile, keyFile, records } = JSON.parse(process.argv[2] ?? '{}');
const pem = (file: string): Promise<string> => readFile(file, 'utf8');
const kafka = new Kafka({
  clientId: 'bench',
  brokers: bootstrap.split(','),
  ssl: { ca: [await pem(caFile)], cert: await pem(certFile), key: await pem(keyFile) },
  logLevel: logLevel.ERROR,
});
// a short wait, so that the fetch after the last record does not delay disconnecting
const consumer = kafka.consumer({ groupId: `kafkajs-${randomUUID()}`, maxWaitTimeInMs: 250 });
const all = Promise.withResolvers<void>();
let seen = 0;
consumer.on(consumer.events.CRASH, ({ payload }) => {
  // a fresh broker's coordinator may still be loading: kafkajs joins again by itself
  if (!payload.restart) all.reject(payload.error);
});
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  eachBatch: async ({ batch }) => {
    seen += batch.messages.length;
    if (seen >= records) all.resolve();
  },
});
await all.promise;
await consumer.disconnect();
