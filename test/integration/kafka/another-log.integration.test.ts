import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startBroker } from '../../../src/devstack/broker.ts';
import type { KafkaClient } from '../../../src/kafka/kafkajs/client.ts';
import { withAdmin } from '../../../src/kafka/kafkajs/admin.ts';
import { appendRecords, connectAdmin, createTopic, untilLed } from '../../support/kafka.ts';
import { runMember } from '../../support/group-member.ts';
import { valuesOf } from '../../support/record-recorder.ts';

const records = (count: number, name: string) =>
  Array.from({ length: count }, (_, index) => ({ value: `${name} ${index}` }));
const values = (count: number, name: string): string[] => records(count, name).map(({ value }) => value);

/** Deletes the topic and creates another one of the same name as soon as the broker lets it. */
async function recreate(kafka: KafkaClient, topic: string): Promise<void> {
  await withAdmin(kafka, topic, (admin) => admin.deleteTopics({ topics: [topic] }));
  // until the old one is gone the broker answers that the topic exists
  const create = () =>
    withAdmin(kafka, topic, (admin) => admin.createTopics({ waitForLeaders: false, topics: [{ topic }] }));
  await expect.poll(create, { timeout: 20_000, interval: 20 }).toBe(true);
  await untilLed(kafka, topic, 1);
}

describe('a topic that is deleted and made again under a running member', () => {
  it.each([
    ['fewer', 20],
    ['as many', 100],
    ['more', 150],
  ])('with %s records: it stops, and hands over none of them', async (_, count) => {
    const kafka = connectAdmin();
    const topic = `recreated-${randomUUID()}`;
    await createTopic(kafka, topic, 1);
    await appendRecords(kafka, topic, 0, records(100, 'old'));
    const { recorder, running } = runMember(kafka, topic);
    await recorder.until(() => recorder.of(0).at(-1)?.to === 100n);
    await recreate(kafka, topic);
    await appendRecords(kafka, topic, 0, records(count, 'new'));
    await expect(running).rejects.toMatchObject({ code: 'TOPIC_RECREATED', details: { topic } });
    expect(valuesOf(recorder.of(0))).toEqual(values(100, 'old'));
  });

  it('while it is paused: nothing of the new one is handed over once it goes on', async () => {
    const kafka = connectAdmin();
    const topic = `recreated-${randomUUID()}`;
    await createTopic(kafka, topic, 1);
    await appendRecords(kafka, topic, 0, records(100, 'old'));
    const { source, recorder, running } = runMember(kafka, topic);
    await recorder.until(() => recorder.of(0).at(-1)?.to === 100n);
    source.pause(0);
    await recreate(kafka, topic);
    await appendRecords(kafka, topic, 0, records(150, 'new'));
    source.resume(0);
    await expect(running).rejects.toMatchObject({ code: 'TOPIC_RECREATED' });
    expect(valuesOf(recorder.of(0))).toEqual(values(100, 'old'));
  });
});

describe('a log that lost its end by an unclean leader election', () => {
  it.each([
    ['is shorter than what was read', 0],
    ['has grown beyond what was read by other records', 100],
  ])('stops the member when it %s', async (_, count) => {
    const properties = {
      'broker.session.timeout.ms': '2000',
      'broker.heartbeat.interval.ms': '250',
      'unclean.leader.election.enable': 'true',
      'min.insync.replicas': '1',
    };
    const broker = await startBroker({ nodes: 3, properties });
    onTestFinished(() => broker.stop());
    const kafka = connectAdmin(broker.bootstrap, broker.admin);
    const topic = `unclean-${randomUUID()}`;
    const [leader, follower] = await brokersBesideCoordinator(kafka, topic);
    await withAdmin(kafka, topic, (admin) =>
      admin.createTopics({
        waitForLeaders: true,
        topics: [{ topic, replicaAssignment: [{ partition: 0, replicas: [leader, follower] }] }],
      }),
    );
    await appendRecords(kafka, topic, 0, records(100, 'kept'));
    const { source, recorder, running } = runMember(kafka, topic);
    await recorder.until(() => recorder.of(0).at(-1)?.to === 100n);
    // the follower misses what the leader alone acknowledges
    await broker.kill('SIGKILL', follower - 1);
    await expect.poll(() => inSyncReplicas(kafka, topic), { timeout: 30_000 }).toEqual([leader]);
    await appendRecords(kafka, topic, 0, records(40, 'lost'));
    await recorder.until(() => recorder.of(0).at(-1)?.to === 140n);
    source.pause(0);
    await broker.kill('SIGKILL', leader - 1);
    await broker.start(follower - 1);
    await expect.poll(() => leaderOf(kafka, topic), { timeout: 60_000 }).toBe(follower);
    if (count > 0) await appendRecords(kafka, topic, 0, records(count, 'other'));
    source.resume(0);
    await expect(running).rejects.toMatchObject({
      code: 'LOG_TRUNCATED',
      details: { topic, partition: 0, position: '140', logEnd: '100' },
    });
    expect(valuesOf(recorder.of(0))).toEqual([...values(100, 'kept'), ...values(40, 'lost')]);
  });
});

/**
 * Finds two brokers that can be killed without ending the membership: a member whose coordinator dies joins anew, and it is the ledger
 * that tells it then what was read. The group topic has one partition, whose leader coordinates all groups.
 */
async function brokersBesideCoordinator(kafka: KafkaClient, groupId: string): Promise<readonly [number, number]> {
  // the first question about a group makes the group topic
  const askForOffsets = () => withAdmin(kafka, groupId, (admin) => admin.fetchOffsets({ groupId }));
  await expect.poll(() => askForOffsets().then(() => true, String), { timeout: 30_000 }).toBe(true);
  const coordinator = await leaderOf(kafka, '__consumer_offsets');
  const [first = 0, second = 0] = [1, 2, 3].filter((id) => id !== coordinator);
  return [first, second];
}

async function partitionOf(kafka: KafkaClient, topic: string) {
  return withAdmin(kafka, topic, async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions[0];
  }).catch(() => undefined);
}

async function inSyncReplicas(kafka: KafkaClient, topic: string): Promise<readonly number[] | undefined> {
  return (await partitionOf(kafka, topic))?.isr;
}

async function leaderOf(kafka: KafkaClient, topic: string): Promise<number | undefined> {
  return (await partitionOf(kafka, topic))?.leader;
}
