import { expect, it } from 'vitest';
import { replayItem } from '../../../src/consumer/replay/replay.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { audit, createTestTools, openTestLake, readRows, testTable } from '../../support/lake.ts';

const policy = { rowsMax: 100, bytesMax: 1e6, ageMaxMs: 1000 };
const record = { kafka_offset: 'mine', kafka_partition: 7, n: 1 };

it.each([
  [false, true],
  [true, false],
])(
  'a table keeps its Kafka columns when KAFKA_COLUMNS changes from %s to %s, beside fields of their names',
  async (before, after) => {
    const lake = await openTestLake();
    const topic = new FakeTopic(1);
    const columns: unknown[] = [];
    for (const [batch, kafkaColumns] of [before, after].entries()) {
      const tools = createTestTools({ ...lake, recipe: { kafkaColumns } });
      await tools.writer.refresh();
      topic.append(0, ...jsonRecords(record));
      const range = { partition: 0, from: BigInt(batch), to: BigInt(batch + 1) };
      const fitted = { ...tools, recipe: tools.writer.fit(tools.recipe) };
      await replayItem(
        { kind: 'write', range },
        { reader: topic, tools: fitted, policy, signal: new AbortController().signal },
      );
      columns.push((await lake.catalog.load(testTable))?.columns.map(({ name, type }) => [name, type.kind]));
      expect((await audit(lake, topic)).findings).toEqual([]);
    }
    expect(columns[1]).toEqual(columns[0]);
    const rows = await readRows(lake);
    const field = before ? 'kafka_offset_field' : 'kafka_offset';
    expect(rows.map((row) => row[field])).toEqual(['mine', 'mine']);
  },
);
