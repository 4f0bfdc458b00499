import { readFileSync } from 'node:fs';
import { Kafka, logLevel, type Message } from 'kafkajs';
import { readingAt } from '../../src/producer/thermometer.ts';

/** Publishes the simulator's readings by kafkajs's own producer, set as ours: `kafkajs-produce.js <records> <partitions> <batch>`. */
const [records = 0, partitions = 0, batch = 0] = process.argv.slice(2).map(Number);
const setting = (name: string): string => process.env[name] ?? '';
const pem = (name: string): string => readFileSync(setting(`KAFKA_TLS_${name}_FILE`), 'utf8');

const topic = setting('KAFKA_TOPIC');
const kafka = new Kafka({
  clientId: 'bench',
  brokers: setting('KAFKA_BROKERS').split(','),
  ssl: { ca: pem('CA'), cert: pem('CERT'), key: pem('KEY') },
  logLevel: logLevel.ERROR,
});
const admin = kafka.admin();
await admin.connect();
await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions }] });
await admin.disconnect();

const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
await producer.connect();
for (let sent = 0; sent < records; sent += batch) {
  const messages: Message[] = Array.from({ length: Math.min(batch, records - sent) }, (_, at) => {
    const reading = readingAt({ seed: 1, patients: 50 }, sent + at, Date.now());
    return { key: reading.patientId, value: JSON.stringify(reading) };
  });
  await producer.send({ topic, messages, acks: -1 });
}
await producer.disconnect();
process.exit();
