import { describe, expect, it } from 'vitest';
import type { Recipe } from '../../../src/consumer/ledger/entry/recipe.ts';
import { checkTable } from '../../../src/consumer/table/catalog/check-table.ts';
import { parseColumns } from '../../../src/schema/types/hive-ddl.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import {
  audit,
  createTestTools,
  openTestLake,
  readRows,
  testTable,
  testTopic,
  type TestLake,
} from '../../support/lake.ts';
import { openIcebergLake } from '../../support/iceberg-lake.ts';
import { createIcebergTools } from '../../support/iceberg-service.ts';
import { writeBatches } from '../../support/write-batches.ts';
import { run } from '../../support/run-service.ts';

const recordParts: Recipe['recordParts'] = ['topic', 'key', 'headers'];
const own = '{"kafka_topic":"t","kafka_key":"mine","kafka_headers":"h"}';

async function openTable() {
  const topic = new FakeTopic(1);
  const lake = await openTestLake();
  const append = (value: string): void => topic.append(0, { value, key: 'k', headers: { a: 'b' } });
  return { topic, lake, append };
}

/** Rows without the coordinates. */
async function rowsOf(lake: TestLake): Promise<Record<string, unknown>[]> {
  return (await readRows(lake)).map((row) =>
    Object.fromEntries(
      Object.entries(row).filter(([name, value]) => value !== null && /^kafka_(topic|key|headers|index)/.test(name)),
    ),
  );
}

const ofRecords = { kafka_topic: 't', kafka_key: 'mine', kafka_headers: 'h' };
const renamed = { kafka_topic_field: 't', kafka_key_field: 'mine', kafka_headers_field: 'h' };
const ofKafka = { kafka_topic: 'readings', kafka_key: 'k', kafka_headers: '{"a":"b"}' };

describe('a column that records and Kafka could both fill', () => {
  it('stays the records’ where they made it, whatever KAFKA_COLUMNS says later', async () => {
    const { topic, lake, append } = await openTable();
    append(own);
    await run(topic, lake);
    append(own);
    const tools = createTestTools({ ...lake, recipe: { recordParts } });
    await run(topic, lake, { tools });
    expect(await rowsOf(lake)).toEqual([ofRecords, ofRecords]);
    expect(tools.writer.fit(tools.recipe).recordParts).toBeUndefined();
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('stays Kafka’s where it was made for it, though KAFKA_COLUMNS does not ask for it any more', async () => {
    const { topic, lake, append } = await openTable();
    append(own);
    await run(topic, lake, { tools: createTestTools({ ...lake, recipe: { recordParts } }) });
    append(own);
    await run(topic, lake);
    expect(await rowsOf(lake)).toEqual([{ ...ofKafka, ...renamed }, renamed]);
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('is told of an Iceberg table, too', async () => {
    const lake = await openIcebergLake();
    const by = (...parts: NonNullable<Recipe['recordParts']>) =>
      createIcebergTools(lake, {}, parts.length > 0 ? { recipe: { recordParts: parts } } : {});
    await writeBatches(by('key'), [[{ value: own, key: 'k' }]]);
    const tools = by('topic', 'headers');
    await tools.writer.refresh();
    expect(tools.writer.fit(tools.recipe).recordParts).toBeUndefined();
    const comments = (await lake.catalog.load(testTable))?.columns.map(({ name, comment }) => [name, comment]);
    const data = 'first in partition 0, offsets from 0';
    expect(comments).toEqual(
      expect.arrayContaining([
        ['kafka_topic', data],
        ['kafka_headers', data],
        ['kafka_key', 'the key, when it is UTF-8'],
        ['kafka_key_field', data],
      ]),
    );
  });

  it('is told by whoever made it first, also for a process that did not see it yet', async () => {
    const { topic, lake, append } = await openTable();
    append('{"n":1}');
    const plain = await run(topic, lake);
    const late = createTestTools({ ...lake, recipe: { recordParts } });
    await late.writer.refresh();
    append(own);
    await run(topic, lake, { tools: createTestTools({ ...lake, recipe: { recordParts: ['key'] } }) });
    append(own);
    await run(topic, lake, { tools: plain });
    append(own);
    await run(topic, lake, { tools: late });
    const mixed = { kafka_topic: 't', kafka_headers: 'h', kafka_key_field: 'mine' };
    expect((await rowsOf(lake)).slice(1)).toEqual([{ ...mixed, kafka_key: 'k' }, mixed, { ...mixed, kafka_key: 'k' }]);
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('is the number of rows of one offset only where it was made for it', async () => {
    const { topic, lake, append } = await openTable();
    append('[{"n":0},{"n":1,"kafka_index":7}]');
    await run(topic, lake, { tools: createTestTools({ ...lake, recipe: { records: 'array' } }) });
    append('{"n":2,"kafka_index":8}');
    await run(topic, lake, { tools: createTestTools({ ...lake, recipe: { hints: 'kafka_index int' } }) });
    expect(await rowsOf(lake)).toEqual([
      { kafka_index: 0 },
      { kafka_index: 1, kafka_index_field: 7 },
      { kafka_index_field: 8 },
    ]);
  });

  it.each([
    ['kafka_index int', '"kafka_index":8', { kafka_index_field: 8 }],
    ['kafka_index double', '"kafka_index":8', { kafka_index: 8 }],
    ['kafka_topic string', '"kafka_topic":"t"', { kafka_topic_field: 't' }],
    ['kafka_key string', '"kafka_key":"k"', { kafka_key: 'k' }],
  ])(
    'is known by its type in a table of an older version, which gave it no comment: %s',
    async (column, member, row) => {
      const { topic, lake, append } = await openTable();
      await lake.catalog.create({
        name: testTable,
        columns: parseColumns(`kafka_partition int, kafka_offset bigint, kafka_timestamp timestamp, ${column}`),
        partitionKeys: parseColumns('event_date string, event_hour string'),
        location: lake.store.uri(`${testTable}/`),
        parameters: { 'glueless.format': '1', 'glueless.topic': testTopic },
      });
      append(`{"n":2,${member}}`);
      await run(topic, lake);
      expect(await rowsOf(lake)).toEqual([row]);
    },
  );

  it.each(['0.5', '"x"', '7', '{"a":1}'])(
    'is no number of rows for the audit where records made it: %s, in a file that was copied',
    async (value) => {
      const { topic, lake, append } = await openTable();
      for (const n of [0, 1]) append(`{"n":${n},"kafka_index":${value}}`);
      await run(topic, lake);
      for await (const { key } of lake.store.list(`${testTable}/`)) {
        const stored = await lake.store.get(key);
        await lake.store.put(key.replace('-0-2-g1.', '-0-1-g1.'), stored?.bytes ?? Buffer.alloc(0));
      }
      expect((await audit(lake, topic)).findings).toMatchObject([{ problem: 'object-doubled' }]);
    },
  );

  it('is no topic of the rows of a table that several topics share, where records made it', async () => {
    const { topic, lake, append } = await openTable();
    append(own);
    await run(topic, lake);
    const table = await lake.catalog.load(testTable);
    if (table === undefined) throw new TypeError('no table was made');
    const check = (of: string, parameters = table.parameters) => {
      checkTable({ ...table, parameters }, { location: table.location, topic: of, tellsTopic: true });
    };
    expect(() => check('others')).toThrow('has the column kafka_topic with a field of its records');
    expect(() => check('others', {})).toThrow('has the column kafka_topic with a field of its records');
    expect(() => check('readings')).not.toThrow();
  });
});
