import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../src/consumer/ports/lake.ts';
import { checkConditionalWrites } from '../../src/consumer/ledger/chain/conditional-writes.ts';
import { temporaryFolder } from '../support/lake.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

export interface ObjectStoreFacts {
  /** True when `head` answers the checksum of the object. */
  readonly keepsCrc32: boolean;
}

/** Tests that every object store must pass; they run on the store in memory, on the local lake and on S3. */
export function describeObjectStore(
  name: string,
  open: () => Promise<ObjectStore>,
  { keepsCrc32 }: ObjectStoreFacts,
): void {
  describe(`object store: ${name}`, () => {
    const setup = async () => {
      const store = await open();
      const folder = `t-${randomUUID()}`;
      const read = async (key: string): Promise<string | undefined> => {
        const stored = await store.get(key);
        return stored && Buffer.from(stored.bytes).toString();
      };
      const keys = async (prefix: string, options?: Parameters<ObjectStore['list']>[1]): Promise<string[]> =>
        Array.fromAsync(store.list(prefix, options), ({ key }) => key);
      return { store, folder, read, keys };
    };

    it('gives back what was put, whole and in parts', async () => {
      const { store, folder, read } = await setup();
      const key = `${folder}/event_date=2026-11-23/ünïcode object.parquet`;
      await store.put(key, bytes('0123456789'));
      expect(await read(key)).toBe('0123456789');
      expect(await store.head(key)).toMatchObject({ key, size: 10 });
      expect(Buffer.from(await store.getRange(key, 2, 5)).toString()).toBe('234');
      expect(await Promise.all([8, 12].map(async (from) => (await store.getRange(key, from, 20)).length))).toEqual([
        2, 0,
      ]);
    });

    it(`${keepsCrc32 ? 'keeps' : 'has no'} checksum of what was put`, async () => {
      const { store, folder } = await setup();
      for (const text of ['', 'x', '0123456789'.repeat(10_000)]) {
        const key = `${folder}/${text.length}.parquet`;
        await store.put(key, bytes(text), { ifAbsent: true });
        expect((await store.head(key))?.crc32).toBe(keepsCrc32 ? crc32(text) : undefined);
      }
    });

    it('puts a file as it puts bytes, where it can, and never over another object', async () => {
      const { store, folder, read } = await setup();
      const path = join(await temporaryFolder(), 'file');
      await writeFile(path, '0123456789');
      const file = { path, size: 10, crc32: crc32('0123456789') };
      const put = store.putFile ?? (async (key: string) => store.put(key, bytes('0123456789'), { ifAbsent: true }));
      expect((await put(`${folder}/a`, file)).kind).toBe('stored');
      expect((await put(`${folder}/a`, file)).kind).toBe('refused');
      expect(await read(`${folder}/a`)).toBe('0123456789');
    });

    it('says in a listing when an object was written, where it knows', async () => {
      const { store, folder } = await setup();
      await store.put(`${folder}/a`, bytes('a'));
      for await (const { modifiedMs = Date.now() } of store.list(`${folder}/`))
        expect(Math.abs(modifiedMs - Date.now())).toBeLessThan(600_000);
      expect.hasAssertions();
    });

    it('reads an object whole or not at all while it is deleted and made anew', async () => {
      const { store, folder, read } = await setup();
      const key = `${folder}/entry.json`;
      const found = new Set<string | undefined>();
      const over = new AbortController();
      const reading = Array.from({ length: 4 }, async () => {
        do found.add(await read(key));
        while (!over.signal.aborted);
      });
      for (let times = 0; times < 20; times++) {
        await store.put(key, bytes('0123456789'), { ifAbsent: true });
        await store.delete([key]);
      }
      over.abort();
      await Promise.all(reading);
      expect(found.difference(new Set(['0123456789', undefined]))).toEqual(new Set());
    });

    it('answers the version that the next change needs, wherever it answers one', async () => {
      const { store, folder } = await setup();
      const key = `${folder}/entry.json`;
      await store.put(key, bytes('1'), { ifAbsent: true });
      const version = (await store.get(key))?.version;
      expect([version, undefined]).toContain((await store.head(key))?.version);
      const [listed] = await Array.fromAsync(store.list(key));
      expect(listed).toMatchObject({ key, size: 1 });
      expect([version, undefined]).toContain(listed?.version);
      expect(await store.put(key, bytes('2'), { ifVersion: version ?? '' })).toMatchObject({ kind: 'stored' });
    });

    it('answers nothing for a key that is not there', async () => {
      const { store, folder } = await setup();
      expect(await store.get(`${folder}/no`)).toBeUndefined();
      expect(await store.head(`${folder}/no`)).toBeUndefined();
      await expect(store.getRange(`${folder}/no`, 0, 1)).rejects.toMatchObject({
        code: 'STORE_MISSING',
        retryable: false,
      });
      await store.delete([`${folder}/no`]);
    });

    it('creates a key for one of many that want it at once', async () => {
      const { store, folder, read } = await setup();
      const key = `${folder}/claim.json`;
      const tries = Array.from({ length: 12 }, (_, index) => store.put(key, bytes(String(index)), { ifAbsent: true }));
      const results = await Promise.all(tries);
      const winners = results.flatMap(({ kind }, index) => (kind === 'stored' ? [String(index)] : []));
      expect(winners).toHaveLength(1);
      expect(await read(key)).toBe(winners[0]);
    });

    it('changes a key for one of many that saw the same version', async () => {
      const { store, folder, read } = await setup();
      const key = `${folder}/entry.json`;
      await store.put(key, bytes('first'), { ifAbsent: true });
      const seen = await store.get(key);
      const tries = Array.from({ length: 8 }, (_, index) =>
        store.put(key, bytes(`change ${index}`), { ifVersion: seen?.version ?? '' }),
      );
      const winners = (await Promise.all(tries)).flatMap(({ kind }, index) =>
        kind === 'stored' ? [`change ${index}`] : [],
      );
      expect(winners).toHaveLength(1);
      expect(await read(key)).toBe(winners[0]);
    });

    it('answers a change with the version that the next change needs', async () => {
      const { store, folder, read } = await setup();
      const key = `${folder}/entry.json`;
      const first = await store.put(key, bytes('1'), { ifAbsent: true });
      const second = await store.put(key, bytes('2'), { ifVersion: first.kind === 'stored' ? first.version : '' });
      const third = await store.put(key, bytes('3'), { ifVersion: second.kind === 'stored' ? second.version : '' });
      expect(third.kind).toBe('stored');
      expect((await store.get(key))?.version).toBe(third.kind === 'stored' ? third.version : '');
      expect(await read(key)).toBe('3');
    });

    it('refuses to change a key that is gone', async () => {
      const { store, folder } = await setup();
      const key = `${folder}/entry.json`;
      const first = await store.put(key, bytes('1'), { ifAbsent: true });
      await store.delete([key]);
      const condition = { ifVersion: first.kind === 'stored' ? first.version : '' };
      expect(await store.put(key, bytes('2'), condition)).toEqual({ kind: 'refused' });
    });

    it('refuses to change a key that was deleted and made anew', async () => {
      const { store, folder, read } = await setup();
      const key = `${folder}/entry.json`;
      const first = await store.put(key, bytes('1'), { ifAbsent: true });
      await store.delete([key]);
      await store.put(key, bytes('other'), { ifAbsent: true });
      const condition = { ifVersion: first.kind === 'stored' ? first.version : '' };
      expect(await store.put(key, bytes('2'), condition)).toEqual({ kind: 'refused' });
      expect(await read(key)).toBe('other');
    });

    it('lists by prefix in the order of bytes, from a key on, up to a limit', async () => {
      const { store, folder, keys } = await setup();
      const names = ['a/1', 'a/10', 'a/2', 'a-b/1', 'a.json', 'ab/1', 'b'].map((each) => `${folder}/${each}`);
      for (const key of names) await store.put(key, bytes('x'));
      const sorted = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(await keys(`${folder}/`)).toEqual(sorted);
      expect(await keys(`${folder}/a/`)).toEqual(['a/1', 'a/10', 'a/2'].map((each) => `${folder}/${each}`));
      expect(await keys(`${folder}/a`, { startAfter: `${folder}/a/1`, limit: 2 })).toEqual(
        ['a/10', 'a/2'].map((each) => `${folder}/${each}`),
      );
      expect(await keys(`${folder}/a/`, { startAfter: `${folder}/a/2` })).toEqual([]);
    });

    it('lists changed keys once', async () => {
      const { store, folder, keys } = await setup();
      const key = `${folder}/entry.json`;
      const first = await store.put(key, bytes('1'), { ifAbsent: true });
      await store.put(key, bytes('22'), { ifVersion: first.kind === 'stored' ? first.version : '' });
      expect(await keys(`${folder}/`)).toEqual([key]);
    });

    it('deletes many keys at once', async () => {
      const { store, folder, keys } = await setup();
      const names = Array.from({ length: 20 }, (_, index) => `${folder}/${index}`);
      await Promise.all(names.map((key) => store.put(key, bytes('x'))));
      await store.delete(names);
      expect(await keys(`${folder}/`)).toEqual([]);
    });

    it('passes the check for conditional writes', async () => {
      const { store, keys } = await setup();
      await checkConditionalWrites(store, randomUUID());
      expect(await keys('_ledger/_probe/')).toEqual([]);
    });
  });
}
