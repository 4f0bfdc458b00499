import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../../src/consumer/ports/lake.ts';
import { ObjectWriter } from '../../../src/consumer/table/objects/object-writer.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';
import { createColumnEncoder } from '../../../src/parquet/column-encoder.ts';
import { hyparquetReader } from '../../../src/parquet/read/parquet-reader.ts';

async function draftOf(rowCount: number) {
  const data = { kind: 'double', values: new Float64Array(rowCount) } as const;
  const table = { rowCount, columns: [{ name: 'n', type: { kind: 'double' }, data } as const] };
  const bytes = await createColumnEncoder({ codec: 'zstd', rowGroupRows: 100 }).encode(table);
  const draft = { key: 'table/a.parquet', kind: 'rows' as const, rows: rowCount, partition: [] };
  return { draft: { ...draft, encode: async () => bytes }, bytes };
}

describe('an object’s key', () => {
  it('that is free takes the object, with its checksum and the version that a listing shows', async () => {
    const store = createMemoryObjectStore();
    const { draft, bytes } = await draftOf(3);
    const put = await new ObjectWriter({ store, parquet: hyparquetReader }).put(draft, bytes);
    const [listed] = await Array.fromAsync(store.list('table/'));
    expect(put).toMatchObject({
      kind: 'created',
      object: { rows: 3, crc32: crc32(bytes), version: listed?.version },
    });
  });

  it.each([
    ['as many rows', 3, (bytes: Uint8Array) => bytes, 'kept'],
    ['more rows than there are', 4, (bytes: Uint8Array) => bytes, 'spoiled'],
    ['a damaged object', 3, (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 20), 'spoiled'],
  ])('that is taken is looked at: %s', async (_what, rows, damage, kind) => {
    const store = createMemoryObjectStore();
    const { draft, bytes } = await draftOf(3);
    await store.put(draft.key, damage(bytes));
    const writer = new ObjectWriter({ store, parquet: hyparquetReader });
    expect((await writer.put({ ...draft, rows }, bytes)).kind).toBe(kind);
  });

  it('that is free again when it is looked at is tried again, and never left out', async () => {
    const store = createMemoryObjectStore();
    const { draft, bytes } = await draftOf(3);
    await store.put(draft.key, bytes);
    const head: ObjectStore['head'] = async (key) => {
      const info = await store.head(key);
      await store.delete([key]);
      return info;
    };
    const writer = new ObjectWriter({ store: { ...store, head }, parquet: hyparquetReader });
    expect(await writer.find(draft)).toEqual({ kind: 'absent' });
    await store.put(draft.key, bytes);
    await expect(writer.put(draft, bytes)).rejects.toMatchObject({ retryable: true });
    expect((await writer.put(draft, bytes)).kind).toBe('created');
  });
});
