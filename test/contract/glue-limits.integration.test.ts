import { randomUUID } from 'node:crypto';
import { expect, inject, it } from 'vitest';
import { createGlueCatalog } from '../../src/aws/glue/glue-catalog.ts';
import type { ObjectStore } from '../../src/consumer/ports/lake.ts';
import { createMemoryObjectStore } from '../../src/lake/store/memory-object-store.ts';
import { readIntegers } from '../support/read-integers.ts';
import { startFaultyProxy } from '../support/faulty-proxy.ts';
import { glueRefusal } from '../support/glue-limits.ts';
import { createTestTools, testTable } from '../support/lake.ts';
import { writeBatches } from '../support/write-batches.ts';

const { endpoint, environment } = inject('stack').aws;
Object.assign(process.env, environment);

const keys = (count: number, keyOf: (index: number) => string): string =>
  `{${Array.from({ length: count }, (_, index) => `"${keyOf(index)}":${index}`).join(',')}}`;
const long = 'a long key of two hundred and fifty characters '.repeat(5);

it.each([
  [
    '60 records with an object keyed by UUIDs',
    Array.from({ length: 60 }, () => `{"m":${keys(60, () => randomUUID())}}`),
  ],
  ['one record with 8,000 keys in an object', [`{"m":${keys(8000, (index) => `k${index}`)}}`]],
  ['one record with 60,000 keys in an object', [`{"m":${keys(60_000, (index) => `k${index}`)}}`]],
  ['8,000 records with one new key each', Array.from({ length: 8000 }, (_, index) => `{"m":{"k${index}":${index}}}`)],
  [
    'records with 1,000 keys of 250 characters',
    Array.from({ length: 1000 }, (_, index) => `{"m":{"${long}${index}":1}}`),
  ],
  ['an hour’s record for each of 150 hours', Array.from({ length: 150 }, (_, index) => hourly(index))],
])('%s make no request that Glue would refuse', async (_what, values) => {
  const proxy = await startFaultyProxy(endpoint, glueRefusal);
  const database = `db_${randomUUID().slice(0, 8)}`;
  const catalog = createGlueCatalog({ region: 'us-east-1', endpoint: proxy.endpoint, database });
  const store = createMemoryObjectStore();
  const tools = createTestTools({ store, catalog, recipe: { recordBytesMax: 2_000_000 } });
  await writeBatches(tools, [values.map((value) => ({ value, timestampMs: Date.parse('2026-11-23T09:15:00Z') }))]);
  expect(await countRows(store)).toBe(values.length);
  expect(proxy.faults()).toBe(0);
});

/** Counts rows by their offsets: whole rows of 500 columns take half a minute to read. */
async function countRows(store: ObjectStore): Promise<number> {
  let rows = 0;
  for await (const { key } of store.list(`${testTable}/`)) {
    const stored = await store.get(key);
    const [offsets = []] = stored === undefined ? [] : await readIntegers(stored.bytes, ['kafka_offset']);
    rows += offsets.length;
  }
  return rows;
}

function hourly(hour: number): string {
  return JSON.stringify({ eventTime: new Date(Date.parse('2026-11-22T09:15:00Z') - hour * 3_600_000).toISOString() });
}
