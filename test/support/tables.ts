import { decodeBatch } from '../../src/consumer/columns/decode-batch.ts';
import type { ColumnarTable } from '../../src/consumer/ports/columnar-table.ts';
import { createMemoryObjectStore } from '../../src/lake/store/memory-object-store.ts';
import { createJsonCatalog } from '../../src/lake/catalog/json-catalog.ts';
import { createTestTools, testTable } from './lake.ts';
import { jsonRecords, slicesOf } from './chunks.ts';

export { decodeBatch, testTable };

/** Records with every kind of column, nulls in each. */
export const sampleRecords = [
  {
    eventTime: '2026-11-23T09:15:02.120Z',
    text: 'a',
    number: 36.8,
    flag: true,
    at: '2026-11-23T09:15:02.120Z',
    day: '2026-11-23',
    tags: ['x', 'y'],
    place: { ward: 'B', bed: { floor: 2 } },
  },
  {
    eventTime: '2026-11-23T10:15:02.120Z',
    text: 'ü€😀',
    number: -0.5,
    flag: false,
    at: '1969-12-31T23:59:59.999Z',
    day: '1969-12-31',
    tags: [],
    place: { ward: null, bed: {} },
  },
  {},
  { text: '', number: 1e300, tags: ['z'], place: { bed: { floor: -1 } } },
  { text: 'a', number: 0, flag: true, at: '2026-11-23T09:15:02Z', day: '2024-02-29', place: { ward: 'C' } },
];

/** Makes the tables that the encoder gets for a batch, one per Hive partition. */
export async function tablesOf(values: readonly unknown[]): Promise<ColumnarTable[]> {
  const store = createMemoryObjectStore();
  const caught: ColumnarTable[] = [];
  const encoder = {
    encode: async (table: ColumnarTable) => {
      caught.push(table);
      return new Uint8Array();
    },
  };
  const { writer, recipe } = createTestTools({
    store,
    catalog: createJsonCatalog({ store, database: 'test' }),
    writer: { encoder },
  });
  using decoded = await writer.decode(slicesOf(jsonRecords(...values)), recipe);
  const routed = await writer.grow(decoded, recipe);
  if (routed === 'misfit') throw new Error('the table is new');
  const { groups } = writer.group(decoded, recipe);
  const range = {
    table: testTable,
    topic: 'readings',
    partition: 0,
    from: 0n,
    to: BigInt(values.length),
    generation: 1,
  };
  for (const draft of writer.drafts(groups, routed, range)) await draft.encode();
  return caught;
}
