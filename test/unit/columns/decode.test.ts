import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchMemory } from '../../../src/consumer/columns/builders/batch-memory.ts';
import { decodeBatch, type DecodeRules } from '../../../src/consumer/columns/decode-batch.ts';
import { allFields } from '../../../src/consumer/columns/parse/field-rules.ts';
import { jsonValue, rowOf } from '../../../src/consumer/columns/builders/decoded-column.ts';
import { SlabPool } from '../../../src/runtime/slab-pool.ts';
import { formatType } from '../../../src/schema/types/hive-ddl.ts';
import { chunkOf, jsonRecords, slicesOf, testTimestampMs, type TestRecord } from '../../support/chunks.ts';
import { runs } from '../../support/fuzzing.ts';
import { rescuedObjects } from '../../support/rescued-objects.ts';

const rules: DecodeRules = {
  fields: allFields,
  numbers: 'double',
  depthMax: 8,
  recordBytesMax: 1000,
  columnsMax: 100,
  reserved: new Set(['kafka_offset']),
  knownType: () => undefined,
};
const placement = { layout: 'hour' as const, eventTimeField: 'eventTime', pastDaysMax: 30, futureDaysMax: 1 };

const decode = (records: readonly TestRecord[], changed: Partial<DecodeRules> = {}) =>
  decodeBatch(slicesOf(records), placement, { ...rules, ...changed });

/** `name type: values` of each column. */
async function summary(records: readonly TestRecord[], changed: Partial<DecodeRules> = {}): Promise<string[]> {
  const { columns } = await decode(records, changed);
  return columns.map((column) => {
    const { observed } = column;
    const type = observed.form === 'plain' ? formatType(observed.type) : observed.form;
    const values = Array.from({ length: column.count }, (_, index) => JSON.stringify(jsonValue(column, index)));
    return `${column.name} ${type}: ${values.join(' ')}`;
  });
}

describe('decoding records to columns', () => {
  it('turns every record into a row, a dead letter or a tombstone, whatever it holds', async () => {
    const value = fc.oneof(
      fc.json(),
      fc.object().map((object) => JSON.stringify(object)),
      fc.string(),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.constant(null),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 20 }), async (values) => {
        const { rowCount, rejects, tombstones } = await decode(values.map((each) => ({ value: each })));
        expect(rowCount + rejects.length + tombstones).toBe(values.length);
      }),
      runs(300),
    );
  });

  it('keeps each value of flat records, by name and type', async () => {
    const flat = fc.dictionary(
      fc.stringMatching(/^[a-z]{1,6}$/),
      fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string(), fc.boolean()),
      { maxKeys: 6 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(flat, { maxLength: 10 }), async (objects) => {
        const { columns } = await decode(objects.map((object) => ({ value: JSON.stringify(object) })));
        const found = objects.map((): Record<string, unknown> => ({}));
        for (const column of columns) {
          for (let index = 0; index < column.count; index++)
            found[rowOf(column, index)]![column.name] = jsonValue(column, index);
        }
        expect(JSON.parse(JSON.stringify(found))).toEqual(JSON.parse(JSON.stringify(objects)));
      }),
      runs(),
    );
  });

  it('infers types from values', async () => {
    expect(
      await summary(
        jsonRecords({ b: true, n: 37, s: 'x', t: '2026-11-23T09:15:02.120Z', d: '2026-11-23', none: null }),
      ),
    ).toEqual([
      'b boolean: true',
      'n double: 37',
      's string: "x"',
      't timestamp: "2026-11-23T09:15:02.120Z"',
      'd date: "2026-11-23"',
    ]);
  });

  it('keeps values of different types apart instead of failing', async () => {
    expect(await summary(jsonRecords({ t: 36.8 }, { t: '36.8 °C' }, { t: 37 }))).toEqual([
      't double: 36.8 37',
      't string: "36.8 °C"',
    ]);
  });

  it('loses no digit of a number that a double can not hold', async () => {
    expect(await summary(jsonRecords('{"seq":9007199254740993}'))).toEqual(['seq exact: 9007199254740993']);
  });

  it('shares a struct column between all shapes', async () => {
    expect((await summary(jsonRecords({ p: { lat: 1 } }, { p: { lon: 2, tags: ['a'] } })))[0]).toMatch(
      /^p struct<lat:double,lon:double,tags:array<string>>/,
    );
  });

  it('gives a field another name when the table needs its own', async () => {
    expect(await summary(jsonRecords({ kafka_offset: 5 }))).toEqual(['kafka_offset_field double: 5']);
  });

  it('rescues the second of two fields that share a column name', async () => {
    const { rescued } = await decode(jsonRecords('{"deviceId":"a","DeviceID":"b"}'));
    expect(rescuedObjects(rescued)).toEqual([[0, '{"/DeviceID":"b"}']]);
  });

  it('rescues what comes past the column limit', async () => {
    const { columns, rescued } = await decode(jsonRecords({ a: 1, b: 2 }), { columnsMax: 1 });
    expect(columns.map(({ name }) => name)).toEqual(['a']);
    expect(rescuedObjects(rescued)).toEqual([[0, '{"/b":2}']]);
  });

  it.each([
    ['an empty value', '', 'empty'],
    ['half an object', '{"a":', 'invalid-json'],
    ['an array', '[1]', 'not-an-object'],
    ['a text', '"text"', 'not-an-object'],
    ['null', 'null', 'not-an-object'],
    ['other bytes than UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'invalid-utf8'],
    ['a large value', `{"a":"${'x'.repeat(2000)}"}`, 'too-large'],
    ['deep nesting', `{"a":${'['.repeat(501)}${']'.repeat(501)}}`, 'too-deep'],
  ])('rejects %s', async (_what, value, reason) => {
    const { rejects } = await decode([{ value }], { recordBytesMax: 1500 });
    expect(rejects.map((reject) => reject.reason)).toEqual([reason]);
  });

  it('takes a byte order mark for nothing', async () => {
    expect(await summary([{ value: '\uFEFF{"a":1}' }])).toEqual(['a double: 1']);
  });
});

describe('the time that places a record', () => {
  const day = 86_400_000;

  it('is its event time', async () => {
    const { placementTimes } = await decode(
      jsonRecords({ eventTime: '2026-11-23T08:00:00Z' }, { eventTime: 1_790_000_000 }),
    );
    expect(new Date(placementTimes[0]!).toISOString()).toBe('2026-11-23T08:00:00.000Z');
  });

  it.each([
    '2026-11-23T08:00:00.123456Z',
    '2026-11-23T08:00:00.123456789+00:00',
    '2026-11-23T09:00:00.123+0100',
    '2026-11-23 08:00:00.123Z',
    '2026-11-23T08:00:00,123999Z',
  ])('is its event time to the millisecond: %s', async (eventTime) => {
    const known = jsonRecords({ eventTime }, { eventTime }, { eventTime });
    for (const scans of [true, false]) {
      const { placementTimes } = await decode(known, { scans });
      expect([...placementTimes]).toEqual(known.map(() => Date.parse('2026-11-23T08:00:00.123Z')));
    }
    const { placementTimes } = await decode(jsonRecords({ eventTime: '2026-11-23T08:00Z' }));
    expect(placementTimes[0]).toBe(Date.parse('2026-11-23T08:00:00Z'));
  });

  it('is the Kafka timestamp when the event time is missing, odd or far away', async () => {
    const sent = testTimestampMs;
    const events = [{ eventTime: 'soon' }, {}, ...[-31, 2, -29].map((days) => ({ eventTime: sent + days * day }))];
    const { placementTimes, placementRange, eventTimeRange } = await decode(jsonRecords(...events));
    expect([...placementTimes]).toEqual([sent, sent, sent, sent, sent - 29 * day]);
    expect(placementRange).toEqual({ minMs: sent - 29 * day, maxMs: sent });
    expect(eventTimeRange).toEqual({ minMs: sent - 31 * day, maxMs: sent + 2 * day });
  });

  it('is the event time, or the beginning of time, where Kafka has no timestamp that a date can hold', async () => {
    const eventTime = testTimestampMs;
    const sent = chunkOf(jsonRecords({ eventTime }, {}, { eventTime }, {}));
    const chunk = { ...sent, timestamps: Float64Array.of(-1, -1, 1e16, testTimestampMs) };
    const batch = await decodeBatch([{ chunk, first: 0, end: chunk.count }], placement, rules);
    expect([...batch.timestamps]).toEqual([-1, -1, -1, testTimestampMs]);
    expect([...batch.placementTimes]).toEqual([eventTime, 0, eventTime, testTimestampMs]);
    expect(batch.oldestTimestampMs).toBe(testTimestampMs);
    expect((await decode([])).oldestTimestampMs).toBeUndefined();
  });

  it('gives the memory of a batch back that can’t be decoded', async () => {
    const slabs = new CountedSlabs(1e9);
    const fail = (): never => {
      throw new Error('no types today');
    };
    const memory = new BatchMemory(slabs);
    await expect(decode(jsonRecords({ a: 1 }), { memory, knownType: fail })).rejects.toThrow('no types today');
    expect([slabs.allocated > 0, slabs.held]).toEqual([true, 0]);
    using batch = await decode(jsonRecords({ a: 1 }), { memory });
    expect([batch.rowCount, slabs.held > 0]).toEqual([1, true]);
  });
});

class CountedSlabs extends SlabPool {
  allocated = 0;
  held = 0;

  override allocate(bytes: number): ArrayBuffer {
    this.allocated++;
    this.held++;
    return super.allocate(bytes);
  }

  override free(slab: ArrayBuffer): void {
    this.held--;
    super.free(slab);
  }
}
