import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RewriteProgress, RewriteRequest } from '../../../src/consumer/ports/parquet-rewriter.ts';
import { sourceOf } from '../../../src/consumer/ports/parquet.ts';
import { copyRows } from '../../../src/lake/rewriter/duckdb-copy.ts';
import { createDuckdbRewriter } from '../../../src/lake/rewriter/duckdb-rewriter.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';
import { createColumnEncoder } from '../../../src/parquet/column-encoder.ts';
import { SourceFiles } from '../../../src/lake/rewriter/source-files.ts';
import { joinColumns } from '../../../src/parquet/file/join-columns.ts';
import { hyparquetReader } from '../../../src/parquet/read/parquet-reader.ts';
import { parseColumns } from '../../../src/schema/types/hive-ddl.ts';
import { temporaryFolder } from '../../support/lake.ts';

const columns = parseColumns('kafka_partition int, kafka_offset bigint, n bigint');

const none = new Uint8Array();

const form = { codec: 'zstd', isSmallest: true, rowGroupRows: 4, joinColumns };

/** A store with two files of three rows each, the second from another partition. */
async function openStore({ temporary, leavesAtOnce = 32 }: { temporary?: string; leavesAtOnce?: number } = {}) {
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
  const rewriter = createDuckdbRewriter({ store, parquet: hyparquetReader, folder, ...form, leavesAtOnce });
  const request = { sources, key: 't/new.parquet', columns, orderBy: ['eventtime', 'kafka_partition', 'kafka_offset'] };
  const rewrite = async (changes: Partial<RewriteRequest> = {}) => rewriter.rewrite({ ...request, ...changes });
  const read = async () => hyparquetReader.rows((await store.get('t/new.parquet'))?.bytes ?? none);
  const footer = async () => hyparquetReader.statistics(sourceOf((await store.get('t/new.parquet'))?.bytes ?? none));
  return { store, folder, rewrite, read, footer };
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
    const { rewrite } = await openStore({ temporary: file });
    await expect(rewrite()).rejects.toMatchObject({ code: 'STORE_DENIED', hint: expect.stringContaining('TMPDIR') });
  });

  it('says that there is no room for temporary files', async () => {
    const { store, folder } = await openStore();
    const source = join(folder, 'source.parquet');
    await writeFile(source, (await store.get('t/0.parquet'))?.bytes ?? '');
    const sources = new SourceFiles(columns);
    sources.add(source, { columns, rows: 3, packedBytes: new Map(), zeroColumns: new Set() });
    // the operating system's own full disk
    const copied = copyRows({ sources, target: '/dev/full', folder, orderBy: [] }, form);
    await expect(copied).rejects.toMatchObject({ code: 'STORE_FULL', hint: expect.stringContaining('TMPDIR') });
    const inBatches = copyRows({ sources, target: '/dev/full', folder, orderBy: [] }, { ...form, leavesAtOnce: 1 });
    await expect(inBatches).rejects.toMatchObject({ code: 'ENOSPC' });
  });

  it('removes its temporary files, also after an error', async () => {
    const { rewrite, folder } = await openStore();
    await rewrite();
    await expect(rewrite({ columns: parseColumns('n string') })).rejects.toThrow('another type');
    expect(await readdir(folder)).toEqual([]);
  });
});

describe.each([
  ['all columns at a time', 32],
  ['one column after the other', 1],
])('copying %s', (_how, leavesAtOnce) => {
  it('puts the rows of all into one, sorted, with the wider type', async () => {
    const { rewrite, read } = await openStore({ leavesAtOnce });
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
    const { rewrite, read } = await openStore({ leavesAtOnce });
    const leftOut = [{ partition: 1, from: 11n, to: 100n }];
    expect(await rewrite({ leftOut })).toMatchObject({ rows: 4, leftOutRows: 2 });
    expect((await read()).filter((row) => row['kafka_partition'] === 1)).toMatchObject([{ kafka_offset: 10n }]);
  });

  it('puts nothing when all rows are left out', async () => {
    const { rewrite, store } = await openStore({ leavesAtOnce });
    const leftOut = [0, 1].map((partition) => ({ partition, from: 0n, to: 100n }));
    expect(await rewrite({ leftOut })).toMatchObject({ rows: 0, leftOutRows: 6, bytes: 0 });
    expect(await store.head('t/new.parquet')).toBeUndefined();
  });

  it('keeps the order of rows that are alike in what they are sorted by', async () => {
    const { rewrite, read } = await openStore({ leavesAtOnce });
    await rewrite({ orderBy: ['n'] });
    const rows = (await read()).map((row) => [row['kafka_partition'], row['n']]);
    expect(rows).toEqual([0, 0, 0, 1, 1, 1].map((partition) => [partition, BigInt(partition)]));
  });

  it('gives each column that files lack, and a row that has none of a batch, nulls', async () => {
    const { rewrite, read } = await openStore({ leavesAtOnce });
    const wider = [...columns, ...parseColumns('later struct<a:string,b:double>')];
    expect(await rewrite({ columns: wider })).toMatchObject({ rows: 6 });
    expect((await read()).map((row) => row['later'] ?? null)).toEqual(Array.from({ length: 6 }, () => null));
  });
});

describe('copying columns in batches', () => {
  it('writes row groups of as many rows as were asked for, with the ids and bounds of each column', async () => {
    const { rewrite, footer } = await openStore({ leavesAtOnce: 1 });
    const fieldIds = new Map(columns.map(({ name }, index) => [name, { id: index + 1 }]));
    await rewrite({ fieldIds });
    const { rowCount, rowGroupOffsets, leaves } = await footer();
    expect({ rowCount, groups: rowGroupOffsets.length }).toEqual({ rowCount: 6, groups: 2 });
    expect(leaves).toMatchObject([
      { path: ['kafka_partition'], fieldId: 1, values: 6, nulls: 0, bounds: { min: 0, max: 1 } },
      { path: ['kafka_offset'], fieldId: 2, values: 6, nulls: 0, bounds: { min: 10n, max: 12n } },
      { path: ['n'], fieldId: 3, values: 6, nulls: 0, bounds: { min: 0n, max: 1n } },
    ]);
  });

  it('tells how far it is', async () => {
    const { rewrite } = await openStore({ leavesAtOnce: 1 });
    const told: RewriteProgress[] = [];
    await rewrite({ onProgress: (progress) => told.push(progress) });
    expect(told).toEqual([1, 2, 3].map((done) => ({ done, all: 3 })));
  });

  it('copies a table with columns that are named like those of DuckDB', async () => {
    const { rewrite, read } = await openStore({ leavesAtOnce: 1 });
    await rewrite({ columns: [...columns, ...parseColumns('file_row_number bigint, file_index string')] });
    expect(await read()).toHaveLength(6);
  });
});
