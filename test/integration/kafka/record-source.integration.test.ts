import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { startBroker } from '../../../src/devstack/broker.ts';
import { withAdmin } from '../../../src/kafka/kafkajs/admin.ts';
import type { PipelineError } from '../../../src/runtime/errors.ts';
import { LyingIdentity } from '../../support/lying-identity.ts';
import { runMember } from '../../support/group-member.ts';
import { appendRecords, connectAdmin, createTopic } from '../../support/kafka.ts';
import { sendBatch } from '../../support/raw-producer.ts';
import { valuesOf } from '../../support/record-recorder.ts';
import { encodeBatch } from '../../support/record-batches.ts';

const values = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `v${from + index}`);
const records = (count: number, from = 0) => values(count, from).map((value) => ({ value }));

describe('a member of a group', () => {
  it('reads new partitions once its list of them is old enough', async () => {
    const kafka = connectAdmin();
    const topic = `member-${randomUUID()}`;
    await createTopic(kafka, topic, 1);
    const { recorder } = runMember(kafka, topic, { metadataMaxAgeMs: 1000 });
    await recorder.until(() => recorder.assignments.length === 1);
    await withAdmin(kafka, topic, (admin) => admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] }));
    await recorder.until(() => recorder.assignments.length === 2);
    await appendRecords(kafka, topic, 1, records(5));
    await recorder.until(() => recorder.of(1).at(-1)?.to === 5n);
    expect(valuesOf(recorder.of(1))).toEqual(values(5));
  });

  it('stops only the partition that holds a batch that can’t be read, until it is told to go on behind it', async () => {
    const kafka = connectAdmin();
    const topic = `member-${randomUUID()}`;
    await createTopic(kafka, topic, 2);
    await appendRecords(kafka, topic, 0, records(3));
    await sendBatch(topic, 0, encodeBatch(records(2), { deltas: [0, 0], lastOffsetDelta: 1 }));
    await appendRecords(kafka, topic, 0, records(2, 5));
    const { source, recorder } = runMember(kafka, topic);
    await recorder.until(() => recorder.damages.length > 0);
    expect(recorder.damages).toEqual([
      { partition: 0, from: 3n, to: 5n, error: expect.objectContaining({ code: 'RECORDS_UNREADABLE' }) },
    ]);
    await appendRecords(kafka, topic, 1, records(4));
    await recorder.until(() => recorder.of(1).at(-1)?.to === 4n);
    source.resume(0);
    await appendRecords(kafka, topic, 1, records(1, 4));
    await recorder.until(() => recorder.of(1).at(-1)?.to === 5n);
    expect(valuesOf(recorder.of(0))).toEqual(values(3));
    source.seek(0, 5n);
    await recorder.until(() => recorder.of(0).at(-1)?.to === 7n);
    expect(valuesOf(recorder.of(0))).toEqual([...values(3), ...values(2, 5)]);
    expect(recorder.damages).toHaveLength(1);
  });

  it('takes pauses, resumes and seeks while its broker is killed and started again, and reads on', async () => {
    const broker = await startBroker();
    onTestFinished(() => broker.stop());
    const kafka = connectAdmin(broker.bootstrap, broker.admin);
    const topic = `member-${randomUUID()}`;
    await createTopic(kafka, topic, 1);
    await appendRecords(kafka, topic, 0, records(10));
    const troubles: string[] = [];
    const { source, recorder, running } = runMember(kafka, topic, { onTrouble: ({ code }) => troubles.push(code) });
    let ended: unknown;
    running.catch((error: unknown) => (ended = error));
    await recorder.until(() => recorder.of(0).at(-1)?.to === 10n);
    const before = recorder.assignments;
    await broker.kill('SIGKILL');
    const steer = () => {
      source.pause(0);
      source.seek(0, 3n);
      source.resume(0);
    };
    await expect.poll(() => (steer(), troubles.length), { timeout: 60_000, interval: 20 }).toBeGreaterThan(0);
    await broker.start();
    const hasJoined = () => (steer(), recorder.assignments !== before || ended);
    await expect.poll(hasJoined, { timeout: 90_000, interval: 20 }).toBe(true);
    await appendRecords(kafka, topic, 0, records(5, 10));
    await recorder.until(() => recorder.of(0).at(-1)?.to === 15n);
    expect(valuesOf(recorder.of(0)).slice(-5)).toEqual(values(5, 10));
    expect(troubles).not.toContain('BROKER_NOT_TLS');
  });

  it('says so when the broker answers with garbage, and reads on once it does not', async () => {
    const { bootstrap, credentials } = inject('stack');
    const topic = `member-${randomUUID()}`;
    await createTopic(connectAdmin(), topic, 1);
    await appendRecords(connectAdmin(), topic, 0, records(10));
    let lies = 5;
    const garble = (answer: Buffer): Buffer =>
      lies-- > 0 ? Buffer.concat([answer.subarray(0, 8), Buffer.alloc(40, 0xff)]) : answer;
    const kafka = connectAdmin(bootstrap, credentials.admin, new LyingIdentity(credentials.admin, garble));
    const troubles: PipelineError[] = [];
    const { recorder } = runMember(kafka, topic, { onTrouble: (error) => troubles.push(error) });
    await recorder.until(() => recorder.of(0).at(-1)?.to === 10n);
    expect(valuesOf(recorder.of(0))).toEqual(values(10));
    expect(troubles).toMatchObject([{ code: 'BROKER_FAILED', message: expect.stringContaining('garbage') }]);
  });

  it('takes no record whose bytes have changed on their way', async () => {
    const { bootstrap, credentials } = inject('stack');
    const topic = `member-${randomUUID()}`;
    await createTopic(connectAdmin(), topic, 1);
    await appendRecords(connectAdmin(), topic, 0, [{ value: '{"temperature":36.9}' }]);
    const flip = (answer: Buffer): Buffer => {
      const at = answer.indexOf('36.9');
      if (at >= 0) answer.write('7', at);
      return answer;
    };
    const kafka = connectAdmin(bootstrap, credentials.admin, new LyingIdentity(credentials.admin, flip));
    const { recorder } = runMember(kafka, topic);
    await recorder.until(() => recorder.damages.length > 0);
    expect(recorder.damages).toMatchObject([
      { partition: 0, from: 0n, error: { code: 'RECORDS_UNREADABLE', message: expect.stringContaining('checksum') } },
    ]);
    expect(recorder.chunks).toEqual([]);
  });
});
