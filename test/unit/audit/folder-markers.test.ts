import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../src/consumer/ledger/ledger.ts';
import { createJsonCatalog } from '../../../src/lake/catalog/json-catalog.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';
import { audit, testTable, testTopic } from '../../support/lake.ts';
import { writeChain } from '../../support/ledger-entries.ts';

const topicFolder = `_ledger/${testTable}/${testTopic}/`;

describe('the empty object that a console of S3 makes for a folder', () => {
  it.each([
    `${testTable}/`,
    `${testTable}/event_date=2026-11-23/`,
    `${testTable}_dead_letters/`,
    topicFolder,
    `${topicFolder}0/`,
    `${topicFolder}0/revisions/`,
    `${topicFolder}0/segments/`,
    `${topicFolder}starts/`,
    `${topicFolder}anything/`,
  ])('is no finding: %s', async (key) => {
    expect(await findWith([[key, '']])).toEqual([]);
  });

  it('is a finding when it has bytes, and hides no file of its folder', async () => {
    expect(await findWith([[`${topicFolder}0/notes/`, 'x']])).toEqual([`${topicFolder}0/notes/`]);
    expect(await findWith([[`${testTable}/notes/`, 'x']])).toEqual([`${testTable}/notes/`]);
    const others = [`${topicFolder}notes/`, `${topicFolder}notes/one`, `${topicFolder}zebra/`] as const;
    expect(await findWith(others.map((key) => [key, '']))).toEqual([`${topicFolder}notes/one`]);
  });
});

/** Where the audit of a small ledger finds anything once these objects lie in the lake. */
async function findWith(objects: readonly (readonly [key: string, text: string])[]): Promise<string[]> {
  const store = createMemoryObjectStore();
  await writeChain(new Ledger(store), 5);
  for (const [key, text] of objects) await store.put(key, Buffer.from(text));
  const { findings } = await audit({ store, catalog: createJsonCatalog({ store, database: 'test' }) });
  return findings.map(({ where }) => where);
}
