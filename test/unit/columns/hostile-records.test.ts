import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { BatchMemory } from '../../../src/consumer/columns/builders/batch-memory.ts';
import { decodeBatch, type DecodeRules } from '../../../src/consumer/columns/decode-batch.ts';
import { allFields } from '../../../src/consumer/columns/parse/field-rules.ts';
import { SlabPool } from '../../../src/runtime/slab-pool.ts';
import { leavesMax, weightOf } from '../../../src/schema/types/type-weight.ts';
import type { ColumnType } from '../../../src/schema/types/column-type.ts';
import { slicesOf } from '../../support/chunks.ts';
import { createTestTools, openTestLake, readRows, testTable } from '../../support/lake.ts';
import { writeBatches } from '../../support/write-batches.ts';
import { rescuedObjects } from '../../support/rescued-objects.ts';

const rules: DecodeRules = {
  fields: allFields,
  numbers: 'double',
  depthMax: 8,
  recordBytesMax: 2_000_000,
  columnsMax: 200,
  reserved: new Set(),
  knownType: () => undefined,
};
const placement = { layout: 'none' as const, eventTimeField: 'at', pastDaysMax: 30, futureDaysMax: 1 };
/** Glue's limit for a column's type. */
const glueTypeCharacters = 131_072;

function listOf(count: number, textOf: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => textOf(index));
}

function objectOf(members: number, name = 'k'): string {
  return `{${listOf(members, (index) => `"${name}${index}":${index}`).join(',')}}`;
}

/** Counts what a batch takes. */
class CountingPool extends SlabPool {
  bytes = 0;

  constructor() {
    super(0);
  }

  override allocate(bytes: number): ArrayBuffer {
    this.bytes += bytes;
    return super.allocate(bytes);
  }
}

async function decode(values: readonly string[], changed: Partial<DecodeRules> = {}) {
  const pool = new CountingPool();
  const slices = slicesOf(values.map((value) => ({ value })));
  const batch = await decodeBatch(slices, placement, { ...rules, memory: new BatchMemory(pool), ...changed });
  return { batch, bytes: values.reduce((sum, value) => sum + value.length, 0), arrayBytes: pool.bytes };
}

/** Writes batches whole; answers with the types of the table's columns and the rows. */
async function write(batches: readonly (readonly string[])[]) {
  const lake = await openTestLake();
  const tools = createTestTools({ ...lake, recipe: { recordBytesMax: 2_000_000 } });
  await writeBatches(
    tools,
    batches.map((values) => values.map((value) => ({ value }))),
  );
  const table = await lake.catalog.load(testTable);
  const types = new Map<string, ColumnType>(table?.columns.map(({ name, type }) => [name, type]));
  return { types, rows: await readRows(lake) };
}

/** The numbers anywhere in a row but in its Kafka columns, JSON text opened. */
function numbersOf(value: unknown, name = ''): number[] {
  if (name.startsWith('kafka_') || value === null || value === undefined) return [];
  if (typeof value === 'number') return [value];
  if (typeof value === 'string') return numbersOf(JSON.parse(value));
  return Object.entries(Object(value)).flatMap(([member, each]) => numbersOf(each, member));
}

describe('a hostile record', () => {
  it('of tens of thousands of members in an object becomes JSON text', async () => {
    for (const members of [20_000, 80_000]) {
      const { batch } = await decode([`{"m":${objectOf(members)}}`]);
      expect(batch.columns.map(({ name, observed }) => [name, observed.form])).toEqual([['m', 'json']]);
      expect(batch.rescued.size).toBe(0);
    }
  });

  it('of tens of thousands of fields has its columns, and the rest beside the row', async () => {
    const { batch, bytes, arrayBytes } = await decode([objectOf(20_000)]);
    expect(batch.columns).toHaveLength(200);
    expect(batch.rescued.size).toBe(19_800);
    expect(arrayBytes).toBeLessThan(bytes);
    const [found] = rescuedObjects(batch.rescued);
    expect(Object.keys(JSON.parse(found?.[1] ?? '{}'))).toHaveLength(19_800);
  });

  it('of an array of objects with a member each becomes JSON text', async () => {
    const { types, rows } = await write([[`{"a":[${listOf(5000, (index) => `{"k${index}":${index}}`).join(',')}]}`]]);
    expect([...types].filter(([name]) => name.startsWith('a'))).toEqual([['a_json', { kind: 'string' }]]);
    expect(numbersOf(rows[0]).toSorted((a, b) => a - b)).toEqual(listOf(5000, String).map(Number));
  });

  it('of a megabyte of blanks, of escapes or of brackets is a row or a dead letter like others', async () => {
    const values = [
      `{"a":1${' '.repeat(1_000_000)}}`,
      `{"a":"${'\\n'.repeat(500_000)}"}`,
      `{"a":${'['.repeat(500_000)}`,
    ];
    const { batch } = await decode(values);
    expect([batch.rowCount, batch.rejects.map(({ reason }) => reason)]).toEqual([2, ['invalid-json']]);
  });
});

describe('a batch of hostile records', () => {
  it('each with a hundred new fields takes memory in proportion to its bytes', async () => {
    const records = listOf(3000, (row) => `{${listOf(100, (at) => `"f${row * 100 + at}":${at}`).join(',')}}`);
    const { batch, bytes, arrayBytes } = await decode(records);
    expect(batch.rowCount).toBe(3000);
    expect(batch.columns).toHaveLength(200);
    expect(batch.rescued.size).toBe(300_000 - 200);
    expect(batch.rescued.textBytes).toBeLessThan(2 * bytes);
    expect(arrayBytes).toBeLessThan(2 * bytes);
  });

  it('that use an object as a map makes no type that the catalog refuses, and loses no value', async () => {
    const batches = listOf(3, String).map((batch) =>
      listOf(
        400,
        (index) => `{"m":{"${'user-'.repeat(20)}${Number(batch) * 400 + index}":${Number(batch) * 400 + index}}}`,
      ),
    );
    const { types, rows } = await write(batches);
    const type = types.get('m') ?? { kind: 'string' };
    expect(weightOf(type).leaves).toBeLessThanOrEqual(leavesMax);
    expect(weightOf(type).characters).toBeLessThan(glueTypeCharacters);
    expect(rows.flatMap((row) => numbersOf(row)).toSorted((a, b) => a - b)).toEqual(listOf(1200, String).map(Number));
  });

  it('that use an object as a map from the first batch on keep it as JSON text', async () => {
    const keyed = (from: number) =>
      listOf(300, (index) => `{"m":{"k${from + index * 2}":1,"k${from + index * 2 + 1}":2}}`);
    const { types, rows } = await write([
      keyed(0),
      keyed(600).slice(0, 5),
      ['{"m":{}}', '{"m":{"id":9007199254740993}}'],
    ]);
    expect([...types].filter(([name]) => !name.startsWith('kafka_'))).toEqual([['m_json', { kind: 'string' }]]);
    expect(rows.map((row) => row['m_json']).slice(-4)).toEqual([
      '{"k606":1,"k607":2}',
      '{"k608":1,"k609":2}',
      '{}',
      '{"id":9007199254740993}',
    ]);
  });

  it('that use an object as a map keep it as JSON would be written, once it is told to be one', async () => {
    const keyed = listOf(600, (index) => `{"m":{"k${index}":1}}`);
    const odd = ['{"m":{"b": 1.50, "a" : [1e3, null],"7":-0}}', String.raw`{"m":{"x":1,"é\u00e9\n":"\n","x":{ }}}`];
    const { rows, types } = await write([[...keyed, ...odd]]);
    expect(types.get('m_json')).toEqual({ kind: 'string' });
    expect(rows.map((row) => row['m_json']).slice(-3)).toEqual([
      '{"k599":1}',
      '{"7":-0,"b":1.5,"a":[1000,null]}',
      String.raw`{"x":{},"éé\n":"\n"}`,
    ]);
  });

  it('each with an object of 200 fields of their own, some of them nested, have a struct', async () => {
    const { types } = await write([[`{"m":${objectOf(200)}}`, '{"m":{"k0":2,"deep":{"a":1,"b":"x"}}}']]);
    expect(types.get('m')?.kind).toBe('struct');
    expect(types.has('m_json')).toBe(false);
  });

  it('lets the event loop turn while it is read', async () => {
    const records = listOf(5000, (row) => `{${listOf(100, (at) => `"f${row * 100 + at}":${at}`).join(',')}}`);
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns++;
      if (!isDone) setImmediate(count);
    };
    // so that it does not depend on how fast the machine is
    let nowMs = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 1000));
    onTestFinished(() => clock.mockRestore());
    setImmediate(count);
    await decode(records);
    isDone = true;
    expect(turns).toBeGreaterThan(2);
  });
});
