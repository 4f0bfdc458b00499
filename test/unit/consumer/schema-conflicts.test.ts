import { describe, expect, it } from 'vitest';
import { replayItem } from '../../../src/consumer/replay.ts';
import { createTestTools, openTestLake, readRows, type TestToolsOptions } from '../../support/lake.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { formatType } from '../../../src/schema/hive-ddl.ts';
import { parseColumns } from '../../../src/schema/hive-ddl.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';

/** Writes each list of records as a batch of its own; answers with the table's columns and rows. */
async function write(batches: readonly (readonly unknown[])[], options: Partial<TestToolsOptions> = {}) {
  const lake = await openTestLake();
  const topic = new FakeTopic(1);
  const tools = createTestTools({ ...lake, ...options });
  let from = 0n;
  for (const batch of batches) {
    topic.append(0, ...jsonRecords(...batch));
    const to = from + BigInt(batch.length);
    const policy = { rowsMax: 1000, bytesMax: 1e6, ageMaxMs: 1000 };
    await replayItem(
      { kind: 'write', range: { partition: 0, from, to } },
      { reader: topic, tools, policy, signal: new AbortController().signal },
    );
    from = to;
  }
  const table = await lake.catalog.load('readings');
  const columns = (table?.columns ?? [])
    .filter(({ name }) => !name.startsWith('kafka_'))
    .map(({ name, type }) => `${name} ${formatType(type)}`);
  const rows = (await readRows(lake)).map((row) =>
    Object.fromEntries(
      Object.entries(row).filter(
        ([name, value]) => !name.startsWith('kafka_') && value !== null && value !== undefined,
      ),
    ),
  );
  return { columns, rows };
}

describe('a table fed with changing records', () => {
  it('keeps the first type and gives later ones a column beside it', async () => {
    const { columns, rows } = await write([[{ t: 36.8 }], [{ t: 'warm' }, { t: 37 }], [{ t: true }]]);
    expect(columns).toEqual(['t double', 't_string string', 't_boolean boolean']);
    expect(rows).toEqual([{ t: 36.8 }, { t_string: 'warm' }, { t: 37 }, { t_boolean: true }]);
  });

  it('reads a date in a string column as text', async () => {
    const { columns, rows } = await write([
      [{ note: 'x' }],
      [{ note: '2026-11-23' }, { note: '2026-11-23T09:00:00Z' }],
    ]);
    expect(columns).toEqual(['note string']);
    expect(rows.map(({ note }) => note)).toEqual(['x', '2026-11-23', '2026-11-23T09:00:00Z']);
  });

  it('waits with a field that is always null', async () => {
    expect((await write([[{ a: 1, b: null }]])).columns).toEqual(['a double']);
    expect((await write([[{ a: 1, b: null }], [{ b: 'x' }]])).columns).toEqual(['a double', 'b string']);
  });

  it('keeps a number with all its digits', async () => {
    const { columns, rows } = await write([['{"seq":1}', '{"seq":9007199254740993}']]);
    expect(columns).toEqual(['seq double', 'seq_string string']);
    expect(rows).toEqual([{ seq: 1 }, { seq_string: '9007199254740993' }]);
  });

  it('takes hints for the types of columns to come', async () => {
    const hints = new Map(parseColumns('seq bigint, code string').map(({ name, type }) => [name, type]));
    const { columns, rows } = await write([['{"seq":9007199254740993,"code":"2026-11-23"}']], {
      writer: { evolution: { columnsMax: 100, growth: 'all' as const, hints } },
    });
    expect(columns).toEqual(['seq bigint', 'code string']);
    expect(rows).toEqual([{ seq: 9007199254740993n, code: '2026-11-23' }]);
  });

  it('keeps what a frozen table has no column for in _rescued', async () => {
    const frozen = { writer: { evolution: { columnsMax: 100, growth: 'none' as const, hints: new Map() } } };
    const { columns, rows } = await write([[{ a: 1, b: { c: [1, 'x'] } }]], frozen);
    expect(columns).toEqual(['_rescued string']);
    expect(rows.map(({ _rescued }) => JSON.parse(String(_rescued)))).toEqual([{ a: 1, b: { c: [1, 'x'] } }]);
  });

  it('loses no value to the column limit', async () => {
    const record = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`f${index}`, index]));
    const { columns, rows } = await write([[record]]);
    expect(columns).toHaveLength(101);
    const { _rescued, ...kept } = rows[0] ?? {};
    expect({ ...kept, ...JSON.parse(String(_rescued)) }).toEqual(record);
  });

  it('keeps an array of mixed values as its JSON', async () => {
    const { columns, rows } = await write([[{ tags: ['a', 1, null] }]]);
    expect(columns).toEqual(['tags_json string']);
    expect(rows).toEqual([{ tags_json: '["a",1,null]' }]);
  });

  it('reads nested conflicts into fields beside each other', async () => {
    const { columns, rows } = await write([[{ p: { n: 1 } }], [{ p: { n: 'x' } }]]);
    expect(columns).toEqual(['p struct<n:double,n_string:string>']);
    expect(rows.map(({ p }) => p)).toMatchObject([{ n: 1 }, { n_string: 'x' }]);
  });
});
