import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AvroSchema } from '../../../src/avro/avro-schema.ts';
import { JsonOutput } from '../../../src/avro/json-output.ts';
import { parseJson } from '../../../src/schema/json/exact-json.ts';
import { formatType } from '../../../src/schema/types/hive-ddl.ts';
import { exactOf, type ExactNumber } from '../../../src/schema/values/scalar-values.ts';
import { avroEncoder } from '../../../bench/support/avro-encoder.ts';
import { runs } from '../../support/fuzzing.ts';

function textOf(schema: unknown, bytes: Buffer, bytesMax = 1_000_000): string | object {
  const output = new JsonOutput(1, bytesMax);
  const failure = new AvroSchema(JSON.stringify(schema)).write(bytes, [0, bytes.length], output);
  return failure ?? output.bytes.toString('utf8', 0, output.at);
}

/** The JSON that a value became; what became of it otherwise, to be shown. */
const jsonOf = (text: string | object): unknown => (typeof text === 'string' ? parseJson(text) : text);

const readBack = (schema: unknown, value: unknown): unknown => jsonOf(textOf(schema, avroEncoder(schema)(value)));

/** A schema, a value of it as avsc takes it, and the JSON that is expected. */
interface Case {
  readonly schema: unknown;
  readonly value: unknown;
  readonly json: unknown;
}

const scalar = <T>(schema: unknown, values: fc.Arbitrary<T>, json: (value: T) => unknown = (value) => value) =>
  values.map((value): Case => ({ schema, value, json: json(value) }));

const double = (value: number): number | string => (Number.isFinite(value) ? value : String(value));
const scalars = fc.oneof(
  scalar('null', fc.constant(null)),
  scalar('boolean', fc.boolean()),
  scalar('int', fc.integer()),
  scalar('long', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value): number | ExactNumber =>
    exactOf(String(value)),
  ),
  scalar('long', fc.bigInt({ min: -(2n ** 54n), max: 2n ** 54n }), (value): number | ExactNumber =>
    exactOf(String(value)),
  ),
  scalar('double', fc.double(), double),
  scalar('float', fc.float(), double),
  scalar('string', fc.string({ unit: 'binary' })),
  scalar(
    'bytes',
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    (bytes) => bytes.toString('base64'),
  ),
  scalar({ type: 'enum', name: 'Ward', symbols: ['A', 'B', 'C'] }, fc.constantFrom('A', 'B', 'C')),
);

const { cases } = fc.letrec<{ cases: Case }>((tie) => ({
  cases: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    scalars,
    fc.tuple(tie('cases'), fc.integer({ min: 0, max: 3 })).map(([{ schema, value, json }, length]): Case => ({
      schema: { type: 'array', items: schema },
      value: Array.from({ length }, () => value),
      json: Array.from({ length }, () => json),
    })),
    fc
      .tuple(
        tie('cases'),
        fc.uniqueArray(
          fc.string({ unit: 'binary' }).filter((key) => key !== '__proto__'),
          { maxLength: 3 },
        ),
      )
      .map(([{ schema, value, json }, keys]): Case => ({
        schema: { type: 'map', values: schema },
        value: Object.fromEntries(keys.map((key) => [key, value])),
        json: Object.fromEntries(keys.map((key) => [key, json])),
      })),
    fc.array(tie('cases'), { maxLength: 4 }).map((members): Case => ({
      schema: {
        type: 'record',
        name: 'R',
        fields: members.map(({ schema }, at) => ({ name: `f${at}`, type: schema })),
      },
      value: Object.fromEntries(members.map(({ value }, at) => [`f${at}`, value])),
      // null is left out, as it is as good as no value
      json: Object.fromEntries(members.flatMap(({ json }, at) => (json === null ? [] : [[`f${at}`, json]]))),
    })),
  ),
}));

/** Gives each named type a name of its own, as a schema must. */
function withUniqueNames(schema: unknown): unknown {
  let count = 0;
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === 'name' && (value === 'R' || value === 'Ward') ? `${value}${count++}` : value,
  );
}

describe('a value that another implementation of Avro has written', () => {
  it('is the same as JSON, whatever schema and value are', () => {
    fc.assert(
      fc.property(cases, ({ schema, value, json }) => {
        expect(readBack(withUniqueNames(schema), value)).toEqual(json);
      }),
      runs(300),
    );
  });

  it.each([
    ['double', Number.NaN, '"NaN"'],
    ['double', -Infinity, '"-Infinity"'],
    ['double', -0, '-0'],
    ['double', 1e300, '1e+300'],
    ['double', 2 ** 60, '1.152921504606847e+18'],
    ['float', Math.fround(0.1), '0.10000000149011612'],
    ['long', 2n ** 63n - 1n, '9223372036854775807'],
    ['long', -(2n ** 63n), '-9223372036854775808'],
    ['long', 9007199254740993n, '9007199254740993'],
    ['long', -9007199254740992n, '-9007199254740992'],
    ['string', 'a"\\\u0000\n\u001fü😀', JSON.stringify('a"\\\u0000\n\u001fü😀').replace('\\n', '\\u000a')],
    [{ type: 'fixed', name: 'F', size: 3 }, Buffer.from([1, 2, 3]), '"AQID"'],
  ])('keeps its digits: %j %s', (schema, value, text) => {
    expect(textOf(schema, avroEncoder(schema)(value))).toBe(text);
  });

  it.each([
    [{ type: 'int', logicalType: 'date' }, 20_783, '"2026-11-26"'],
    [{ type: 'int', logicalType: 'date' }, -1, '"1969-12-31"'],
    [{ type: 'int', logicalType: 'time-millis' }, 33_302_120, '"09:15:02.120"'],
    [{ type: 'long', logicalType: 'time-micros' }, 33_302_120_001n, '"09:15:02.120001"'],
    [{ type: 'long', logicalType: 'timestamp-millis' }, 1_795_684_541_847n, '"2026-11-26T09:15:41.847Z"'],
    [{ type: 'long', logicalType: 'timestamp-micros' }, 1_795_684_541_847_001n, '"2026-11-26T09:15:41.847001Z"'],
    [{ type: 'long', logicalType: 'timestamp-micros' }, -1n, '"1969-12-31T23:59:59.999999Z"'],
    [{ type: 'long', logicalType: 'timestamp-nanos' }, 1_795_684_541_847_000_009n, '"2026-11-26T09:15:41.847000009Z"'],
    [{ type: 'long', logicalType: 'timestamp-nanos' }, -1n, '"1969-12-31T23:59:59.999999999Z"'],
    [{ type: 'long', logicalType: 'local-timestamp-millis' }, 1_795_684_541_847n, '"2026-11-26T09:15:41.847"'],
    [{ type: 'long', logicalType: 'local-timestamp-micros' }, 1_795_684_541_847_001n, '"2026-11-26T09:15:41.847001"'],
    [{ type: 'long', logicalType: 'timestamp-millis' }, 2n ** 62n, `"${2n ** 62n}"`],
    [{ type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 }, Buffer.from([0x04, 0xd2]), '12.34'],
    [{ type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 }, Buffer.from([0xff]), '-0.01'],
    [{ type: 'bytes', logicalType: 'decimal', precision: 9, scale: 0 }, Buffer.alloc(0), '0'],
    [
      { type: 'bytes', logicalType: 'decimal', precision: 38, scale: 4 },
      Buffer.from('0de0b6b3a76400000001', 'hex'),
      '"6553600000000000000.0001"',
    ],
    [
      { type: 'fixed', name: 'D', size: 8, logicalType: 'decimal', precision: 15, scale: 15 },
      Buffer.from('fffc72815b398001', 'hex'),
      '-0.999999999999999',
    ],
    [
      { type: 'fixed', name: 'U', size: 16, logicalType: 'uuid' },
      Buffer.from('b73ae16cd01c416bbe0ec2b4fb5b60ff', 'hex'),
      '"b73ae16c-d01c-416b-be0e-c2b4fb5b60ff"',
    ],
    [
      { type: 'fixed', name: 'L', size: 12, logicalType: 'duration' },
      Buffer.from('0100000002000000bc0b0000', 'hex'),
      '"P1M2DT3.004S"',
    ],
    [{ type: 'string', logicalType: 'uuid' }, 'b73ae16c', '"b73ae16c"'],
    // a logical type that does not go with its type, or is none, is left out
    [{ type: 'int', logicalType: 'timestamp-millis' }, 5, '5'],
    [{ type: 'bytes', logicalType: 'decimal', precision: 2, scale: 3 }, Buffer.from([1]), '"AQ=="'],
  ])('has its logical type’s form: %j %s', (schema, value, text) => {
    expect(textOf(schema, avroEncoder(schema)(value))).toBe(text);
  });

  it('has the value of a union’s branch, without the branch’s name', () => {
    const schema = {
      type: 'record',
      name: 'R',
      fields: [
        { name: 'a', type: ['null', 'long', 'string'] },
        { name: 'b', type: ['null', 'long', 'string'] },
        { name: 'c', type: ['null', 'long', 'string'] },
        { name: 'd', type: { type: 'array', items: ['null', 'long'] } },
      ],
    };
    const value = { a: null, b: { long: 5n }, c: { string: 'x' }, d: [null, { long: 7n }] };
    expect(textOf(schema, avroEncoder(schema)(value))).toBe('{"b":5,"c":"x","d":[null,7]}');
  });

  it('may hold records of its own kind', () => {
    const schema = {
      type: 'record',
      name: 'Node',
      namespace: 'a.b',
      fields: [
        { name: 'n', type: 'int' },
        { name: 'next', type: ['null', 'Node'] },
      ],
    };
    const value = { n: 1, next: { 'a.b.Node': { n: 2, next: null } } };
    expect(textOf(schema, avroEncoder(schema)(value))).toBe('{"n":1,"next":{"n":2}}');
  });

  it('reads blocks that say how long they are', () => {
    // one block of two items and three bytes, as encoders write that let readers skip
    expect(textOf({ type: 'array', items: 'int' }, Buffer.from([0x03, 0x04, 0x02, 0x04, 0x00]))).toBe('[1,2]');
  });
});

describe('bytes that the schema has not written', () => {
  const schema = {
    type: 'record',
    name: 'R',
    fields: [
      { name: 's', type: 'string' },
      { name: 'n', type: 'long' },
    ],
  };

  it.each([
    ['ends within a number', schema, [0x02, 0x61, 0x80], 'ends within a number'],
    ['ends within a string', schema, [0x08, 0x61], '4 bytes are expected, 1 are left'],
    ['has bytes behind it', schema, [0x02, 0x61, 0x02, 0x00], '1 bytes are left over'],
    ['has a string of negative length', schema, [0x01], 'bytes are expected'],
    ['has a number of eleven bytes', 'long', Array.from({ length: 11 }, () => 0x80), 'more than 64 bits'],
    ['has a number of 65 bits', 'long', [...Array.from({ length: 9 }, () => 0xff), 0x02], 'more than 64 bits'],
    ['has a boolean of 2', 'boolean', [2], 'no boolean'],
    ['has no such branch', ['null', 'int'], [4], 'no branch of a union 2'],
    ['has no such symbol', { type: 'enum', name: 'E', symbols: ['A'] }, [2], 'no symbol 1'],
    ['is empty', 'int', [], 'ends within a number'],
  ])('are damage where it %s', (_, given, bytes, detail) => {
    expect(textOf(given, Buffer.from(bytes))).toMatchObject({
      kind: 'damaged',
      detail: expect.stringContaining(detail),
    });
  });

  it('can’t fill the memory, nor the stack', () => {
    const nulls = { type: 'array', items: 'null' };
    const many = Buffer.concat([avroEncoder('long')(2n ** 40n), Buffer.from([0])]);
    expect(textOf(nulls, many)).toEqual({ kind: 'too-large' });
    const node = { type: 'record', name: 'N', fields: [{ name: 'n', type: ['null', 'N'] }] };
    expect(textOf(node, Buffer.alloc(5000, 0x02))).toEqual({ kind: 'too-deep' });
  });

  it('never do anything but fail or become JSON', () => {
    fc.assert(
      fc.property(cases, fc.uint8Array({ maxLength: 60 }), ({ schema: any }, bytes) => {
        const read = (): unknown => jsonOf(textOf(withUniqueNames(any), Buffer.from(bytes), 10_000));
        expect(read).not.toThrow();
      }),
      runs(300),
    );
  });
});

describe('the columns of a schema', () => {
  const typesOf = (fields: readonly unknown[]): Record<string, string> => {
    const { fieldTypes } = new AvroSchema(JSON.stringify({ type: 'record', name: 'R', fields }));
    return Object.fromEntries([...fieldTypes].map(([name, type]) => [name, formatType(type)]));
  };

  it('have types that no value has to tell', () => {
    const inner = {
      type: 'record',
      name: 'I',
      fields: [
        { name: 'A', type: 'int' },
        { name: 'm', type: { type: 'map', values: 'long' } },
      ],
    };
    expect(
      typesOf([
        { name: 'i', type: 'int' },
        { name: 'l', type: ['null', 'long'] },
        { name: 'f', type: 'float' },
        { name: 't', type: { type: 'long', logicalType: 'timestamp-millis' } },
        { name: 'u', type: { type: 'long', logicalType: 'timestamp-micros' } },
        { name: 'd', type: { type: 'int', logicalType: 'date' } },
        { name: 'c', type: { type: 'bytes', logicalType: 'decimal', precision: 10, scale: 2 } },
        { name: 'big', type: { type: 'bytes', logicalType: 'decimal', precision: 38, scale: 2 } },
        { name: 'b', type: 'bytes' },
        { name: 's', type: { type: 'array', items: ['null', inner] } },
        { name: 'x', type: ['long', 'string'] },
        { name: 'self', type: ['null', 'R'] },
        { name: 'n', type: 'null' },
      ]),
    ).toEqual({
      i: 'bigint',
      l: 'bigint',
      f: 'double',
      t: 'timestamp',
      u: 'string',
      d: 'date',
      c: 'decimal(10,2)',
      big: 'string',
      b: 'string',
      s: 'array<struct<a:bigint,m:map<string,bigint>>>',
      x: 'bigint',
    });
  });
});

describe('records that hold each other', () => {
  const names = Array.from({ length: 14 }, (_, index) => `E${index}`);
  const known = new Set<string>();
  /** Any of the records, each of which holds any of them. */
  const anyOf = (): unknown[] =>
    names.map((name) => {
      if (known.has(name)) return name;
      known.add(name);
      return { type: 'record', name, fields: [{ name: 'inner', type: ['null', ...anyOf()] }] };
    });
  const fields = [
    { name: 'tree', type: anyOf() },
    { name: 'n', type: 'long' },
  ];
  const schema = { type: 'record', name: 'R', fields };

  it('in more ways than can be counted have columns by their values, and the others by their types', () => {
    const { fieldTypes } = new AvroSchema(JSON.stringify(schema));
    expect([...fieldTypes.keys()]).toEqual(['n']);
    expect(readBack(schema, { tree: { E3: { inner: { E5: { inner: null } } } }, n: 1n })).toEqual({
      tree: { inner: {} },
      n: 1,
    });
  });
});

describe('a schema', () => {
  it('may use names of schemas that it refers to', () => {
    const ward = '{"type":"enum","name":"Ward","namespace":"h","symbols":["A","B"]}';
    const schema = '{"type":"record","name":"R","namespace":"x","fields":[{"name":"w","type":"h.Ward"}]}';
    const output = new JsonOutput(1, 100);
    expect(new AvroSchema(schema, [ward]).write(Buffer.from([2]), [0, 1], output)).toBeUndefined();
    expect(output.bytes.toString('utf8', 0, output.at)).toBe('{"w":"B"}');
  });

  it.each([
    '{}',
    '"Unknown"',
    '{"type":"record","name":"R"}',
    '{"type":"enum","name":"E"}',
    '{"type":"fixed","name":"F"}',
  ])('that is none is refused: %s', (text) => {
    expect(() => new AvroSchema(text)).toThrow(/./);
  });
});
