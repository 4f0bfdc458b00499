import { describe, expect, it } from 'vitest';
import { ownPace } from '../../../src/consumer/service/pace.ts';
import { decideTopicStart, startOfNew } from '../../../src/consumer/service/choose-start.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { FakeSource } from '../../fakes/fake-topic.ts';
import { jsonRecords, testTimestampMs } from '../../support/chunks.ts';
import {
  audit,
  createTestTools,
  openTestLake,
  readRows,
  testPath,
  testTable,
  testTopic,
  type TestLake,
} from '../../support/lake.ts';
import { run, topicOf } from '../../support/run-service.ts';

const numbersOf = async (lake: TestLake): Promise<unknown[]> => (await readRows(lake)).map((row) => row['n']);
const latest = { kind: 'latest' } as const;

describe('a topic that the ledger does not know', () => {
  it('begins behind its last record with START=latest, and the audit knows what was never promised', async () => {
    const topic = topicOf(2, 40);
    const lake = await openTestLake();
    await run(topic, lake, { start: latest });
    topic.append(0, ...jsonRecords({ n: 100 }));
    topic.append(1, ...jsonRecords({ n: 101 }));
    // what came while nobody ran is promised: the start was decided once
    await run(topic, lake, { start: latest });
    expect(new Set(await numbersOf(lake))).toEqual(new Set([100, 101]));
    const report = await audit(lake, topic);
    expect(report.findings).toEqual([]);
    expect(report.partitions).toMatchObject([
      { partition: 0, from: 40n, to: 41n, lag: 0n, begun: { from: 40n, start: 'latest' } },
      { partition: 1, from: 40n, to: 41n, lag: 0n, begun: { from: 40n, start: 'latest' } },
    ]);
  });

  it('begins with the first record at or after a time', async () => {
    const topic = topicOf(1, 3);
    topic.append(0, { value: '{"n":50}', timestampMs: testTimestampMs + 1000 });
    topic.append(0, { value: '{"n":51}', timestampMs: testTimestampMs });
    const lake = await openTestLake();
    await run(topic, lake, { start: { kind: 'time', atMs: testTimestampMs + 1 } });
    expect(await numbersOf(lake)).toEqual([50, 51]);
    expect((await audit(lake, topic)).partitions).toMatchObject([{ begun: { start: '2026-11-23T09:15:00.001Z' } }]);
  });

  it('reads a partition that is added later from its first record', async () => {
    const topic = topicOf(1, 5);
    const lake = await openTestLake();
    await run(topic, lake, { start: latest });
    topic.addPartition();
    topic.append(1, ...jsonRecords({ n: 7 }, { n: 8 }));
    await run(topic, lake, { start: latest });
    expect(await numbersOf(lake)).toEqual([7, 8]);
  });

  it('books as a gap what was promised and then dropped by Kafka before it was read', async () => {
    const topic = topicOf(1, 5);
    const lake = await openTestLake();
    await run(topic, lake, { start: latest });
    topic.append(0, ...jsonRecords({ n: 5 }, { n: 6 }, { n: 7 }));
    topic.deleteBelow(0, 7n);
    await run(topic, lake, { start: latest });
    expect(await numbersOf(lake)).toEqual([7]);
    expect((await audit(lake, topic)).partitions).toMatchObject([{ from: 5n, gapOffsets: 2n }]);
  });

  it.each([true, false])(
    'books as a gap what Kafka drops before the first batch; was it empty so far: %s',
    async (isEmpty) => {
      const records = jsonRecords(...[0, 1, 2, 3, 4, 5].map((n) => ({ n })));
      const [topic, lake] = [topicOf(1, 0), await openTestLake()];
      if (isEmpty) await run(topic, lake);
      topic.append(0, ...records);
      // all that a process leaves which is killed before its first claim
      const start = { from: 0n, notedAt: new Date().toISOString() };
      if (!isEmpty) await createTestTools(lake).ledger.noteStart(testPath(), start);
      topic.deleteBelow(0, 4n);
      const found = async () => (await audit(lake, topic)).findings.map(({ problem, where }) => `${problem} ${where}`);
      expect(await found()).toEqual(['lost-to-retention [0, 4)']);
      await run(topic, lake);
      expect(await numbersOf(lake)).toEqual([4, 5]);
      expect(await found()).toEqual(['gap [0, 4)']);
    },
  );

  it('books nothing as lost of which the lake has objects', async () => {
    const topic = topicOf(1, 6);
    const lake = await openTestLake();
    await run(topic, lake);
    await lake.store.delete([`_ledger/${testTable}/${testTopic}/0/${'0'.padStart(20, '0')}.json`]);
    topic.deleteBelow(0, 6n);
    topic.commits.clear();
    topic.append(0, ...jsonRecords({ n: 6 }));
    await expect(run(topic, lake)).rejects.toMatchObject({ code: 'LEDGER_BEHIND' });
    expect((await audit(lake, topic)).findings.map(({ problem }) => problem)).not.toContain('gap');
  });

  it('ignores START once the ledger holds something of the topic', async () => {
    const topic = topicOf(1, 5);
    const lake = await openTestLake();
    await run(topic, lake);
    topic.addPartition();
    topic.append(1, ...jsonRecords({ n: 9 }));
    await run(topic, lake, { start: latest });
    expect(await numbersOf(lake)).toEqual([0, 1, 2, 3, 4, 9]);
  });

  it('is begun with its first record when it was made again before anything was written', async () => {
    const lake = await openTestLake();
    await run(topicOf(1, 5), lake, { start: latest });
    await run(topicOf(1, 3), lake, { start: latest });
    expect(await numbersOf(lake)).toEqual([0, 1, 2]);
  });

  it('gives two members one decision, whatever each was told', async () => {
    const topic = topicOf(2, 5);
    const lake = await openTestLake();
    await run(topic, lake, { start: latest, source: new FakeSource(topic, { assignment: [0, 1] }) });
    const { ledger } = await run(topic, lake, { start: { kind: 'time', atMs: 0 } });
    expect(await ledger.start(testPath(1))).toMatchObject({ from: 5n });
    expect(await numbersOf(lake)).toEqual([]);
  });
});

describe('a topic that is made while the service runs', () => {
  const whole = startOfNew(latest);

  it('begins with its first record with START=latest', async () => {
    const topic = topicOf(1, 5);
    const lake = await openTestLake();
    await run(topic, lake, { start: whole });
    expect(await numbersOf(lake)).toEqual([0, 1, 2, 3, 4]);
    const report = await audit(lake, topic);
    expect(report.findings).toEqual([]);
    expect(report.partitions).toMatchObject([{ from: 0n, to: 5n }]);
  });

  it('begins so in all partitions, though another member found it when it began', async () => {
    const topic = topicOf(2, 5);
    const lake = await openTestLake();
    await decideTopicStart(createTestTools(lake), topic, whole);
    await run(topic, lake, { start: latest });
    expect(await numbersOf(lake)).toHaveLength(10);
  });

  it('begins at a time where START is one', () => {
    const time = { kind: 'time', atMs: 1 } as const;
    expect(startOfNew(time)).toBe(time);
  });
});

describe('a command that ends with the topic, beside other members of the group', () => {
  it('ends though it was given nothing, once the others have written everything', async () => {
    const topic = topicOf(2, 40);
    const lake = await openTestLake();
    const idle = run(topic, lake, { source: new FakeSource(topic, { assignment: [] }) });
    await run(topic, lake);
    await idle;
    expect(await numbersOf(lake)).toHaveLength(80);
  });

  it('says which partitions others leave unwritten', async () => {
    const topic = topicOf(2, 40);
    const running = run(topic, await openTestLake(), {
      source: new FakeSource(topic, { assignment: [0] }),
      stallMs: 1,
      pace: ownPace(systemClock, 3_600_000),
    });
    await expect(running).rejects.toMatchObject({
      code: 'STALLED',
      message: expect.stringContaining('(partition 1 at 0 of 40)'),
    });
  });
});
