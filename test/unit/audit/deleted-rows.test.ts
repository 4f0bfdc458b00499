import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { DeletedRows } from '../../../src/consumer/audit/iceberg/deleted-rows.ts';
import type { LiveFile } from '../../../src/iceberg/manifests/live-files.ts';
import { fileContent, type DataFile } from '../../../src/iceberg/manifests/manifest.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';
import { hyparquetReader } from '../../../src/parquet/read/parquet-reader.ts';

const store = createMemoryObjectStore();
const tools = { store, parquet: hyparquetReader };
const partition = { event_date: '2026-11-26' };

function live(key: string, facts: Partial<DataFile> = {}, sequenceNumber = 1n): LiveFile {
  const file = { content: fileContent.data, file_path: store.uri(key), file_format: 'PARQUET', partition };
  return { file: { ...file, record_count: 10, file_size_in_bytes: 100, ...facts }, specId: 0, sequenceNumber };
}

/** Writes a file of position deletes as other engines do, for these rows of these data files. */
async function positionDeletes(key: string, rows: readonly [key: string, row: bigint][]): Promise<LiveFile> {
  const paths = rows.map(([path]) => store.uri(path));
  const columnData = [
    { name: 'file_path', data: paths, type: 'STRING' as const },
    { name: 'pos', data: rows.map(([, row]) => row), type: 'INT64' as const },
  ];
  await store.put(key, new Uint8Array(parquetWriteBuffer({ columnData })));
  const bound = (path = '') => [{ key: 2_147_483_546, value: Buffer.from(path) }];
  const sorted = paths.toSorted();
  const bounds = { lower_bounds: bound(sorted[0]), upper_bounds: bound(sorted.at(-1)) };
  return live(key, { content: fileContent.positionDeletes, record_count: rows.length, ...bounds }, 2n);
}

describe('rows that files of deletes take out', () => {
  it('are counted for files that the table has, and not for those that were rewritten since', async () => {
    const data = [live('a'), live('b')];
    const deletes = [
      await positionDeletes('deletes-1', [['a', 0n]]),
      await positionDeletes('deletes-2', [['gone', 4n]]),
      await positionDeletes('deletes-3', [
        ['a', 3n],
        ['b', 7n],
        ['gone', 7n],
      ]),
    ];
    const rows = new DeletedRows({ data, deletes }, tools);
    expect(await rows.count()).toEqual({ rows: 3, uncounted: 0 });
    expect(await Promise.all(data.map((file) => rows.rowsOf(file)))).toEqual([new Set([0, 3]), new Set([7])]);
  });

  it('are not known where they are told by their values, or where the file can’t be read', async () => {
    const deletes = [
      live('values', { content: fileContent.equalityDeletes }, 2n),
      live('missing', { content: fileContent.positionDeletes }, 2n),
      live('older', { content: fileContent.equalityDeletes }, 1n),
    ];
    expect(await new DeletedRows({ data: [live('a')], deletes }, tools).count()).toEqual({ rows: 0, uncounted: 2 });
  });
});
