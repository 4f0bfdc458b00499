import { randomUUID } from 'node:crypto';
import { link as linkFile, mkdir, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConditionalWrites } from '../../src/consumer/ledger/chain/conditional-writes.ts';
import { PipelineError } from '../../src/runtime/errors.ts';
import { createMemoryObjectStore } from '../../src/lake/store/memory-object-store.ts';
import { createLocalObjectStore } from '../../src/lake/store/local-object-store.ts';
import { openTestLake, temporaryFolder } from '../support/lake.ts';
import { describeObjectStore } from './object-store-contract.ts';

describeObjectStore('in memory', async () => createMemoryObjectStore(), { keepsCrc32: true });
describeObjectStore('local lake', async () => (await openTestLake()).store, { keepsCrc32: false });

describe('a local lake', () => {
  it.each(['../outside', 'a/../../b', '/etc/passwd', 'a//b', ''])('refuses the key %j', async (key) => {
    const { store } = await openTestLake();
    await expect(store.put(key, Buffer.from('x'))).rejects.toMatchObject({ code: 'STORE_DENIED' });
  });
});

describe('the files of a local lake', () => {
  it('are for the user that runs the process alone', async () => {
    const { store, root } = await openTestLake();
    await store.put('readings/event_date=2026-11-23/a.parquet', Buffer.from('x'));
    await store.put('_ledger/readings/0.json', Buffer.from('1'), { ifAbsent: true });
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const modes = entries.map(async (entry) => {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      return `${entry.isDirectory() ? 'folder' : 'file'} ${(mode & 0o777).toString(8)}`;
    });
    expect(new Set(await Promise.all(modes))).toEqual(new Set(['folder 700', 'file 600']));
  });

  it('that killed processes had begun to write are deleted once they are old, and nothing else is', async () => {
    const { store, root } = await openTestLake();
    await store.put('readings/a.parquet', Buffer.from('x'));
    const uploads = join(root, '.uploads');
    const [old, young, other] = [randomUUID(), randomUUID(), 'notes.txt'];
    // killed after its object had got its name
    await linkFile(join(root, 'readings/a.parquet'), join(uploads, old));
    for (const name of [young, other]) await writeFile(join(uploads, name), 'xyz');
    for (const name of [old, other]) await utimes(join(uploads, name), 1000, 1000);
    const remove = async (isDryRun: boolean) => store.removeAbandoned?.({ beforeMs: 2_000_000, isDryRun });
    expect(await remove(true)).toEqual({ files: 1, bytes: 1 });
    expect(await remove(false)).toEqual({ files: 1, bytes: 1 });
    expect(await remove(false)).toEqual({ files: 0, bytes: 0 });
    expect((await readdir(uploads)).toSorted()).toEqual([young, other].toSorted());
    expect((await store.get('readings/a.parquet'))?.bytes).toEqual(Buffer.from('x'));
    expect(
      await createLocalObjectStore({ root: join(root, 'none') }).removeAbandoned?.({ beforeMs: 1, isDryRun: false }),
    ).toEqual({ files: 0, bytes: 0 });
  });

  it('are made with the folders above them, by many at once', async () => {
    const store = createLocalObjectStore({ root: join(await temporaryFolder(), 'not/there/yet') });
    const keys = Array.from({ length: 20 }, (_, n) => `readings/a/b/c/${n}.parquet`);
    const puts = await Promise.all(keys.map((key) => store.put(key, Buffer.from('x'), { ifAbsent: true })));
    expect(puts.map(({ kind }) => kind)).toEqual(keys.map(() => 'stored'));
  });

  it.each(['/proc/x', '/dev/null/x'])(
    'are refused where no folder can be made, as in %s, not waited for',
    async (root) => {
      const put = createLocalObjectStore({ root }).put('readings/a.parquet', Buffer.from('x'));
      await expect(put).rejects.toMatchObject({ code: 'STORE_DENIED', retryable: false });
    },
  );

  it.each(['readings', '.uploads'])('are never written or read through a linked %s folder', async (name) => {
    const { store, root } = await openTestLake();
    const outside = await temporaryFolder();
    await writeFile(join(outside, 'a.parquet'), 'not of this lake');
    await symlink(outside, join(root, name));
    const denied = { code: 'STORE_DENIED', retryable: false };
    const key = `${name}/a.parquet`;
    await expect(store.put('readings/b.parquet', Buffer.from('x'))).rejects.toMatchObject(denied);
    await expect(store.get(key)).rejects.toMatchObject(denied);
    await expect(store.head(key)).rejects.toMatchObject(denied);
    await expect(store.getRange(key, 0, 1)).rejects.toMatchObject(denied);
    await expect(store.delete([key])).rejects.toMatchObject(denied);
    await expect(Array.fromAsync(store.list(`${name}/`))).rejects.toMatchObject(denied);
    expect(await readdir(outside)).toEqual(['a.parquet']);
  });

  it('are no links', async () => {
    const { store, root } = await openTestLake();
    const outside = await temporaryFolder();
    await writeFile(join(outside, 'secret'), 'not of this lake');
    await store.put('readings/a.parquet', Buffer.from('x'));
    await symlink(join(outside, 'secret'), join(root, 'readings/b.parquet'));
    await symlink(outside, join(root, 'readings/more'));
    const denied = { code: 'STORE_DENIED', retryable: false };
    await expect(store.get('readings/b.parquet')).rejects.toMatchObject(denied);
    await expect(store.head('readings/b.parquet')).rejects.toMatchObject(denied);
    await expect(store.getRange('readings/b.parquet', 0, 1)).rejects.toMatchObject(denied);
    expect(await store.put('readings/b.parquet', Buffer.from('x'), { ifAbsent: true })).toEqual({ kind: 'refused' });
    expect(await Array.fromAsync(store.list(''), ({ key }) => key)).toEqual(['readings/a.parquet']);
  });

  it('may lie in a folder that is a link itself', async () => {
    const link = join(await temporaryFolder(), 'lake');
    await symlink(await temporaryFolder(), link);
    const store = createLocalObjectStore({ root: link });
    await store.put('readings/a.parquet', Buffer.from('x'));
    expect(await store.head('readings/a.parquet')).toMatchObject({ size: 1 });
  });

  it('are looked at only as far as a listing is read', async () => {
    const { store, root } = await openTestLake();
    const keys = Array.from({ length: 300 }, (_, index) => `many/${String(index).padStart(3, '0')}`);
    await mkdir(join(root, 'many'));
    for (const key of keys) await writeFile(join(root, key), 'x');
    const listing = store.list('many/', { startAfter: 'many/199' })[Symbol.asyncIterator]();
    expect((await listing.next()).value).toMatchObject({ key: 'many/200' });
    // files that are gone when they are looked at are passed over, as a listing of S3 would
    await rm(join(root, 'many/202'));
    await rm(join(root, 'many/299'));
    const rest: string[] = [];
    for (let each = await listing.next(); each.done !== true; each = await listing.next()) rest.push(each.value.key);
    expect(rest).toEqual(keys.slice(201).filter((key) => !/202|299/.test(key)));
  });
});

describe('the check for conditional writes', () => {
  it('says of a store that can only be read what it said of the put, not of the delete', async () => {
    const refuse = (action: string) => async (): Promise<never> => {
      throw new PipelineError('STORE_DENIED', { message: `may not ${action}`, retryable: false });
    };
    const readOnly = { ...createMemoryObjectStore(), put: refuse('put'), delete: refuse('delete') };
    await expect(checkConditionalWrites(readOnly, 'p')).rejects.toThrow('may not put');
  });

  it('refuses a store that ignores If-None-Match', async () => {
    const store = createMemoryObjectStore();
    const careless = { ...store, put: (key: string, bytes: Uint8Array) => store.put(key, bytes) };
    await expect(checkConditionalWrites(careless, 'p')).rejects.toMatchObject({ code: 'STORE_UNCONDITIONAL' });
  });

  it('refuses a store that ignores If-Match', async () => {
    const store = createMemoryObjectStore();
    const careless: typeof store = {
      ...store,
      put: (key, bytes, condition) =>
        condition !== undefined && 'ifVersion' in condition ? store.put(key, bytes) : store.put(key, bytes, condition),
    };
    await expect(checkConditionalWrites(careless, 'p')).rejects.toMatchObject({ code: 'STORE_UNCONDITIONAL' });
  });
});
