import type { KafkaClient } from '../../src/kafka/kafkajs/client.ts';
import type { Compression } from '../../src/kafka/format/codecs.ts';
import { createKafkaPublisher } from '../../src/kafka/publisher.ts';
import { ensureTopic } from '../../src/kafka/topics.ts';
import type { Message } from '../../src/producer/publisher.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { msPerHour } from '../../src/runtime/duration.ts';
import { retry } from '../../src/runtime/retry.ts';
import { randomAt } from '../../src/producer/random.ts';
import { readingAt } from '../../src/producer/thermometer.ts';
import { Draw } from '../kinds/draw.ts';
import type { RecordKind } from '../kinds/kind.ts';
import { recordFile } from '../kinds/record-file.ts';

export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  readonly records: number;
  /** Bytes of their values. */
  readonly jsonBytes?: number;
  readonly compression: Compression;
  /** Records of one produce request; each partition gets its share of them as one record batch. */
  readonly sendRecords: number;
  readonly messageAt: (index: number) => Message;
}

/** A broker that has just started is still loading its coordinator. */
const patience = {
  attemptsMax: 50,
  totalMs: 60_000,
  delayMs: 200,
  delayMaxMs: 1000,
  clock: systemClock,
  random: Math.random,
  isRetryable: () => true,
};

/** Makes the topic and publishes every record, acknowledged. */
export async function fillTopic(kafka: KafkaClient, spec: TopicSpec): Promise<void> {
  const { topic, partitions, records, compression, sendRecords, messageAt } = spec;
  // a record batch of a megabyte is larger than brokers accept by default
  const settings = { 'max.message.bytes': '16777216' };
  await ensureTopic(kafka, { topic, partitions, replication: 1, settings });
  const publisher = await createKafkaPublisher(kafka, {
    topic,
    compression,
    keepTrying: (work) => retry(work, patience),
  });
  try {
    for (let sent = 0; sent < records; sent += sendRecords) {
      const length = Math.min(sendRecords, records - sent);
      await publisher.send(Array.from({ length }, (_, at) => messageAt(sent + at)));
    }
  } finally {
    await publisher.close();
  }
}

const patients = 50;
const keys = 50;
const recordBatchBytes = 60_000;
const jitterMs = 1000;

/** The hour two days before this one: near enough to the Kafka timestamp for event times to decide the Hive partition. */
export function recentHour(nowMs: number): number {
  return Math.floor(nowMs / msPerHour) * msPerHour - 72 * msPerHour;
}

export interface ThermometerTopic {
  readonly topic: string;
  readonly records: number;
  readonly partitions?: number;
  readonly compression?: Compression;
  readonly sendRecords?: number;
  /** Every patient's event times go over this many hours again and again, so that every batch holds them all. Left out: in order, 10 ms apart. */
  readonly hours?: number;
  /** Patients in no order and times that jitter, as in a real ward: ten bytes a record compressed by zstd, instead of two. */
  readonly isIrregular?: boolean;
}

/** Describes a topic of readings of 107 to 118 bytes; by default uncompressed, on three partitions, in record batches of about 1,000. */
export function thermometerTopic(options: ThermometerTopic): TopicSpec {
  const { topic, records, partitions = 3, compression = 'none', hours, isIrregular = false } = options;
  const { sendRecords = 1000 * partitions } = options;
  const startMs = recentHour(Date.now());
  // enough patients to fill every partition evenly
  const ward = { seed: 1, patients: Math.max(patients, partitions * 20) };
  const hourOf = (index: number): number => Math.floor(index / ward.patients) % (hours ?? 1);
  const timeOf = (index: number): number =>
    startMs + (hours === undefined ? index * 10 : hourOf(index) * msPerHour + (index % msPerHour));
  const messageAt = (index: number): Message => {
    const reading = isIrregular
      ? readingAt(
          ward,
          Math.floor(randomAt(2, index) * 1_000_000),
          timeOf(index) + Math.floor(randomAt(3, index) * jitterMs),
        )
      : readingAt(ward, index, timeOf(index));
    return { key: reading.patientId, value: JSON.stringify(reading) };
  };
  return { topic, partitions, records, compression, sendRecords, messageAt };
}

export interface KindTopic {
  readonly topic: string;
  readonly kind: RecordKind;
  readonly records: number;
  readonly seed: number;
  readonly compression: Compression;
}

/** Describes a topic of records of a kind, on three partitions, in record batches of about 60 kB. */
export async function kindTopic({ topic, kind, records, seed, compression }: KindTopic): Promise<TopicSpec> {
  const startMs = recentHour(Date.now());
  const textAt = (index: number): string => kind.textAt(new Draw(seed, index), index, startMs);
  // its times are others, which changes no length; each line of the file has an end
  const jsonBytes = (await recordFile(kind, records, seed)).bytes - records;
  const partitions = 3;
  return {
    topic,
    partitions,
    records,
    jsonBytes,
    compression,
    sendRecords: Math.ceil((partitions * recordBatchBytes * records) / jsonBytes),
    messageAt: (index) => ({ key: `key-${index % keys}`, value: textAt(index) }),
  };
}

/** How much a topic holds, for those that are measured on it. */
export function sizeOf({ records, jsonBytes }: TopicSpec): Pick<TopicSpec, 'records' | 'jsonBytes'> {
  return { records, ...(jsonBytes !== undefined && { jsonBytes }) };
}
