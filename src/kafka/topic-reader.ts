import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import type { OffsetRange, TopicReader, Watermarks } from '../consumer/ports/topic.ts';
import type { RecordChunk } from '../consumer/ports/record-chunk.ts';
import { PipelineError } from '../runtime/errors.ts';
import { explainKafkaError } from './explain-kafka-error.ts';
import { admit } from './admit-fetch.ts';
import { fetchedBatch } from './kafkajs/fetch-decoding.ts';
import { chunkOfRecordSet } from './format/record-set.ts';
import { fetchTopicId } from './kafkajs/metadata-request.ts';
import { withAdmin, withCluster } from './topics.ts';

/** Every offset below the high watermark is covered by some batch; when none comes for this long, something is wrong. */
const silenceMs = 30_000;

export function createTopicReader({ kafka, topic }: { readonly kafka: Kafka; readonly topic: string }): TopicReader {
  const where = `topic ${topic}`;
  const watermarks = (): Promise<ReadonlyMap<number, Watermarks>> =>
    withAdmin(kafka, where, async (admin) => {
      const offsets = await admin.fetchTopicOffsets(topic);
      return new Map(offsets.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]));
    });
  const topicId = (): Promise<string | undefined> =>
    withCluster(kafka, topic, async (cluster) => fetchTopicId(await cluster.brokerPool.findConnectedBroker(), topic));
  return {
    describe: async () => ({ topicId: await topicId(), partitions: await watermarks() }),
    topicId,
    offsetsAt: (timestampMs) =>
      withAdmin(kafka, where, async (admin) => {
        const offsets = await admin.fetchTopicOffsetsByTimestamp(topic, timestampMs);
        return new Map(offsets.map(({ partition, offset }) => [partition, BigInt(offset)]));
      }),
    committed: (groupId) =>
      withAdmin(kafka, where, async (admin) => {
        const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
        const known = (found?.partitions ?? []).filter(({ offset }) => BigInt(offset) >= 0n);
        return new Map(known.map(({ partition, offset }) => [partition, BigInt(offset)]));
      }),
    read: async function* read(range, signal) {
      const marks = (await watermarks()).get(range.partition);
      if (marks === undefined || range.from < marks.low || range.to > marks.high) throw gone(topic, range, marks);
      if (range.from < range.to) yield* readRange(kafka, topic, range, signal);
    },
  };
}

/** Reads through a group of its own, which never commits and is deleted at the end. */
async function* readRange(
  kafka: Kafka,
  topic: string,
  range: OffsetRange,
  signal?: AbortSignal,
): AsyncIterable<RecordChunk> {
  const groupId = `glueless-read-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 200, sessionTimeout: 10_000, retry: { retries: 3 } });
  const queue: RecordChunk[] = [];
  let wake = Promise.withResolvers<void>();
  let position = range.from;
  let failure: Error | undefined;
  const news = (): void => {
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };
  const take = (to: bigint, chunk: RecordChunk): void => {
    queue.push(chunk);
    position = to;
    news();
  };
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    for (const partition of payload.memberAssignment[topic] ?? []) {
      if (partition === range.partition) consumer.seek({ topic, partition, offset: position.toString() });
      else consumer.pause([{ topic, partitions: [partition] }]);
    }
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (payload.restart) return;
    failure = explainKafkaError(payload.error, `reading ${topic}`);
    news();
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
        const answer = fetchedBatch(batch);
        resolveOffset((answer.end - 1n).toString());
        await heartbeat();
        const { partition } = range;
        if (batch.partition !== partition || position >= range.to) return;
        const admission = admit(position, answer);
        if (admission.kind === 'stale') consumer.seek({ topic, partition, offset: position.toString() });
        if (admission.kind !== 'take') return;
        if (admission.lost !== undefined)
          throw gone(topic, { ...range, from: position }, { low: admission.from, high: answer.end });
        const to = answer.end < range.to ? answer.end : range.to;
        take(to, chunkOfRecordSet(answer.records, { topic, partition, from: position, to }));
      },
    });
    for (;;) {
      signal?.throwIfAborted();
      if (failure !== undefined) throw failure;
      const chunk = queue.shift();
      if (chunk === undefined) await untilNews(wake.promise, `${topic}/${range.partition}, offset ${position}`);
      else yield chunk;
      if (chunk !== undefined && chunk.to >= range.to) return;
    }
  } catch (error) {
    throw explainKafkaError(error, `reading ${topic}`);
  } finally {
    await consumer.disconnect().catch(() => {});
    await withAdmin(kafka, groupId, (admin) => admin.deleteGroups([groupId])).catch(() => {});
  }
}

/** Waits for news; rejects when none comes: what could not be read must never count as empty. */
async function untilNews(news: Promise<void>, where: string): Promise<void> {
  const over = new AbortController();
  const silence = async (): Promise<never> => {
    await delay(silenceMs, undefined, { signal: over.signal });
    throw new PipelineError('BROKER_SILENT', {
      message: `nothing came from ${where} on for ${silenceMs / 1000} s, though the broker says that it is there`,
      retryable: true,
      hint: 'a partition without a leader, or a transaction that is still open, looks like this: try again',
    });
  };
  try {
    await Promise.race([news, silence()]);
  } finally {
    over.abort();
  }
}

function gone(topic: string, { partition, from, to }: OffsetRange, marks: Watermarks | undefined): PipelineError {
  const held = marks === undefined ? 'no such partition' : `[${marks.low}, ${marks.high})`;
  return new PipelineError('OFFSETS_GONE', {
    message: `${topic}/${partition}: asked for [${from}, ${to}), Kafka holds ${held}`,
    retryable: false,
  });
}
