import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Recipe } from '../../../src/consumer/ledger/entry/recipe.ts';
import type { RegisteredSchema, SchemaRegistry } from '../../../src/consumer/ports/schema-registry.ts';
import { formatType } from '../../../src/schema/types/hive-ddl.ts';
import type { TestRecord } from '../../support/chunks.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { avroEncoder, confluentFrame, glueFrame } from '../../../bench/support/avro-encoder.ts';
import { audit, createTestTools, openTestLake, readRows, testTable, type TestLake } from '../../support/lake.ts';
import { redriveAll } from '../../support/redrive-all.ts';
import { run } from '../../support/run-service.ts';

const record = (...fields: readonly (readonly [name: string, type: unknown])[]): object => ({
  type: 'record',
  name: 'Reading',
  fields: fields.map(([name, type]) => ({ name, type })),
});

/** A registry in memory. */
class TestRegistry implements SchemaRegistry {
  readonly asked: string[] = [];
  readonly #schemas: ReadonlyMap<string, RegisteredSchema>;

  constructor(schemas: Readonly<Record<string, object | RegisteredSchema>>) {
    this.#schemas = new Map(
      Object.entries(schemas).map(([id, given]) => [
        id,
        'format' in given ? given : { format: 'avro', text: JSON.stringify(given), references: [] },
      ]),
    );
  }

  async find(id: string): Promise<RegisteredSchema | undefined> {
    this.asked.push(id);
    return this.#schemas.get(id);
  }
}

interface Given {
  readonly schemas?: Readonly<Record<string, object | RegisteredSchema>>;
  readonly glue?: Readonly<Record<string, object | RegisteredSchema>>;
  readonly recipe?: Partial<Recipe>;
  /** A topic and lake that have been written to before. */
  readonly before?: { readonly lake: TestLake; readonly topic: FakeTopic };
}

async function write(values: readonly (Buffer | TestRecord | null)[], { schemas = {}, glue, recipe, before }: Given) {
  const topic = before?.topic ?? new FakeTopic(1);
  topic.append(0, ...values.map((value) => (value === null || Buffer.isBuffer(value) ? { value } : value)));
  const lake = before?.lake ?? (await openTestLake());
  const registry = new TestRegistry(schemas);
  const registries = new Map([
    ['confluent' as const, registry],
    ...(glue === undefined ? [] : [['glue' as const, new TestRegistry(glue)] as const]),
  ]);
  const tools = createTestTools({ ...lake, recipe: { valueFormat: 'avro', ...recipe }, writer: { registries } });
  await run(topic, lake, { tools });
  return { lake, topic, registry, tools };
}

async function columnsOf({ catalog }: TestLake): Promise<Record<string, string>> {
  const { columns = [] } = (await catalog.load(testTable)) ?? {};
  return Object.fromEntries(
    columns.filter(({ name }) => !name.startsWith('kafka_')).map(({ name, type }) => [name, formatType(type)]),
  );
}

const valuesOf = async (lake: TestLake, ...names: readonly string[]): Promise<unknown[]> =>
  (await readRows(lake)).map((row) => names.map((name) => row[name]));

const deadLetters = async (lake: TestLake): Promise<unknown[]> =>
  (await readRows(lake, `${testTable}_dead_letters`)).map(({ reason, detail }) => [reason, detail]);

const first = record(['id', 'long'], ['ward', ['null', 'string']]);
const encodeFirst = avroEncoder(first);
const framed = (id: bigint, ward: string | null = null): Buffer =>
  confluentFrame(1, encodeFirst({ id, ward: ward === null ? null : { string: ward } }));

/** A record whose schema its headers name, the last one of that name. */
const inHeader = (value: Buffer, ...schemaIds: readonly string[]): TestRecord => ({
  value,
  rawHeaders: [
    [Buffer.from('trace'), Buffer.of(1)],
    ...schemaIds.map((hex) => [Buffer.from('__value_schema_id'), Buffer.from(hex, 'hex')] as const),
  ],
});

describe('values of Avro whose schema a header names', () => {
  // as confluent-kafka 2.11 for Python encodes { id: 2n ** 60n + 1n, ward: 'west' } with header_schema_id_serializer
  const guid = '8f7c7ec3-70a1-4bd2-9d2e-6c6a27b0c0de';
  const guidHeader = '018f7c7ec370a14bd29d2e6c6a27b0c0de';
  const encoded = Buffer.from('828080808080808020020877657374', 'hex');
  const idHeader = '0000000001';

  it('become rows, by an id or a GUID; of several headers the last one counts', async () => {
    const { lake, registry } = await write(
      [
        inHeader(encoded, guidHeader),
        inHeader(encodeFirst({ id: 5n, ward: null }), guidHeader, idHeader),
        framed(6n),
        inHeader(Buffer.from('{"id":7,"ward":"json"}'), '0000000002'),
      ],
      { schemas: { [guid]: first, 1: first, 2: { format: 'json', text: '{}', references: [] } } },
    );
    expect(await valuesOf(lake, 'id', 'ward')).toEqual([
      [2n ** 60n + 1n, 'west'],
      [5n, null],
      [6n, null],
      [7n, 'json'],
    ]);
    expect(registry.asked.toSorted()).toEqual(['1', '2', guid]);
  });

  it('become dead letters where no registry has the schema, and rows by a redrive once one has', async () => {
    const { lake } = await write([inHeader(encoded, guidHeader), inHeader(encoded, idHeader)], {});
    expect(await deadLetters(lake)).toEqual([
      ['unknown-schema', `the registry has no schema confluent/${guid} that can be read`],
      ['unknown-schema', 'the registry has no schema confluent/1 that can be read'],
    ]);
    const registries = new Map([['confluent' as const, new TestRegistry({ [guid]: first, 1: first })]]);
    const tools = createTestTools({ ...lake, recipe: { valueFormat: 'avro' }, writer: { registries } });
    await redriveAll(lake, tools);
    expect(await valuesOf(lake, 'id')).toEqual([[2n ** 60n + 1n], [2n ** 60n + 1n]]);
  });

  it('are told from Apicurio’s ids of eight bytes, which name what the publisher can set', async () => {
    const { lake } = await write([Buffer.concat([Buffer.from('00000000000000002a', 'hex'), encoded])], {});
    expect(await deadLetters(lake)).toEqual([
      ['unknown-schema', expect.stringMatching(/id 42 that Apicurio.*apicurio\.registry\.as-confluent=true/)],
    ]);
  });
});

describe('values of Avro', () => {
  it('become rows by the schema that their frame names, asked for once', async () => {
    const { lake, topic, registry } = await write([framed(2n ** 60n), null, framed(-1n, 'A "b"')], {
      schemas: { 1: first },
    });
    expect(await valuesOf(lake, 'kafka_offset', 'id', 'ward')).toEqual([
      [0n, 2n ** 60n, null],
      [2n, -1n, 'A "b"'],
    ]);
    expect(await columnsOf(lake)).toEqual({ id: 'bigint', ward: 'string' });
    expect(registry.asked).toEqual(['1']);
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('may stand beside JSON, frames of Glue, JSON behind a frame and values without any frame', async () => {
    const uuid = 'b73ae16c-d01c-416b-be0e-c2b4fb5b60ff';
    const json = { format: 'json', text: '{}', references: [] } as const;
    const { lake } = await write(
      [
        framed(0n),
        Buffer.from('{"id":1}'),
        glueFrame(uuid, encodeFirst({ id: 2n, ward: null })),
        confluentFrame(2, Buffer.from('{"id":3}')),
        glueFrame(uuid, deflateSync(encodeFirst({ id: 4n, ward: null })), 5),
      ],
      { schemas: { 1: first, 2: json }, glue: { [uuid]: first } },
    );
    expect((await valuesOf(lake, 'id')).flat().map(Number)).toEqual([0, 1, 2, 3, 4]);
  });

  it('of other writer schemas share the columns: added, removed, renamed and promoted fields', async () => {
    const later = record(['id', 'double'], ['room', 'string'], ['ward', ['null', 'string']]);
    const last = record(['id', 'string']);
    const { lake } = await write(
      [
        framed(1n, 'A'),
        confluentFrame(2, avroEncoder(later)({ id: 2, room: 'r', ward: null })),
        confluentFrame(2, avroEncoder(later)({ id: 2.5, room: 'r', ward: null })),
        confluentFrame(3, avroEncoder(last)({ id: 'x' })),
      ],
      { schemas: { 1: first, 2: later, 3: last } },
    );
    expect(await columnsOf(lake)).toEqual({
      id: 'bigint',
      id_double: 'double',
      id_string: 'string',
      room: 'string',
      ward: 'string',
    });
    expect(await valuesOf(lake, 'id', 'id_double', 'id_string', 'ward')).toEqual([
      [1n, null, null, 'A'],
      [2n, null, null, null],
      [null, 2.5, null, null],
      [null, null, 'x', null],
    ]);
  });

  it('of a schema that gives a record a field let the struct grow, with the schema’s type', async () => {
    const inner = (...fields: readonly (readonly [string, unknown])[]) =>
      record(['place', { ...record(...fields), name: 'Place' }]);
    const [a, b] = [inner(['floor', 'int']), inner(['floor', 'int'], ['beds', 'long'])];
    const before = await write([confluentFrame(1, avroEncoder(a)({ place: { floor: 1 } }))], { schemas: { 1: a } });
    await write(
      [
        confluentFrame(1, avroEncoder(a)({ place: { floor: 1 } })),
        confluentFrame(2, avroEncoder(b)({ place: { floor: 2, beds: 2n ** 61n } })),
      ],
      { schemas: { 1: a, 2: b }, before },
    );
    const { lake } = before;
    expect(await columnsOf(lake)).toEqual({ place: 'struct<floor:bigint,beds:bigint>' });
    expect((await valuesOf(lake, 'place')).at(-1)).toEqual([{ floor: 2n, beds: 2n ** 61n }]);
  });

  it('whose records are within themselves are a struct as deep as their values go, whose numbers are double as those of JSON', async () => {
    const node = record(['id', 'long'], ['next', ['null', 'Reading']]);
    const encode = avroEncoder(node);
    const chain = (length: number): object =>
      length === 1 ? { id: 1n, next: null } : { id: BigInt(length), next: { Reading: chain(length - 1) } };
    const { lake } = await write([confluentFrame(1, encode(chain(1))), confluentFrame(1, encode(chain(3)))], {
      schemas: { 1: node },
    });
    expect(await columnsOf(lake)).toEqual({ id: 'bigint', next: 'struct<id:double,next:struct<id:double>>' });
    expect(await valuesOf(lake, 'id', 'next')).toMatchObject([
      [1n, undefined],
      [3n, { id: 2, next: { id: 1 } }],
    ]);
    const deep = await write([confluentFrame(1, encode(chain(3)))], { schemas: { 1: node }, recipe: { depthMax: 2 } });
    expect(await columnsOf(deep.lake)).toEqual({ id: 'bigint', next: 'struct<id:double,next_json:string>' });
    expect(await valuesOf(deep.lake, 'next')).toEqual([[{ id: 2, next_json: '{"id":1}' }]]);
  });

  it('have the names that FIELDS_RENAME gives, and their schema’s type there', async () => {
    const { lake } = await write([framed(7n)], {
      schemas: { 1: first },
      recipe: { fields: { deny: ['ward'], rename: [['id', 'number']] } },
    });
    expect(await columnsOf(lake)).toEqual({ number: 'bigint' });
  });

  it('may be arrays of records, each a row', async () => {
    const many = { type: 'array', items: first };
    const value = avroEncoder(many)([
      { id: 1n, ward: null },
      { id: 2n, ward: null },
    ]);
    const { lake } = await write([confluentFrame(1, value)], { schemas: { 1: many }, recipe: { records: 'array' } });
    expect(await valuesOf(lake, 'kafka_index', 'id')).toEqual([
      [0, 1n],
      [1, 2n],
    ]);
  });
});

describe('a value that can’t be read by its schema', () => {
  it('is a dead letter with the schema in its detail, and holds the record as it came', async () => {
    const protobuf = { format: 'protobuf', text: 'message A {}', references: [] } as const;
    const damaged = framed(1n, 'ward').subarray(0, -2);
    const values = [damaged, confluentFrame(9, Buffer.from([0])), confluentFrame(3, Buffer.from([0])), framed(4n)];
    const { lake, topic } = await write(values, { schemas: { 1: first, 3: protobuf } });
    const letters = await readRows(lake, `${testTable}_dead_letters`);
    expect(letters.map(({ reason, detail }) => `${String(reason)}: ${String(detail)}`)).toEqual([
      'invalid-avro: not written by the schema confluent/1: 4 bytes are expected, 2 are left at byte 3',
      'unknown-schema: the registry has no schema confluent/9 that can be read',
      'unknown-schema: the schema confluent/3 is neither Avro nor JSON',
    ]);
    expect(letters[0]).toMatchObject({ value_text: damaged.toString('utf8') });
    expect(await valuesOf(lake, 'id')).toEqual([[4n]]);
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('is one as well where no registry of its frame’s kind is configured', async () => {
    const { lake } = await write(
      [glueFrame('b73ae16c-d01c-416b-be0e-c2b4fb5b60ff', encodeFirst({ id: 2n, ward: null }))],
      {
        schemas: { 1: first },
      },
    );
    expect((await audit(lake)).partitions).toMatchObject([{ rows: 0, deadLetters: 1 }]);
  });

  it('is one as well when its JSON would be larger than a record may be', async () => {
    const nulls = record(['n', { type: 'array', items: 'null' }]);
    const bomb = Buffer.concat([avroEncoder('long')(2n ** 40n), Buffer.from([0])]);
    const { lake } = await write([confluentFrame(1, bomb)], { schemas: { 1: nulls } });
    expect(await readRows(lake, `${testTable}_dead_letters`)).toMatchObject([{ reason: 'too-large' }]);
  });
});

describe('the claim of a batch of Avro', () => {
  it('lists the schemas that its records are read by', async () => {
    const { lake, tools } = await write([framed(1n), confluentFrame(9, Buffer.from([0]))], { schemas: { 1: first } });
    const found = await tools.ledger.last({ table: testTable, topic: tools.topic, partition: 0 }, undefined);
    expect(found?.entry).toMatchObject({ recipe: { valueFormat: 'avro', schemas: ['confluent/1'] } });
    expect((await audit(lake)).findings).toEqual([]);
  });
});
