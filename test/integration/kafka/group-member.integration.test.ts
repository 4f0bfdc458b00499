import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GroupMember } from '../../../src/kafka/group/group-member.ts';
import type { KafkaClient } from '../../../src/kafka/kafkajs/client.ts';
import { withAdmin } from '../../../src/kafka/kafkajs/admin.ts';
import { appendRecords, connectAdmin, createTopic } from '../../support/kafka.ts';
import { RecordRecorder, valuesOf } from '../../support/record-recorder.ts';

const values = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `v${from + index}`);
const records = (count: number, from = 0) => values(count, from).map((value) => ({ value }));

/** Runs a member that reads all topics that begin with `id`, until the test ends. */
function runPattern(kafka: KafkaClient, id: string) {
  const membership = new GroupMember({
    kafka,
    groupId: id,
    selection: { kind: 'pattern', pattern: new RegExp(`^${id}\\..*$`) },
    sessionTimeoutMs: 10_000,
    fetchBytesMax: 100_000,
    metadataMaxAgeMs: 1000,
  });
  const assignments: (readonly string[])[] = [];
  const events: ('assigned' | 'revoked')[] = [];
  const readers = new Map<string, { readonly recorder: RecordRecorder; readonly reading: Promise<void> }>();
  const begin = (topic: string): void => {
    const recorder = new RecordRecorder();
    const reading = membership.source(topic).run(recorder);
    reading.catch(() => {});
    readers.set(topic, { recorder, reading });
  };
  const running = membership.run({
    assigned: (topics) => {
      events.push('assigned');
      assignments.push(topics);
      for (const topic of topics) if (!readers.has(topic)) begin(topic);
    },
    revoked: () => events.push('revoked'),
    waiting: () => {},
  });
  running.catch(() => {});
  onTestFinished(() => membership.stop());
  const untilRead = async (topic: string, to: bigint): Promise<void> => {
    await expect.poll(() => readers.get(topic)?.recorder.of(0).at(-1)?.to, { interval: 50 }).toBe(to);
  };
  return { assignments, events, readers, untilRead, begin };
}

describe('a member that reads the topics of a pattern', () => {
  it('reads on when one of them is deleted, names that one, and reads one that is made later', async () => {
    const kafka = connectAdmin();
    const id = `pattern-${randomUUID()}`;
    const [kept, deleted, later] = [`${id}.kept`, `${id}.deleted`, `${id}.later`];
    for (const topic of [kept, deleted]) {
      await createTopic(kafka, topic, 1);
      await appendRecords(kafka, topic, 0, records(5));
    }
    const { assignments, events, readers, untilRead } = runPattern(kafka, id);
    for (const topic of [kept, deleted]) await untilRead(topic, 5n);
    await withAdmin(kafka, deleted, (admin) => admin.deleteTopics({ topics: [deleted] }));
    await appendRecords(kafka, kept, 0, records(5, 5));
    await untilRead(kept, 10n);
    await expect(readers.get(deleted)?.reading).rejects.toMatchObject({ code: 'TOPIC_MISSING' });
    await createTopic(kafka, later, 1);
    await appendRecords(kafka, later, 0, records(3));
    await untilRead(later, 3n);
    await appendRecords(kafka, kept, 0, records(1, 10));
    await untilRead(kept, 11n);
    expect(assignments.at(-1)).toEqual([kept, later]);
    // told once of all topics, whenever it has lost what it had
    expect(events.slice(0, 3)).toEqual(['assigned', 'revoked', 'assigned']);
    expect(events.some((event, index) => event === events[index - 1])).toBe(false);
    expect(new Set(valuesOf(readers.get(kept)?.recorder.of(0) ?? []))).toEqual(new Set(values(11)));
  });

  it('holds a topic that nobody reads, and reads it again from where its reader says', async () => {
    const kafka = connectAdmin();
    const id = `pattern-${randomUUID()}`;
    const [one, other] = [`${id}.one`, `${id}.other`];
    for (const topic of [one, other]) {
      await createTopic(kafka, topic, 1);
      await appendRecords(kafka, topic, 0, records(5));
    }
    const { readers, untilRead, begin } = runPattern(kafka, id);
    for (const topic of [one, other]) await untilRead(topic, 5n);
    const first = readers.get(one)?.recorder;
    begin(one);
    await untilRead(one, 5n);
    expect(valuesOf(readers.get(one)?.recorder.of(0) ?? [])).toEqual(values(5));
    await appendRecords(kafka, one, 0, records(2, 5));
    await untilRead(one, 7n);
    expect(first?.of(0).at(-1)?.to).toBe(5n);
  });
});
