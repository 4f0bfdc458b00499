import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { PartitionBuffer } from '../../../src/consumer/batch/partition-buffer.ts';
import type { ValueFormat } from '../../../src/consumer/ports/value-format.ts';
import type { BatchFacts } from '../../../src/consumer/table/batch-facts.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { chunkOf, type TestRecord } from '../../support/chunks.ts';
import { audit, createTestTools, openTestLake, readRows, type TestLake } from '../../support/lake.ts';
import { run } from '../../support/run-service.ts';

const uuid = Buffer.alloc(16, 7);
const json = (n: number): Buffer => Buffer.from(`{"n":${n}}`);
const confluent = (value: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, 1, 2]), value]);
const glue = (value: Buffer): Buffer => Buffer.concat([Buffer.from([3, 0]), uuid, value]);
const glueZlib = (value: Buffer): Buffer => Buffer.concat([Buffer.from([3, 5]), uuid, deflateSync(value)]);

async function write(values: readonly (Buffer | null)[], valueFormat?: ValueFormat) {
  const topic = new FakeTopic(1);
  topic.append(0, ...values.map((value): TestRecord => ({ value })));
  const lake = await openTestLake();
  const facts: BatchFacts[] = [];
  const tools = createTestTools({
    ...lake,
    recipe: { ...(valueFormat && { valueFormat }) },
    writer: { onRouted: (each) => facts.push(each) },
  });
  await run(topic, lake, { tools });
  return { lake, topic, facts };
}

const numbersOf = async (lake: TestLake): Promise<unknown[]> =>
  (await readRows(lake)).map((row) => [Number(row['kafka_offset']), row['n']]);

const reasonsOf = async (lake: TestLake): Promise<unknown[]> =>
  (await readRows(lake, 'readings_dead_letters')).map(({ reason }) => reason);

describe('values with something around their JSON', () => {
  const mixed = [json(0), confluent(json(1)), null, glue(json(3)), glueZlib(json(4)), gzipSync(json(5)), json(6)];

  it('are read by VALUE_FORMAT=auto, whatever it is, each at its offset', async () => {
    const { lake, topic } = await write(mixed, 'auto');
    expect(await numbersOf(lake)).toEqual([
      [0, 0],
      [1, 1],
      [3, 3],
      [4, 4],
      [5, 5],
      [6, 6],
    ]);
    expect(await audit(lake, topic)).toMatchObject({
      findings: [],
      partitions: [{ records: 7, rows: 6, tombstones: 1 }],
    });
  });

  it('are read behind a frame only by VALUE_FORMAT=json-framed, and not at all by json', async () => {
    const framed = await write(mixed, 'json-framed');
    expect((await audit(framed.lake)).partitions).toMatchObject([{ rows: 5, deadLetters: 1 }]);
    const plain = await write(mixed, 'json');
    expect((await audit(plain.lake)).partitions).toMatchObject([{ rows: 2, deadLetters: 4 }]);
  });

  it('stay whole in a dead letter', async () => {
    const value = confluent(Buffer.from('no JSON'));
    const { lake } = await write([value], 'auto');
    expect(await readRows(lake, 'readings_dead_letters')).toMatchObject([{ value_text: value.toString('utf8') }]);
  });

  it('can’t fill the memory: what unpacks to more than a record may have, or lies about it, is a dead letter', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const liar = Buffer.from(bomb);
    liar.writeUInt32LE(10, liar.length - 4);
    const { lake } = await write([bomb, liar, json(2)], 'auto');
    expect((await audit(lake)).partitions).toMatchObject([{ rows: 1, deadLetters: 2 }]);
    expect(await reasonsOf(lake)).toEqual(['too-large', 'invalid-compression']);
  });

  it('are dead letters that say so where they are damaged or unpack to too much, by VALUE_FORMAT=avro as well', async () => {
    const damaged = gzipSync(json(0));
    damaged.fill(0xff, 12, 16);
    const damagedZlib = glueZlib(json(0));
    damagedZlib.fill(0xff, 20, 24);
    const values = [damaged, damagedZlib, glueZlib(Buffer.alloc(10_000_000)), json(3)];
    for (const format of ['auto', 'avro'] as const) {
      const { lake } = await write(values, format);
      expect(await reasonsOf(lake)).toEqual(['invalid-compression', 'invalid-compression', 'too-large']);
    }
  });

  it('are damaged, not empty or too large, where gzip is cut off, or tells a length that it has not', async () => {
    const whole = gzipSync(json(0));
    const trailers = [0, 1, 0x7fffffff, 0xffffffff].map((length) => {
      const value = Buffer.from(whole);
      value.writeUInt32LE(length, value.length - 4);
      return value;
    });
    const cut = Array.from({ length: whole.length - 18 }, (_, bytes) => whole.subarray(0, 18 + bytes));
    const { lake } = await write([...trailers, ...cut], 'auto');
    expect(new Set(await reasonsOf(lake))).toEqual(new Set(['invalid-compression']));
    expect(await reasonsOf((await write([gzipSync('')], 'auto')).lake)).toEqual(['empty']);
  });

  it('are dead letters that say so where other bytes are behind the gzip', async () => {
    const { lake } = await write([Buffer.concat([gzipSync(json(0)), Buffer.alloc(8)])], 'auto');
    expect(await readRows(lake, 'readings_dead_letters')).toMatchObject([
      {
        reason: 'invalid-compression',
        detail: 'damaged gzip: it unpacks to more than its last four bytes say: other bytes may be behind it',
      },
    ]);
  });

  it('may be gzip of several members, which count as what all of them unpack to', async () => {
    const [one, other] = [gzipSync('{"n":7,"text":"'), gzipSync(`${'x'.repeat(50_000)}"}`)];
    const value = Buffer.concat([one, other]);
    const { lake } = await write([value, json(1)], 'auto');
    expect(await numbersOf(lake)).toEqual([
      [0, 7],
      [1, 1],
    ]);
    const buffer = new PartitionBuffer(0, 0n);
    buffer.push(chunkOf([{ value }]), 0);
    expect(buffer.fill().bytes).toBeGreaterThan(50_000);
    const bomb = Buffer.concat([gzipSync(Buffer.alloc(10_000_000)), gzipSync('{}')]);
    expect(await reasonsOf((await write([bomb], 'auto')).lake)).toEqual(['too-large']);
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(100_000))],
    ['zlib behind a frame of Glue', glueZlib(Buffer.alloc(100_000))],
  ])('of %s count towards BATCH_BYTES_MAX as what they unpack to', (_, value) => {
    const buffer = new PartitionBuffer(0, 0n);
    buffer.push(chunkOf(Array.from({ length: 50 }, () => ({ value }))), 0);
    expect(buffer.fill().bytes).toBeGreaterThan(50 * 100_000);
    expect(buffer.cut({ rowsMax: 1000, bytesMax: 1_000_000 }).to).toBe(10n);
  });
});

describe('a batch that is dead letters only', () => {
  it.each([
    [confluent(Buffer.from([2, 4])), 'schema id 258'],
    [glue(Buffer.from([2, 4])), 'AWS Glue’s schema registry'],
    [gzipSync(Buffer.from('a,b')), 'gzip around each value'],
    [Buffer.from('Obj\u0001x'), 'Avro files'],
    [Buffer.from('<a/>'), 'XML'],
    [Buffer.from('[1]'), 'arrays'],
    [Buffer.from('{"a":1}\n{"a":2}'), 'several objects'],
    [Buffer.from('"{\\"a\\":1}"'), 'encoded twice'],
    [Buffer.from('12,ward,36.8'), 'CSV'],
  ])('says what its values are likely to be: %#', async (value, cause) => {
    const { facts } = await write([value], 'json');
    expect(facts[0]?.onlyRejects?.cause).toContain(cause);
  });

  it('is nothing to speak of when there is a row beside them', async () => {
    const { facts } = await write([json(1), Buffer.from('x')]);
    expect(facts[0]?.onlyRejects).toBeUndefined();
  });
});
