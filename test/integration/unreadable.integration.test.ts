import { describe, expect, it } from 'vitest';
import { jsonRecords } from '../support/chunks.ts';
import { kafkaEnvironment, ownNames, runCli, type Environment } from '../support/cli.ts';
import { appendRecords, connectAdmin, createTopic } from '../support/kafka.ts';
import { temporaryFolder } from '../support/lake.ts';
import { sendBatch } from '../support/raw-producer.ts';
import { encodeBatch } from '../support/record-batches.ts';

const records = (count: number) => jsonRecords(...Array.from({ length: count }, (_, n) => ({ n })));

/** Partition 1 holds two records of one offset, which the broker takes and nobody can read: [50, 52) between good ones. */
async function openDamagedTopic(): Promise<Environment> {
  const names = ownNames();
  const kafka = connectAdmin();
  const topic = names.KAFKA_TOPIC;
  await createTopic(kafka, topic, 2);
  await appendRecords(kafka, topic, 0, records(100));
  await appendRecords(kafka, topic, 1, records(50));
  await sendBatch(topic, 1, encodeBatch(records(2), { deltas: [0, 0], lastOffsetDelta: 1 }));
  await appendRecords(kafka, topic, 1, records(30));
  return {
    ...kafkaEnvironment(),
    ...names,
    LAKE: await temporaryFolder(),
    BATCH_AGE_MAX_SECONDS: '0.5',
    KAFKA_SESSION_TIMEOUT_SECONDS: '6',
  };
}

describe('a batch that can’t be read', () => {
  it('lets a run to the end write everything else, and fail with the partition and what to do', async () => {
    const env = await openDamagedTopic();
    const run = await runCli(['consume', '--until-end'], env);
    expect(run.code).toBe(1);
    const last = JSON.parse(run.stderr.trim().split('\n').at(-1) ?? '');
    expect(last).toMatchObject({
      code: 'RECORDS_UNREADABLE',
      partitions: [1],
      hint: "glueless skip --partition 1 --offset 50 --to 52 --reason '<why>'",
    });
    const [rows] = [...run.stderr.matchAll(/"rows":(\d+)/g)].reduce(([sum], [, count]) => [sum + Number(count)], [0]);
    expect(rows).toBe(150);
  });
});
