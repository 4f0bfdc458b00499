import { describe, expect, it } from 'vitest';
import { formatType, parseColumns } from '../../../src/schema/types/hive-ddl.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { createTestTools, openTestLake, readRows, testTable, type TestToolsOptions } from '../../support/lake.ts';
import { writeBatches } from '../../support/write-batches.ts';

interface Options extends Partial<TestToolsOptions> {
  /** Columns of a table that is there before, as somebody else's DDL made it. */
  readonly adopted?: string;
}

/** Writes each list of records as a batch of its own; answers with the table's columns and rows. */
async function write(batches: readonly (readonly unknown[])[], { adopted, ...options }: Options = {}) {
  const lake = await openTestLake();
  if (adopted !== undefined) {
    await lake.catalog.create({
      name: testTable,
      columns: parseColumns(adopted),
      partitionKeys: parseColumns('event_date string, event_hour string'),
      location: lake.store.uri(`${testTable}/`),
      parameters: {},
    });
  }
  const tools = createTestTools({ ...lake, ...options });
  await tools.writer.refresh();
  await writeBatches(
    tools,
    batches.map((batch) => jsonRecords(...batch)),
  );
  const table = await lake.catalog.load(testTable);
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
  return { columns, rows, table };
}

describe('a table fed with changing records', () => {
  it('keeps the first type and gives later ones a column beside it', async () => {
    const { columns, rows } = await write([[{ t: 36.8 }], [{ t: 'warm' }, { t: 37 }], [{ t: true }]]);
    expect(columns).toEqual(['t double', 't_string string', 't_boolean boolean']);
    expect(rows).toEqual([{ t: 36.8 }, { t_string: 'warm' }, { t: 37 }, { t_boolean: true }]);
  });

  it('has a column for the same pairs of field and type, in whatever order batches come', async () => {
    const batches = [[{ a: 1, b: 'x' }], [{ a: 'y' }], [{ a: true, c: [1] }], [{ b: 2, c: ['z'] }]];
    const pairs = async (order: readonly number[]): Promise<string[]> => {
      const { columns } = await write(order.map((index) => batches[index] ?? []));
      return columns.map((column) => column.replace(/^(\w)_\S+/, '$1')).toSorted();
    };
    const expected = await pairs([0, 1, 2, 3]);
    for (const order of [
      [3, 2, 1, 0],
      [1, 3, 0, 2],
      [2, 0, 3, 1],
    ])
      expect(await pairs(order)).toEqual(expected);
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
    const hints = 'seq bigint, code string';
    const { columns, rows } = await write([['{"seq":9007199254740993,"code":"2026-11-23"}']], {
      recipe: { hints },
    });
    expect(columns).toEqual(['seq bigint', 'code string']);
    expect(rows).toEqual([{ seq: 9007199254740993n, code: '2026-11-23' }]);
  });

  it('keeps what a frozen table has no column for in _rescued', async () => {
    const { columns, rows } = await write([[{ a: 1, b: { c: [1, 'x'] } }]], {
      recipe: { growth: 'none' },
    });
    expect(columns).toEqual(['_rescued string']);
    expect(rows.map(({ _rescued }) => JSON.parse(String(_rescued)))).toEqual([{ '/a': 1, '/b': { c: [1, 'x'] } }]);
  });

  it('takes new fields and no siblings under the policy log', async () => {
    const { columns, rows } = await write([[{ a: 1 }], [{ a: 'x', b: true }]], {
      recipe: { growth: 'new-names' },
    });
    expect(columns).toEqual(['a double', 'b boolean', '_rescued string']);
    expect(rows).toEqual([{ a: 1 }, { b: true, _rescued: '{"/a":"x"}' }]);
  });

  it('loses no value to the column limit', async () => {
    const record = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`f${index}`, index]));
    const { columns, rows } = await write([[record]]);
    expect(columns).toHaveLength(101);
    const { _rescued, ...kept } = rows[0] ?? {};
    const rescued: object = JSON.parse(String(_rescued));
    const members = Object.entries(rescued).map(([pointer, value]) => [pointer.slice(1), value]);
    expect({ ...kept, ...Object.fromEntries(members) }).toEqual(record);
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

  it('takes, denies and renames fields as it is told', async () => {
    const records = [[{ deviceId: 'd', secret: 's', temperature: 36.8 }]];
    const fields = (rules: object) => ({ recipe: { fields: { deny: [], rename: [], ...rules } } });
    expect((await write(records, fields({ deny: ['secret'] }))).columns).toEqual([
      'deviceid string',
      'temperature double',
    ]);
    expect((await write(records, fields({ allow: ['temperature'] }))).columns).toEqual(['temperature double']);
    expect((await write(records, fields({ rename: [['deviceId', 'device']] }))).columns).toContain('device string');
  });

  it('denies a field however its name is written, also under a new name', async () => {
    const records = [[{ patientId: 1 }, { PatientId: 2 }, { PATIENTID: 3, t: 1 }, { ward: 4, t: 2 }]];
    const fields = (rules: object) => ({ recipe: { fields: { deny: [], rename: [], ...rules } } });
    for (const rules of [
      { deny: ['patientId', 'Ward'] },
      { allow: ['T'] },
      {
        deny: ['who'],
        rename: [
          ['patientid', 'who'],
          ['WARD', 'Who'],
        ],
      },
    ])
      expect(await write(records, fields(rules))).toMatchObject({
        columns: ['t double'],
        rows: [{}, {}, { t: 1 }, { t: 2 }],
      });
  });

  it('says in the catalog which batch brought a column', async () => {
    const { table } = await write([[{ a: 1 }], [{ b: 2 }]]);
    expect(table?.columns.find(({ name }) => name === 'b')?.comment).toBe('first in partition 0, offsets from 1');
  });
});

describe('a table that somebody else made', () => {
  it('keeps its types; what does not fit goes beside them', async () => {
    const { columns, rows } = await write(
      [['{"n":5,"price":12.34,"when":"2026-11-23","ok":"yes"}', '{"n":5.5,"price":"free"}']],
      {
        adopted: 'n int, price decimal(10,2), when string, ok boolean',
      },
    );
    expect(columns).toEqual([
      'n int',
      'price decimal(10,2)',
      'when string',
      'ok boolean',
      'ok_string string',
      'n_double double',
      'price_string string',
    ]);
    expect(rows).toMatchObject([
      { n: 5, when: '2026-11-23', ok_string: 'yes' },
      { n_double: 5.5, price_string: 'free' },
    ]);
    expect(Number(rows[0]?.['price'])).toBe(12.34);
  });
});
