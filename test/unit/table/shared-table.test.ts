import { describe, expect, it } from 'vitest';
import { replayItem } from '../../../src/consumer/replay/replay.ts';
import type { CommitTools } from '../../../src/consumer/commit/tools/commit-tools.ts';
import type { Recipe } from '../../../src/consumer/ledger/entry/recipe.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { jsonRecords } from '../../support/chunks.ts';
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

const policy = { rowsMax: 100, bytesMax: 1e6, ageMaxMs: 1000 };
const otherTopic = 'wards';
const recordParts: Recipe['recordParts'] = ['topic'];
const shared = { writer: { tellsTopic: true, isShared: true }, recipe: { recordParts } };

async function open(lake: TestLake, options: Partial<Parameters<typeof createTestTools>[0]> = {}) {
  const tools = createTestTools({ ...lake, ...options });
  await tools.writer.refresh();
  return { ...tools, topic: options.writer?.topic ?? testTopic, recipe: tools.writer.fit(tools.recipe) };
}

/** A service of both topics, as it writes the other one. */
const openOther = async (lake: TestLake) => {
  const writer = { ...shared.writer, topic: otherTopic, isSharer: (topic: string) => topic === testTopic };
  return open(lake, { ...shared, writer });
};

async function write(topic: FakeTopic, tools: CommitTools, [from, to]: readonly [bigint, bigint]): Promise<void> {
  const range = { partition: 0, from, to };
  const signal = new AbortController().signal;
  await replayItem({ kind: 'write', range }, { reader: topic, tools, policy, signal });
}

function topicOf(count: number, name = testTopic): FakeTopic {
  const topic = new FakeTopic(1, name);
  topic.append(0, ...jsonRecords(...Array.from({ length: count }, (_, n) => ({ n }))));
  return topic;
}

const topicsIn = async (lake: TestLake): Promise<unknown[]> =>
  (await readRows(lake)).map((row) => row['kafka_topic'] ?? null);

describe('a table that several topics share', () => {
  it('gets kafka_topic from a service and a replay of one topic alone, whatever they are told', async () => {
    const lake = await openTestLake();
    const topic = topicOf(4);
    await write(topic, await open(lake, shared), [0n, 2n]);
    const alone = await open(lake);
    await write(topic, alone, [2n, 4n]);
    expect(await topicsIn(lake)).toEqual([testTopic, testTopic, testTopic, testTopic]);
    const last = await alone.ledger.get(testPath(), 0n);
    if (last === undefined || last.entry.state !== 'committed') throw new Error('not committed');
    expect(last.entry.recipe.recordParts).toEqual(['topic']);
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('is known for it though it was one topic’s, and the audit names the rows from before', async () => {
    const lake = await openTestLake();
    const topic = topicOf(6);
    await write(topic, await open(lake), [0n, 2n]);
    expect((await audit(lake, topic)).findings).toEqual([]);
    await write(topic, await open(lake, shared), [2n, 4n]);
    await write(topic, await open(lake), [4n, 6n]);
    expect(await topicsIn(lake)).toEqual([null, null, testTopic, testTopic, testTopic, testTopic]);
    expect((await lake.catalog.load(testTable))?.parameters).toMatchObject({ 'glueless.shared': 'true' });
    expect((await audit(lake, topic)).findings).toMatchObject([
      { problem: 'record-unnamed', partition: 0, where: '[0, 2)', what: expect.stringContaining('2 rows have no') },
    ]);
  });

  it('is made of one topic’s at the first try, whichever topic begins', async () => {
    for (const isOtherFirst of [true, false]) {
      const lake = await openTestLake();
      await write(topicOf(1), await open(lake), [0n, 1n]);
      const other = topicOf(1, otherTopic);
      const writes = [
        async () => write(topicOf(2), await open(lake, shared), [1n, 2n]),
        async () => write(other, await openOther(lake), [0n, 1n]),
      ];
      for (const begin of isOtherFirst ? writes.toReversed() : writes) await begin();
      expect((await topicsIn(lake)).map(String).toSorted()).toEqual(['null', testTopic, otherTopic]);
      await expect(open(lake, { writer: { topic: otherTopic } })).resolves.toMatchObject({ recipe: { recordParts } });
      expect((await audit(lake, other, { topic: otherTopic })).findings).toEqual([]);
    }
  });

  it('takes dead letters of each, though they were one topic’s', async () => {
    const lake = await openTestLake();
    const bad = new FakeTopic(1);
    bad.append(0, { value: '{bad' });
    await write(bad, await open(lake), [0n, 1n]);
    await write(topicOf(2), await open(lake), [1n, 2n]);
    const other = topicOf(1, otherTopic);
    await write(other, await openOther(lake), [0n, 1n]);
    other.append(0, { value: '{bad' });
    await write(other, await open(lake, { writer: { topic: otherTopic } }), [1n, 2n]);
    const { findings, partitions } = await audit(lake, other, { topic: otherTopic });
    expect({ findings, partitions }).toMatchObject({ findings: [], partitions: [{ rows: 1, deadLetters: 1 }] });
  });

  it('is no table with a field of that name', async () => {
    const lake = await openTestLake();
    const topic = new FakeTopic(1);
    topic.append(0, ...jsonRecords({ kafka_topic: 'mine' }, { kafka_topic: 'mine' }));
    await write(topic, await open(lake), [0n, 1n]);
    await write(topic, await open(lake), [1n, 2n]);
    expect(await topicsIn(lake)).toEqual(['mine', 'mine']);
    expect((await audit(lake, topic)).findings).toEqual([]);
  });
});
