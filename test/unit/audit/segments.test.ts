import { describe, expect, it } from 'vitest';
import { entryKey } from '../../../src/consumer/ledger/keys/ledger-keys.ts';
import { Ledger } from '../../../src/consumer/ledger/ledger.ts';
import { carryOut } from '../../../src/consumer/audit/carry-out.ts';
import { createJsonCatalog } from '../../../src/lake/catalog/json-catalog.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';
import { hyparquetReader } from '../../../src/parquet/read/parquet-reader.ts';
import { audit, testPath, testTable, testTopic } from '../../support/lake.ts';
import { writeChain } from '../../support/ledger-entries.ts';

const path = testPath();

/** A ledger whose first thousand entries are in a segment. */
async function openRolledUp() {
  const store = createMemoryObjectStore();
  const ledger = new Ledger(store);
  await writeChain(ledger, 1200);
  expect(await ledger.rollUp(path)).toBe(1);
  const catalog = createJsonCatalog({ store, database: 'test' });
  const find = async (deep: boolean) => {
    const { findings } = await audit({ store, catalog }, undefined, { deep });
    return findings.map(({ problem, where }) => `${problem} ${where}`);
  };
  const textAt = async (from: bigint) => Buffer.from((await store.get(entryKey(path, from)))?.bytes ?? []).toString();
  const repair = async () => {
    const { findings, repairs } = await audit({ store, catalog }, undefined, { deep: true });
    const done: string[] = [];
    const about = { ledger, store, catalog, parquet: hyparquetReader, table: testTable, topic: testTopic };
    await carryOut(repairs, { ...about, onDone: (line) => done.push(line) });
    return { actions: findings.map(({ action }) => action), done };
  };
  return { store, find, textAt, repair };
}

describe('a segment of the ledger', () => {
  it('that is like its entries is fine', async () => {
    const { find } = await openRolledUp();
    expect(await find(true)).toEqual([]);
  });

  it('is compared with them by a deep audit: one that was changed, one that is gone, one that came', async () => {
    const { store, find, textAt } = await openRolledUp();
    const keys = [500n, 700n, 805n, 900n].map((from) => entryKey(path, from));
    const [changed = '', gone = '', came = '', cut = ''] = keys;
    await store.put(changed, Buffer.from((await textAt(500n)).replace('"rows":0', '"rows":7')));
    await store.delete([gone]);
    await store.put(came, Buffer.from((await textAt(800n)).replace('"from":"800"', '"from":"805"')));
    await store.put(cut, Buffer.from((await textAt(900n)).slice(0, 50)));
    expect(await find(false)).toEqual([]);
    expect((await find(true)).toSorted()).toEqual(
      [
        `segment-differs ${changed}`,
        `segment-differs ${gone}`,
        `segment-differs ${came}`,
        `entry-unreadable ${cut}`,
      ].toSorted(),
    );
  });

  it('puts an entry back that is gone: the segment has the last copy', async () => {
    const { store, find, textAt, repair } = await openRolledUp();
    const key = entryKey(path, 700n);
    const before = JSON.parse(await textAt(700n));
    await store.delete([key]);
    const { actions, done } = await repair();
    expect(actions).toEqual([expect.stringContaining('keep the segment')]);
    expect(done).toEqual([expect.stringMatching(/^put .*0700\.json back from .*\.zst$/)]);
    expect(JSON.parse(await textAt(700n))).toEqual(before);
    expect(await find(true)).toEqual([]);
  });

  it('has the copy of an entry that is damaged: with it moved out, it is put back', async () => {
    const { store, find, repair } = await openRolledUp();
    const key = entryKey(path, 900n);
    await store.put(key, Buffer.from('{'));
    expect(await repair()).toEqual({ actions: [expect.stringContaining('move this object out')], done: [] });
    await store.delete([key]);
    await repair();
    expect(await find(true)).toEqual([]);
  });
});
