import { describe, expect, it } from 'vitest';
import type { Recipe } from '../../../src/consumer/ledger/entry/recipe.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { testTimestampMs } from '../../support/chunks.ts';
import { audit, createTestTools, openTestLake, readRows, testTable } from '../../support/lake.ts';
import { run, topicOf } from '../../support/run-service.ts';

const recordParts: Recipe['recordParts'] = ['topic', 'key', 'headers'];

describe('columns of topic, key and headers', () => {
  it('hold what came with each record, also where others became dead letters or go to another Hive partition', async () => {
    const topic = new FakeTopic(1);
    const headers = { 'ce-type': 'reading', 'ce-id': '7' };
    topic.append(
      0,
      { value: '{"n":0}', key: 'a', headers },
      { value: 'no JSON', key: 'b' },
      { value: null, key: 'c' },
      { value: '{"n":3}', timestampMs: testTimestampMs + 3_600_000 },
      { value: '{"n":4,"kafka_key":"mine"}', key: 'e', headers: { other: 'x' } },
    );
    const lake = await openTestLake();
    const tools = createTestTools({ ...lake, recipe: { recordParts, headerNames: ['ce-type'] } });
    await run(topic, lake, { tools });
    expect(await readRows(lake)).toMatchObject([
      { n: 0, kafka_topic: 'readings', kafka_key: 'a', kafka_headers: '{"ce-type":"reading"}' },
      { n: 3, kafka_topic: 'readings' },
      { n: 4, kafka_topic: 'readings', kafka_key: 'e', kafka_key_field: 'mine' },
    ]);
    expect((await audit(lake, topic)).findings).toEqual([]);
    const columns = (await lake.catalog.load(testTable))?.columns.map(({ name }) => name);
    expect(columns).toEqual(expect.arrayContaining(['kafka_topic', 'kafka_key', 'kafka_key_base64', 'kafka_headers']));
  });

  it('come to a table that was made without them, and leave one alone that has other columns of these names', async () => {
    const topic = topicOf(1, 3);
    const lake = await openTestLake();
    await run(topic, lake);
    topic.append(0, { value: '{"n":3,"kafka_headers":1}' });
    await run(topic, lake);
    const tools = createTestTools({ ...lake, recipe: { recordParts } });
    await tools.writer.refresh();
    expect(tools.writer.fit(tools.recipe).recordParts).toEqual(['topic', 'key']);
    topic.append(0, { value: '{"n":4}', key: 'k' });
    await run(topic, lake, { tools: { ...tools, recipe: tools.writer.fit(tools.recipe) } });
    expect((await readRows(lake)).at(-1)).toMatchObject({ n: 4, kafka_key: 'k', kafka_topic: 'readings' });
    expect((await audit(lake, topic)).findings).toEqual([]);
  });
});
