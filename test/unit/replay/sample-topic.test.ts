import { describe, expect, it } from 'vitest';
import { sampleTopic } from '../../../src/consumer/replay/sample-topic.ts';
import { SchemaSample, type SchemaPreview } from '../../../src/consumer/table/catalog/schema-preview.ts';
import { formatType } from '../../../src/schema/types/hive-ddl.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { createTestTools, openTestLake } from '../../support/lake.ts';

const wide = { rowsMax: 100_000, bytesMax: 32_000_000, ageMaxMs: 1000 };

/** Values of one or several objects, whose fields have several types, in two Kafka partitions. */
function createTopic(): FakeTopic {
  const topic = new FakeTopic(2);
  const values = (at: number): string =>
    JSON.stringify([
      { n: at, text: `t${at}`, mixed: at % 3 === 0 ? 'text' : at, nested: { [`f${at % 2}`]: at } },
      { n: at, big: '9007199254740993', list: at % 4 === 0 ? [] : [at] },
    ]);
  for (const partition of [0, 1])
    for (let at = 0; at < 30; at++) topic.append(partition, { value: at === 7 ? '[{' : values(at) });
  return topic;
}

const openTools = async () => createTestTools({ ...(await openTestLake()), recipe: { records: 'array' } });

async function previewOf(records: number, policy: typeof wide): Promise<SchemaPreview> {
  const { writer, recipe } = await openTools();
  return writer.preview(await sampleTopic(createTopic(), records, { writer, recipe, policy }), recipe);
}

const inOrder = ({ redirected, ...preview }: SchemaPreview) => ({
  ...preview,
  redirected: redirected.toSorted((a, b) => (`${a.field} ${a.target}` < `${b.field} ${b.target}` ? -1 : 1)),
});

describe('a sample of the newest records', () => {
  it('tells what it holds, whatever fits memory at a time', async () => {
    const whole = await previewOf(30, wide);
    expect(whole.rows).toBe(2 * 29 * 2);
    expect(whole.rejects).toEqual(new Map([['invalid-json', 2]]));
    expect(whole.added.map(({ name, type }) => `${name} ${formatType(type)}`)).toEqual([
      'n double',
      'text string',
      'mixed_string string',
      'mixed double',
      'nested struct<f0:double,f1:double>',
      'big string',
      'list array<double>',
    ]);
    const small = await previewOf(30, { ...wide, rowsMax: 3 });
    expect(inOrder(small)).toEqual(inOrder(whole));
    expect(await previewOf(5, wide)).toMatchObject({ rows: 20, rejects: new Map() });
  });

  it('is decoded as far as the limits allow', async () => {
    const { writer, recipe } = await openTools();
    const chunk = createTopic().chunk({ partition: 0, from: 0n, to: 30n });
    const into = new SchemaSample();
    const limits = { rowsMax: 5, heldBytesMax: 1_000_000 };
    expect(await writer.sample([{ chunk, first: 0, end: 30 }], recipe, { into, limits })).toMatchObject({ offset: 2n });
    expect(writer.preview(into, recipe).rows).toBe(4);
  });
});
