import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RewriteRequest } from '../../../src/consumer/ports/parquet-rewriter.ts';
import { copyRows } from '../../../src/lake/duckdb-copy.ts';
import { createDuckdbRewriter } from '../../../src/lake/duckdb-rewriter.ts';
import { createMemoryObjectStore } from '../../../src/lake/memory-object-store.ts';
import { createColumnEncoder } from '../../../src/parquet/column-encoder.ts';
import { hyparquetReader } from '../../../src/parquet/parquet-reader.ts';
import { parseColumns } from '../../../src/schema/hive-ddl.ts';
import { temporaryFolder } from '../../support/lake.ts';

const columns = parseColumns('kafka_partition int, kafka_offset bigint, n bigint');

const form = { codec: 'zstd', isSmallest: true, rowGroupRows: 100 };

/** A store with two files of three rows each, the second from another partition. */
async function openStore(temporary?: string) {
  const store = createMemoryObjectStore();
  const folder = temporary ?? (await temporaryFolder());
  const encoder = createColumnEncoder({ codec: 'zstd', rowGroupRows: 2 });
  for (const partition of [1, 0]) {
    const offsets = BigInt64Array.of(12n, 11n, 10n);
    const bytes = await encoder.encode({
      rowCount: 3,
      fieldIds: new Map([
        ['kafka_partition', { id: 1 }],
        ['kafka_offset', { id: 2 }],
        ['n', { id: 3 }],
      ]),
      columns: [
        {
          name: 'kafka_partition',
          type: { kind: 'int' },
          data: { kind: 'int', values: new Int32Array(3).fill(partition) },
        },
        { name: 'kafka_offset', type: { kind: 'bigint' }, data: { kind: 'bigint', values: offsets } },
        { name: 'n', type: { kind: 'int' }, data: { kind: 'int', values: new Int32Array(3).fill(partition) } },
      ],
    });
    await store.put(`t/${partition}.parquet`, bytes);
  }
  const sources = (await Array.fromAsync(store.list('t/'))).map(({ key, size }) => ({ key, bytes: size }));
  const rewriter = createDuckdbRewriter({ store, parquet: hyparquetReader, folder, ...form });
  const request = { sources, key: 't/new.parquet', columns, orderBy: ['eventtime', 'kafka_partition', 'kafka_offset'] };
  const rewrite = async (changes: Partial<RewriteRequest> = {}) => rewriter.rewrite({ ...request, ...changes });
  const read = async () => hyparquetReader.rows((await store.get('t/new.parquet'))?.bytes ?? new Uint8Array());
  return { store, folder, rewrite, read };
}

describe('rewriting files', () => {
  it('refuses what has more than the table where nothing may be left out', async () => {
    const { store, rewrite } = await openStore();
    const fewer = parseColumns('kafka_partition int, kafka_offset bigint');
    const refusal = { code: 'TABLE_MISMATCH', message: expect.stringContaining('the table lacks its column n') };
    await expect(rewrite({ columns: fewer, keepsAll: true })).rejects.toMatchObject(refusal);
    expect(await store.head('t/new.parquet')).toBeUndefined();
    expect(await rewrite({ columns: fewer })).toMatchObject({ rows: 6 });
  });

  it('puts the rows of all into one, sorted, with the wider type', async () => {
    const { rewrite, read } = await openStore();
    expect(await rewrite()).toMatchObject({ key: 't/new.parquet', rows: 6, leftOutRows: 0 });
    const expected = [0, 1].flatMap((partition) =>
      [10n, 11n, 12n].map((offset) => ({
        kafka_partition: partition,
        kafka_offset: offset,
        n: BigInt(partition),
      })),
    );
    expect(await read()).toEqual(expected);
  });

  it('leaves rows out by their coordinates, and counts them', async () => {
    const { rewrite, read } = await openStore();
    const leftOut = [{ partition: 1, from: 11n, to: 100n }];
    expect(await rewrite({ leftOut })).toMatchObject({ rows: 4, leftOutRows: 2 });
    expect((await read()).filter((row) => row['kafka_partition'] === 1)).toMatchObject([{ kafka_offset: 10n }]);
  });

  it('puts nothing when all rows are left out', async () => {
    const { rewrite, store } = await openStore();
    const leftOut = [0, 1].map((partition) => ({ partition, from: 0n, to: 100n }));
    expect(await rewrite({ leftOut })).toMatchObject({ rows: 0, leftOutRows: 6, bytes: 0 });
    expect(await store.head('t/new.parquet')).toBeUndefined();
  });

  it.each([
    ['a column that has another type', { columns: parseColumns('kafka_offset int, n bigint') }, 'another type'],
    [
      'a column that was renamed',
      { fieldIds: new Map([['m', { id: 3 }]]), columns: parseColumns('m bigint') },
      'renamed',
    ],
    [
      'a column that was made anew',
      { fieldIds: new Map([['n', { id: 9 }]]), columns: parseColumns('n bigint') },
      'renamed',
    ],
  ])('refuses files with %s', async (_what, changes, why) => {
    const { rewrite, store } = await openStore();
    await expect(rewrite(changes)).rejects.toMatchObject({
      code: 'TABLE_MISMATCH',
      message: expect.stringContaining(why),
    });
    expect(await store.head('t/new.parquet')).toBeUndefined();
  });

  it('says which folder it lacks for temporary files', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    const { rewrite } = await openStore(file);
    await expect(rewrite()).rejects.toMatchObject({ code: 'STORE_DENIED', hint: expect.stringContaining('TMPDIR') });
  });

  it('says that there is no room for temporary files', async () => {
    const { store, folder } = await openStore();
    const source = join(folder, 'source.parquet');
    await writeFile(source, (await store.get('t/0.parquet'))?.bytes ?? '');
    const groups = [{ paths: [source], names: new Set(columns.map(({ name }) => name)) }];
    // the operating system's own full disk
    const places = { groups, target: '/dev/full', folder, key: 't/new.parquet' };
    const copied = copyRows({ ...places, columns, orderBy: [], bytesPerRow: 8 }, form);
    await expect(copied).rejects.toMatchObject({ code: 'STORE_FULL', hint: expect.stringContaining('TMPDIR') });
  });

  it('removes its temporary files, also after an error', async () => {
    const { rewrite, folder } = await openStore();
    await rewrite();
    await expect(rewrite({ columns: parseColumns('n string') })).rejects.toThrow('another type');
    expect(await readdir(folder)).toEqual([]);
  });
});
