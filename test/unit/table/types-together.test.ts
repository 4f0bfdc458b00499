import { describe, expect, it } from 'vitest';
import { replayItem } from '../../../src/consumer/replay/replay.ts';
import type { Recipe } from '../../../src/consumer/ledger/entry/recipe.ts';
import { formatType, parseColumns } from '../../../src/schema/types/hive-ddl.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { createTestTools, openTestLake, readRows, testTable } from '../../support/lake.ts';
import { writeBatches } from '../../support/write-batches.ts';

interface Options extends Partial<Recipe> {
  /** Columns of a table that is there before. */
  readonly table?: string;
}

/** Writes each list of records, or of their JSON texts, as a batch of its own; answers with the table's columns and rows. */
async function write(batches: readonly (readonly unknown[])[], { table: ddl, ...recipe }: Options = {}) {
  const lake = await openTestLake();
  if (ddl !== undefined)
    await lake.catalog.create({
      name: testTable,
      columns: parseColumns(ddl),
      partitionKeys: parseColumns('event_date string, event_hour string'),
      location: lake.store.uri(`${testTable}/`),
      parameters: {},
    });
  const tools = createTestTools({ ...lake, recipe: { infersTogether: true, kafkaColumns: false, ...recipe } });
  await tools.writer.refresh();
  await writeBatches(
    tools,
    batches.map((batch) => batch.map((each) => ({ value: typeof each === 'string' ? each : JSON.stringify(each) }))),
  );
  const table = await lake.catalog.load(testTable);
  const columns = (table?.columns ?? []).map(({ name, type }) => `${name} ${formatType(type)}`);
  return { columns, rows: await readRows(lake) };
}

/** Objects that have a few of many keys each. */
function objects(count: number, valueOf: (index: number) => unknown, { keys = 40, each = 2 } = {}): object[] {
  const entries = Array.from({ length: count * each }, (_, at) => [`Key ${at % keys}`, valueOf(at)] as const);
  return Array.from({ length: count }, (_, at) => Object.fromEntries(entries.slice(at * each, (at + 1) * each)));
}

const labels = objects(100, (index) => `v${index}`);
const numbers = objects(100, (index) => index / 4);

describe('objects whose keys are data', () => {
  it('become a map with their keys as they came', async () => {
    const { columns, rows } = await write([numbers.map((m) => ({ m }))]);
    expect(columns).toEqual(['m map<string,double>']);
    expect(rows.map(({ m }) => m)).toEqual(numbers);
  });

  it('become one in structs and in elements of arrays', async () => {
    const batch = labels.map((each, index) => ({
      meta: { labels: each, name: `n${index}` },
      all: [{ each }, { each }],
    }));
    const { columns, rows } = await write([batch]);
    expect(columns).toEqual([
      'meta struct<labels:map<string,string>,name:string>',
      'all array<struct<each:map<string,string>>>',
    ]);
    expect(rows).toMatchObject(batch);
  });

  it.each<readonly [string, (index: number) => unknown]>([
    ['map<string,struct<a:double,b:string>>', (a) => ({ a, b: 'x' })],
    ['map<string,array<double>>', (index) => [index]],
    ['map<string,map<string,double>>', (index) => ({ [`f${index % 40}`]: index })],
    ['map<string,map<string,map<string,boolean>>>', (index) => ({ [`f${index % 40}`]: { [`g${index % 31}`]: true } })],
    ['map<string,string>', (index) => (index % 3 === 0 ? '2026-11-23' : 'x')],
    ['map<string,boolean>', (index) => (index % 5 === 0 ? null : true)],
  ])('become a %s', async (type, valueOf) => {
    const batch = objects(100, valueOf);
    const { columns, rows } = await write([batch.map((m) => ({ m }))]);
    expect(columns).toEqual([`m ${type}`]);
    expect(rows.map(({ m }) => m)).toEqual(batch);
  });

  it('become one where they come behind many other records', async () => {
    const { columns, rows } = await write([
      [...Array.from({ length: 700 }, () => ({ a: 1 })), ...labels.map((m) => ({ m }))],
    ]);
    expect(columns).toEqual(['a double', 'm map<string,string>']);
    expect(rows.slice(700).map(({ m }) => m)).toEqual(labels);
  });

  it('become one where a struct of the table has not had them', async () => {
    const batch = labels.map((each) => ({ meta: { labels: each } }));
    const { columns, rows } = await write([[{ meta: { name: 'x' } }], batch]);
    expect(columns).toEqual(['meta struct<name:string,labels:map<string,string>>']);
    expect(rows.slice(1)).toMatchObject(batch);
  });

  it('become one where they have more keys than a struct has room for, however many each has', async () => {
    const wide = objects(4, (index) => index, { keys: 600, each: 300 });
    const { columns, rows } = await write([wide.map((m) => ({ m }))]);
    expect(columns).toEqual(['m map<string,double>']);
    expect(rows.map(({ m }) => m)).toEqual(wide);
  });

  it('become one of maps where both have more keys together than a struct has room for', async () => {
    const batch = objects(2000, (index) => ({ [`f${index % 71}`]: index }), { keys: 97 });
    const { columns, rows } = await write([batch.map((m) => ({ m }))]);
    expect(columns).toEqual(['m map<string,map<string,double>>']);
    expect(rows.map(({ m }) => m)).toEqual(batch);
  });

  it('rescue values of another type that come later', async () => {
    const { columns, rows } = await write([numbers.map((m) => ({ m })), [{ m: { good: 1, odd: 'x' } }]]);
    expect(columns).toEqual(['m map<string,double>', '_rescued string']);
    expect(rows.at(-1)).toMatchObject({ m: { good: 1 }, _rescued: '{"/m/odd":"x"}' });
  });
});

describe('a struct stays one', () => {
  const isStruct = (columns: readonly string[]): boolean => columns.some((column) => column.startsWith('m struct<'));

  it.each<readonly [string, readonly object[]]>([
    ['with few fields', objects(100, (index) => index, { keys: 19, each: 1 })],
    ['most fields of which each object has', objects(100, (index) => index, { keys: 40, each: 20 })],
    ['whose fields have several types', objects(100, (index) => (index % 40 < 20 ? 1 : 'x'))],
    ['whose fields hold structs that differ', objects(100, (index) => ({ [`f${index % 19}`]: 1 }))],
    [
      'whose objects have all fields or none',
      Array.from(
        { length: 100 },
        (_, index) => objects(1, () => 'x', { keys: 40, each: index % 20 === 0 ? 40 : 0 })[0] ?? {},
      ),
    ],
    ['of a single object', objects(1, (index) => index, { keys: 40, each: 40 })],
  ])('%s', async (_, batch) => {
    const { columns } = await write([batch.map((m) => ({ m }))]);
    expect(columns).toSatisfy(isStruct);
  });

  it('that the table has', async () => {
    const { columns } = await write([labels.map((m) => ({ m }))], { table: 'm struct<a:string>' });
    expect(columns).toSatisfy(isStruct);
  });

  it('where maps are not inferred', async () => {
    const { columns } = await write([labels.map((m) => ({ m }))], { infersTogether: undefined });
    expect(columns).toSatisfy(isStruct);
  });

  it('whose name more values of another type have', async () => {
    const others = Array.from({ length: 101 }, () => ({ m: 1 }));
    const { columns } = await write([[...labels.map((m) => ({ m })), ...others]]);
    expect(columns.map((column) => column.replace(/<.*/, ''))).toEqual(['m_struct struct', 'm double']);
  });
});

describe('integers beyond 2^53', () => {
  const id = (index: number): bigint => 2_124_654_158_027_666_497n + BigInt(index);
  const ids = Array.from({ length: 30 }, (_, index) => id(index));

  it('become a bigint where 64 bits hold all of them, with the smaller ones of their field', async () => {
    const { columns, rows } = await write([[...ids, 7n].map((value) => `{"id":${value}}`)]);
    expect(columns).toEqual(['id bigint']);
    expect(rows.map((row) => row['id'])).toEqual([...ids, 7n]);
  });

  it('become one in structs, arrays and maps', async () => {
    const batch = ids.map(
      (value, at) => `{"s":{"id":${value},"n":1},"a":[${value},1],"r":[{"by":${value}}],"m":{"k${at}":${value}}}`,
    );
    const { columns, rows } = await write([batch]);
    expect(columns).toEqual([
      's struct<id:bigint,n:double>',
      'a array<bigint>',
      'r array<struct<by:bigint>>',
      'm map<string,bigint>',
    ]);
    expect(rows[1]).toMatchObject({ s: { id: id(1), n: 1 }, a: [id(1), 1n], r: [{ by: id(1) }], m: { k1: id(1) } });
  });

  it('that come later and are larger than 64 bits go beside it as text', async () => {
    const { columns, rows } = await write([ids.map((value) => `{"id":${value}}`), ['{"id":18446744073709551615}']]);
    expect(columns).toEqual(['id bigint', 'id_string string']);
    expect(rows.at(-1)).toMatchObject({ id_string: '18446744073709551615' });
  });

  it.each<readonly [string, readonly string[], readonly string[]]>([
    ['that are too few to tell', ids.slice(0, 19).map(String), ['v_string string']],
    ['of which one has more than 64 bits', [...ids.map(String), '9223372036854775808'], ['v_string string']],
    ['among which is a fraction', [...ids.map(String), '1.5'], ['v_string string', 'v double']],
    [
      'of which there are fewer than other values',
      [...ids.map(String), ...ids.map((value) => `"${value}x"`)],
      ['v_string string', 'v string'],
    ],
  ])('%s stay text', async (_, values, columns) => {
    expect((await write([values.map((value) => `{"v":${value}}`)])).columns.toSorted()).toEqual(columns.toSorted());
  });

  it('stay text where the table has them so', async () => {
    const batch = ids.map((value) => `{"id":${value},"s":{"id":${value}}}`);
    const { columns } = await write([batch], { table: 'id_string string, s struct<id_string:string>' });
    expect(columns).toEqual(['id_string string', 's struct<id_string:string>']);
  });
});

describe('a table that has such objects as JSON text', () => {
  it('keeps them so', async () => {
    const { columns, rows } = await write([labels.map((m) => ({ m }))], { table: 'm_json string' });
    expect(columns).toEqual(['m_json string']);
    expect(rows.map(({ m_json: text }) => JSON.parse(String(text)))).toEqual(labels);
  });
});

describe('a table that may not grow', () => {
  it('gets no map', async () => {
    const { columns, rows } = await write([labels.map((m) => ({ m }))], { table: 'a double', growth: 'none' });
    expect(columns).toEqual(['a double', '_rescued string']);
    expect(rows.map(({ _rescued: text }) => JSON.parse(String(text)))).toEqual(labels.map((m) => ({ '/m': m })));
  });
});

describe('a table that another process makes meanwhile', () => {
  /** Writes `ours` by a table that another process makes of `theirs` between decode and growth. */
  async function writeBehind(theirs: readonly string[], ours: readonly string[]) {
    const lake = await openTestLake();
    const recipe = { infersTogether: true, kafkaColumns: false } as const;
    const [other, tools] = [createTestTools({ ...lake, recipe }), createTestTools({ ...lake, recipe })];
    await tools.writer.refresh();
    const topic = new FakeTopic(2);
    topic.append(1, ...ours.map((value) => ({ value })));
    const grow = tools.writer.grow.bind(tools.writer);
    let isFirst = true;
    tools.writer.grow = async (...args) => {
      if (isFirst) await writeBatches(other, [theirs.map((value) => ({ value }))]);
      isFirst = false;
      return grow(...args);
    };
    const range = { partition: 1, from: 0n, to: BigInt(ours.length) };
    const policy = { rowsMax: 1e5, bytesMax: 1e9, ageMaxMs: 1000 };
    const signal = new AbortController().signal;
    await replayItem({ kind: 'write', range }, { reader: topic, tools, policy, signal });
    const table = await lake.catalog.load(testTable);
    const columns = (table?.columns ?? []).map(({ name, type }) => `${name} ${formatType(type)}`);
    return { columns, rows: await readRows(lake) };
  }

  const tiny = ['{"m":{"Key 1":"v"}}'];
  const many = labels.map((m) => JSON.stringify({ m }));

  it.each<readonly [string, readonly string[], readonly string[]]>([
    ['m struct<key_1:string>', tiny, many],
    ['m map<string,string>', many, tiny],
  ])('as %s: the batch is decoded again by it', async (column, theirs, ours) => {
    const { columns, rows } = await writeBehind(theirs, ours);
    expect(columns[0]?.slice(0, column.length - 1)).toBe(column.slice(0, -1));
    expect(columns.filter((each) => each !== '_rescued string')).toHaveLength(1);
    expect(rows).toHaveLength(theirs.length + ours.length);
  });

  const big = Array.from({ length: 30 }, (_, index) => String(2_124_654_158_027_666_497n + BigInt(index)));
  const idsOf = (place: (id: string) => string): string[] => big.map(place);

  it.each<readonly [string, readonly string[], readonly string[], readonly string[]]>([
    ['doubles', ['{"v":1}'], idsOf((id) => `{"v":${id}}`), ['v double', 'v_string string']],
    ['text', [`{"v":${big[0]}}`], idsOf((id) => `{"v":${id}}`), ['v_string string']],
    ['JSON text', [`{"v":[${big[0]}]}`], idsOf((id) => `{"v":[${id}]}`), ['v_json string']],
    ['bigint', idsOf((id) => `{"v":${id}}`), ['{"v":7}', `{"v":${big[0]}}`], ['v bigint']],
    ['bigint in arrays', idsOf((id) => `{"v":[${id}]}`), [`{"v":[7,${big[0]}]}`], ['v array<bigint>']],
    [
      'doubles in structs',
      ['{"v":{"id":1}}'],
      idsOf((id) => `{"v":{"id":${id}}}`),
      ['v struct<id:double,id_string:string>'],
    ],
  ])('with integers as %s: the batch is decoded again by it', async (_, theirs, ours, columns) => {
    expect((await writeBehind(theirs, ours)).columns).toEqual(columns);
  });
});

describe('limits of types hold for what is inferred, too', () => {
  const ids = Array.from({ length: 30 }, (_, index) => String(2_124_654_158_027_666_497n + BigInt(index)));

  it.each<readonly [number, readonly string[]]>([
    [1, ['list_json string', 'lists_json string', 's_json string']],
    [2, ['list array<bigint>', 'lists_json string', 's struct<id:bigint,list_json:string>']],
    [3, ['list array<bigint>', 'lists array<array<bigint>>', 's struct<id:bigint,list:array<bigint>>']],
  ])('%s levels of nesting', async (depthMax, expected) => {
    const batch = ids.map((id) => `{"list":[${id}],"lists":[[${id}]],"s":{"id":${id},"list":[${id}]}}`);
    expect((await write([batch], { depthMax })).columns).toEqual(expected);
  });

  it('leaves of elements', async () => {
    const element = (id: string): string => Array.from({ length: 300 }, (_, key) => `"k${key}":${id}`).join(',');
    const { columns } = await write([ids.map((id) => `{"a":[{${element(id)}}]}`)]);
    expect(columns).toEqual(['a_json string']);
  });
});
