import { describe, expect, it } from 'vitest';
import type { Versioned } from '../../../src/consumer/ledger/chain/entry-store.ts';
import { Ledger } from '../../../src/consumer/ledger/ledger.ts';
import { entryKey } from '../../../src/consumer/ledger/keys/ledger-keys.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';
import { countingStore, totalOf } from '../../support/counting-store.ts';
import { testPath } from '../../support/lake.ts';
import { claimOf, committedOf, writeChain } from '../../support/ledger-entries.ts';

const path = testPath();

async function rangesOf(entries: AsyncIterable<Versioned>): Promise<string[]> {
  return Array.fromAsync(entries, ({ entry, at }) => `${entry.from}-${entry.to} ${at}`);
}

async function longLedger(entries: number) {
  const { store, counts } = countingStore(createMemoryObjectStore());
  const ledger = new Ledger(store);
  await writeChain(ledger, entries);
  const segments = await ledger.rollUp(path);
  Object.assign(counts, { get: 0, put: 0, head: 0, list: 0 });
  return { store, counts, ledger, segments };
}

describe('a long ledger', () => {
  it('is rolled up into whole segments; the newest entries stay out of them', async () => {
    const { ledger, segments } = await longLedger(2500);
    expect(segments).toBe(2);
    expect(await ledger.rollUp(path)).toBe(0);
    const ranges = await rangesOf(ledger.entries(path));
    expect(ranges).toHaveLength(2500);
    expect([ranges[0], ranges[1999], ranges[2000]]).toEqual([
      '0-10 segment',
      '19990-20000 segment',
      '20000-20010 base',
    ]);
  });

  it('is rolled up to the same segments by whoever does it, and entries are read the same before and after', async () => {
    const store = createMemoryObjectStore();
    const [one, other] = [new Ledger(store), new Ledger(store)];
    await writeChain(one, 1200);
    const before = await Array.fromAsync(one.entries(path), ({ entry }) => entry);
    await Promise.all([one.rollUp(path), other.rollUp(path)]);
    expect(await Array.fromAsync(other.entries(path), ({ entry }) => entry)).toEqual(before);
    const segments = await Array.fromAsync(store.list('_ledger/readings/readings/0/segments/'));
    expect(segments).toHaveLength(1);
  });

  it('gives its end in at most five requests without a hint, and in two with one', async () => {
    const { counts, ledger } = await longLedger(2500);
    expect((await ledger.last(path, undefined))?.entry.to).toBe(25_000n);
    expect(totalOf(counts)).toBeLessThanOrEqual(5);
    Object.assign(counts, { get: 0, list: 0 });
    expect((await ledger.last(path, 24_990n))?.entry.to).toBe(25_000n);
    expect(totalOf(counts)).toBe(2);
  });

  it('gives one offset by what it touches', async () => {
    const { counts, ledger } = await longLedger(2500);
    expect(await rangesOf(ledger.entries(path, { from: 5005n, to: 5006n }))).toEqual(['5000-5010 segment']);
    expect(totalOf(counts)).toBeLessThanOrEqual(5);
    Object.assign(counts, { get: 0, list: 0 });
    expect(await rangesOf(ledger.entries(path, { from: 24_005n, to: 24_006n }))).toEqual(['24000-24010 base']);
    expect(totalOf(counts)).toBeLessThanOrEqual(5);
  });

  it('is not rolled up past a claim or a hole', async () => {
    const store = createMemoryObjectStore();
    const ledger = new Ledger(store);
    await writeChain(ledger, 500);
    await ledger.claim(claimOf(5000n, 5010n));
    await writeChain(ledger, 1000, 501);
    expect(await ledger.rollUp(path)).toBe(0);
  });
});

describe('a committed entry', () => {
  it('changes in its revision only, also when it is in a segment', async () => {
    const { store, ledger } = await longLedger(1200);
    const base = Buffer.from((await store.get(entryKey(path, 100n)))?.bytes ?? []);
    const [current] = await Array.fromAsync(ledger.entries(path, { from: 100n, to: 101n }));
    if (current === undefined) throw new Error('the entry is there');
    const next = committedOf(claimOf(100n, 110n, { generation: 2 }), { rows: 10 });
    expect((await ledger.replace(current, next)).kind).toBe('ours');
    expect(Buffer.compare((await store.get(entryKey(path, 100n)))?.bytes ?? new Uint8Array(), base)).toBe(0);
    expect((await ledger.get(path, 100n))?.entry).toEqual(next);
    expect(await rangesOf(ledger.entries(path, { from: 90n, to: 111n }))).toEqual([
      '90-100 segment',
      '100-110 revision',
      '110-120 segment',
    ]);
  });

  it('is changed by one of two that try at once; the other sees what came of it', async () => {
    const { ledger } = await longLedger(3);
    const current = await ledger.get(path, 10n);
    if (current === undefined) throw new Error('the entry is there');
    const results = await Promise.all(
      [2, 3].map((generation) => ledger.replace(current, committedOf(claimOf(10n, 20n, { generation })))),
    );
    expect(results.map(({ kind }) => kind)).toEqual(['ours', 'theirs']);
    expect((await ledger.get(path, 10n))?.entry).toMatchObject({ generation: 2 });
  });
});

describe('the ledger', () => {
  it('remembers the last record before entries that had none', async () => {
    const { ledger } = await longLedger(3);
    const claimed = await ledger.claim(claimOf(30n, 40n));
    if (claimed.kind === 'ours') await ledger.replace(claimed.claim, committedOf(claimed.claim.entry));
    await ledger.claim(claimOf(40n, 50n));
    expect(await ledger.lastWithRecord(path, 40n)).toMatchObject({ from: 20n });
  });

  it('is missing when the table has objects of the topic and no entry of it', async () => {
    const store = createMemoryObjectStore();
    expect(await new Ledger(store).isMissing(path)).toBe(false);
    await store.put('readings/event_date=2026-11-23/kafka-other-0-0-5-g1.parquet', Buffer.from('x'));
    expect(await new Ledger(store).isMissing(path)).toBe(false);
    await store.put('readings/event_date=2026-11-23/kafka-readings-0-0-5-g1.parquet', Buffer.from('x'));
    expect(await new Ledger(store).isMissing(path)).toBe(true);
  });

  it('asks again whether it is missing when the store did not answer', async () => {
    const store = createMemoryObjectStore();
    let failures = 1;
    const failing = {
      ...store,
      list: (...options: Parameters<typeof store.list>) => {
        if (failures-- > 0) throw new Error('no answer');
        return store.list(...options);
      },
    };
    const ledger = new Ledger(failing);
    await expect(ledger.isMissing(path)).rejects.toThrow('no answer');
    expect(await ledger.isMissing(path)).toBe(false);
  });

  it('names what lies in its folder and is nothing of it, and reads on', async () => {
    const { store, ledger } = await longLedger(2);
    await store.put('_ledger/readings/readings/0/notes.txt', Buffer.from('x'));
    await store.put('_ledger/readings/readings/0/', Buffer.alloc(0));
    await store.put('_ledger/readings/readings/', Buffer.alloc(0));
    // consoles of S3 make such empty objects for folders
    expect(await ledger.unknownKeys(path)).toEqual(['_ledger/readings/readings/0/notes.txt']);
    expect(await ledger.partitions(path)).toEqual([0]);
    expect((await ledger.last(path, undefined))?.entry.from).toBe(10n);
  });
});
