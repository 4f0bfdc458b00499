import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createTopicReader } from '../../src/kafka/topic/topic-reader.ts';
import { runCli } from '../support/cli.ts';
import { appendRecords, connectAdmin, createTopic } from '../support/kafka.ts';
import { countWithPyarrow } from '../support/pyarrow.ts';
import { sendBatch } from '../support/raw-producer.ts';
import { encodeBatch } from '../support/record-batches.ts';
import { Scenario } from '../support/scenario.ts';
import type { TestRecord } from '../support/chunks.ts';

const some = (count: number, start = 0): TestRecord[] =>
  Array.from({ length: count }, (_, index) => ({ key: `k${index % 7}`, value: JSON.stringify({ n: start + index }) }));

async function setup(partitions = 1, settings: Record<string, string> = {}, extra: Record<string, string> = {}) {
  const scenario = await Scenario.open({ BATCH_ROWS_MAX: '100000', ...extra });
  const kafka = connectAdmin();
  await createTopic(kafka, scenario.topic, partitions, settings);
  return { scenario, kafka };
}

describe('a topic with', () => {
  it('transactions: committed records appear once, aborted ones never, and the markers end no run', async () => {
    const { scenario, kafka } = await setup();
    const producer = kafka.kafkajs.producer({
      transactionalId: scenario.topic,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    for (const outcome of ['commit', 'abort', 'commit', 'abort'] as const) {
      const transaction = await producer.transaction();
      await transaction.send({
        topic: scenario.topic,
        messages: some(20).map(({ value }) => ({ value: String(value) })),
      });
      await transaction[outcome]();
    }
    await producer.disconnect();
    scenario.acknowledged = 40;
    await scenario.consumeToEnd();
    await scenario.expectExactlyOnce();
    const replayed = await runCli(['replay', '--all'], scenario.env);
    expect(replayed).toMatchObject({ code: 0 });
    await scenario.expectExactlyOnce();
  });

  it('a transaction that is still open: what lies behind its start waits, and is not taken for nothing', async () => {
    const { scenario, kafka } = await setup();
    await appendRecords(kafka, scenario.topic, 0, some(10));
    const producer = kafka.kafkajs.producer({
      transactionalId: scenario.topic,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({
      topic: scenario.topic,
      messages: some(10).map(({ value }) => ({ value: String(value) })),
    });
    const consumer = scenario.consume();
    await expect.poll(() => consumer.committedRecords(), { timeout: 30_000 }).toBe(10);
    await transaction.commit();
    await producer.disconnect();
    await expect.poll(() => consumer.committedRecords(), { timeout: 30_000 }).toBe(20);
    expect(await consumer.stop()).toBe(143);
    scenario.acknowledged = 20;
    await scenario.consumeToEnd();
    await scenario.expectExactlyOnce();
  });

  it('a record batch of 200,000 records', async () => {
    const { scenario } = await setup();
    await sendBatch(scenario.topic, 0, encodeBatch(some(200_000), { baseTimestamp: Date.now(), compress: 'zstd' }));
    scenario.acknowledged = 200_000;
    await scenario.consumeToEnd();
    await scenario.expectExactlyOnce();
  });

  it('compacted gaps', async () => {
    const settings = {
      'cleanup.policy': 'compact',
      'segment.ms': '50',
      'min.cleanable.dirty.ratio': '0.01',
      'max.compaction.lag.ms': '100',
    };
    const { scenario, kafka } = await setup(1, settings);
    for (let round = 0; round < 8; round++) await appendRecords(kafka, scenario.topic, 0, some(20, round * 20));
    let appended = 160;
    await using reader = createTopicReader({ kafka, topic: scenario.topic });
    const readable = async (): Promise<number> => {
      // only another record closes a segment, and an open one is never compacted: a fast broker has all of them in one
      await appendRecords(kafka, scenario.topic, 0, some(1, appended++));
      const chunks = await Array.fromAsync(reader.read({ partition: 0, from: 0n, to: BigInt(appended) }));
      return chunks.reduce((sum, { count }) => sum + count, 0);
    };
    await expect.poll(readable, { timeout: 60_000, interval: 500 }).toBeLessThan(100);
    await scenario.consumeToEnd();
    const audit = await runCli(['verify', '--deep', '--json'], scenario.env);
    const { partitions, findings } = JSON.parse(audit.stdout);
    expect(findings).toEqual([]);
    expect(partitions[0].to).toBe(String(appended));
    const { rows, distinct } = await countWithPyarrow(scenario.table);
    expect(rows).toBe(distinct);
    expect(rows).toBe(partitions[0].rows);
  });

  it('headers, null keys, null values and no JSON at all', async () => {
    const { scenario, kafka } = await setup();
    await appendRecords(kafka, scenario.topic, 0, [
      { value: '{"a":1}', headers: { trace: 'x' } },
      { value: null, key: 'gone' },
      { value: '{"a":', headers: { trace: 'y' } },
      { value: Buffer.from([0xff, 0xfe]) },
    ]);
    await scenario.consumeToEnd();
    const audit = await runCli(['verify', '--deep', '--json'], scenario.env);
    expect(JSON.parse(audit.stdout).partitions[0]).toMatchObject({
      records: 4,
      rows: 1,
      deadLetters: 2,
      tombstones: 1,
    });
    expect(audit.code).toBe(0);
  });

  it('records without a timestamp: they are placed by their event time', async () => {
    const { scenario } = await setup();
    const value = JSON.stringify({ n: 1, eventTime: '2026-11-23T09:15:00Z' });
    await sendBatch(scenario.topic, 0, encodeBatch([{ value }, { value }], { baseTimestamp: -1 }));
    scenario.acknowledged = 2;
    await scenario.consumeToEnd();
    await scenario.expectExactlyOnce();
    expect(await readdir(scenario.table)).toEqual(['event_date=2026-11-23']);
  });

  it('50 partitions', async () => {
    const { scenario } = await setup(50);
    await scenario.produce(2000, { partitions: 50, patients: 300 });
    await scenario.consumeToEnd();
    await scenario.expectExactlyOnce();
  });

  it('a batch that unpacks to more than there is memory for: refused in words, not by dying', async () => {
    const { scenario } = await setup(1, {}, { KAFKA_UNPACKED_BYTES_MAX: '1000000' });
    const record = { value: JSON.stringify({ text: 'x'.repeat(10_000) }), timestampMs: Date.now() };
    const records = Array.from({ length: 500 }, () => record);
    await sendBatch(scenario.topic, 0, encodeBatch(records, { compress: 'zstd' }));
    const { code, stderr } = await runCli(['consume', '--until-end'], { ...scenario.env, LOG_LEVEL: 'error' });
    expect(code).toBe(1);
    // the line of the partition comes first, then that of the end
    expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({
      code: 'RECORDS_UNREADABLE',
      hint: expect.stringContaining('KAFKA_UNPACKED_BYTES_MAX'),
    });
    scenario.acknowledged = 500;
    await scenario.consumeToEnd({ KAFKA_UNPACKED_BYTES_MAX: '100000000' });
    await scenario.expectExactlyOnce();
  });
});
