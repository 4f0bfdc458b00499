import { describe, expect, it } from 'vitest';
import {
  forgetMerged,
  listMerged,
  putMerged,
  readMerged,
  type MergedPartition,
} from '../../../src/consumer/ledger/notes/merged-partition.ts';
import { Ledger } from '../../../src/consumer/ledger/ledger.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';

const [table, hivePath] = ['readings', 'event_date=2026-11-23/event_hour=09'];

function noteOf(revision: number): MergedPartition {
  const source = { key: `${table}/${hivePath}/kafka-t-0-0-100-g1.parquet`, rows: 100 };
  const leftOut = [{ partition: 0, from: 2n ** 62n, to: 2n ** 62n + 1n }];
  const file = { key: 'f', rows: 100, sources: [source], bases: [{ key: 'e', leftOut }] };
  return { revision, values: ['2026-11-23', '09'], files: [file], obsolete: [] };
}

describe('the note of a merged partition', () => {
  it('is read back as it was put, by its partition and among all', async () => {
    const store = createMemoryObjectStore();
    expect(await readMerged(store, table, hivePath)).toBeUndefined();
    const stored = await putMerged(store, table, { hivePath, note: noteOf(1) });
    expect(stored?.note).toEqual(noteOf(1));
    expect(await readMerged(store, table, hivePath)).toEqual(stored);
    await store.put(`_ledger/${table}.merged/x.txt`, Buffer.from('x'));
    expect(await Array.fromAsync(listMerged(store, table))).toEqual([stored]);
    expect(await Array.fromAsync(listMerged(store, 'other'))).toEqual([]);
    await forgetMerged(store, table, hivePath);
    expect(await readMerged(store, table, hivePath)).toBeUndefined();
  });

  it('is changed by one of many who have read the same', async () => {
    const store = createMemoryObjectStore();
    const both = await Promise.all([
      putMerged(store, table, { hivePath, note: noteOf(1) }),
      putMerged(store, table, { hivePath, note: { ...noteOf(1), movedAt: '2026-11-23T12:00:00.000Z' } }),
    ]);
    expect(both.filter((each) => each !== undefined)).toHaveLength(1);
    const [before] = both.flatMap((each) => (each === undefined ? [] : [each]));
    if (before === undefined) throw new Error('nobody has put it');
    const next = { ...noteOf(2), obsolete: ['a'] };
    expect(await putMerged(store, table, { hivePath, note: next, before })).toBeDefined();
    expect(await putMerged(store, table, { hivePath, note: noteOf(2), before })).toBeUndefined();
    // our own change, whose answer was lost, is refused and found again
    expect((await putMerged(store, table, { hivePath, note: next, before }))?.note).toEqual(next);
  });

  it('is refused with its key when it can’t be read', async () => {
    const store = createMemoryObjectStore();
    const key = `_ledger/${table}.merged/${hivePath}.json`;
    await store.put(key, Buffer.from('{"revision":1}'));
    await expect(readMerged(store, table, hivePath)).rejects.toMatchObject({
      code: 'LEDGER_CORRUPT',
      details: { key },
    });
  });
});

describe('a table whose partitions have all moved', () => {
  it('is missed by the ledger that knows nothing of it', async () => {
    const store = createMemoryObjectStore();
    const id = '0f8fad5b-d9cb-469f-a165-70867728950e';
    await store.put(`${table}.merged/${hivePath}/merged-t-${id}.parquet`, Buffer.from('x'));
    expect(await new Ledger(store).isMissing({ table, topic: 't' })).toBe(true);
    expect(await new Ledger(store).isMissing({ table, topic: 'other' })).toBe(false);
  });
});
