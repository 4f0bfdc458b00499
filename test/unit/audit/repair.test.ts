import { copyFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { carryOut } from '../../../src/consumer/audit/carry-out.ts';
import { Ledger } from '../../../src/consumer/ledger/ledger.ts';
import { hyparquetReader } from '../../../src/parquet/read/parquet-reader.ts';
import { AuditedLake, fileOfOffsets } from '../../support/audited-lake.ts';
import { readRows, testPath, testRecipe, testTable, testTopic } from '../../support/lake.ts';

const path = testPath();

/** Puts an object of the batch [0, 20) of partition 0 beside the listed ones; answers with its path. */
async function putBeside(lake: AuditedLake, offsets: readonly number[], generation = 1): Promise<string> {
  const [, listed = ''] = await lake.objects(0, 0);
  const beside = listed.replace('event_hour=09', 'event_hour=00').replace('-g1.', `-g${generation}.`);
  await lake.lake.store.put(beside.slice(lake.lake.root.length + 1), await fileOfOffsets(0, offsets));
  return beside;
}

/** Puts such an object, and answers with its path and the one under another range. */
async function otherRange(lake: AuditedLake, offsets: readonly number[], range: string): Promise<[string, string]> {
  const beside = await putBeside(lake, offsets);
  return [beside, beside.replace('-0-0-20-', range)];
}

describe('verify --repair', () => {
  it('deletes what a later generation has replaced, and is clean the second time', async () => {
    const lake = await AuditedLake.open();
    await putBeside(lake, [0, 2], 0);
    const rows = (await readRows(lake.lake)).length;
    expect(await lake.repair()).toEqual([expect.stringMatching(/^deleted .*-g0\.parquet$/)]);
    expect((await readRows(lake.lake)).length).toBe(rows - 2);
    expect(await lake.problems({ deep: true })).toEqual([]);
    expect(await lake.repair()).toEqual([]);
  });

  it('deletes nothing of a lake that lies inside of the table', async () => {
    const lake = await AuditedLake.open();
    const [, listed = ''] = await lake.objects(0, 0);
    const root = `${lake.lake.root}/${testTable}/`;
    const inner = listed.replace(root, `${testTable}/other/`).replace('-g1.', '-g0.');
    await lake.lake.store.put(inner, await fileOfOffsets(0, [0, 2]));
    expect(await lake.problems()).toEqual(['object-unlisted']);
    expect(await lake.repair()).toEqual([]);
    expect(await lake.lake.store.head(inner)).toBeDefined();
  });

  it('keeps what a later generation has replaced while an object of that one is gone: it may hold the only rows', async () => {
    const lake = await AuditedLake.open();
    await putBeside(lake, [0, 2], 0);
    const [listed = ''] = await lake.objects(0, 0);
    await rm(listed);
    const rows = (await readRows(lake.lake)).length;
    expect(await lake.problems()).toEqual(expect.arrayContaining(['object-missing', 'object-unlisted']));
    await lake.repair();
    expect((await readRows(lake.lake)).length).toBe(rows);
  });

  it('deletes an object of the committed generation whose rows are all listed, after raising the generation', async () => {
    const lake = await AuditedLake.open();
    await putBeside(lake, [0, 1, 2]);
    expect(await lake.problems()).toEqual(['object-doubled']);
    expect(await lake.repair()).toEqual([expect.stringMatching(/^deleted .*event_hour=00.*-g1\.parquet$/)]);
    expect(await lake.problems({ deep: true })).toEqual([]);
    expect((await lake.tools.ledger.get(path, 0n))?.entry).toMatchObject({ state: 'committed', generation: 2 });
  });

  it.each([
    ['a part of an entry', '-0-0-10-'],
    ['more than an entry', '-0-0-40-'],
    ['parts of two entries', '-0-10-30-'],
  ])('deletes an object of %s whose rows are all listed', async (_, range) => {
    const lake = await AuditedLake.open();
    await rename(...(await otherRange(lake, [10, 11, 12], range)));
    expect(await lake.problems()).toEqual(['object-doubled']);
    expect(await lake.repair()).toEqual([expect.stringMatching(new RegExp(`^deleted .*${range}g1.parquet$`))]);
    expect(await lake.problems({ deep: true })).toEqual([]);
  });

  it('deletes an object of a generation that the entry has not reached, as after restoring an older ledger', async () => {
    const lake = await AuditedLake.open();
    await putBeside(lake, [0, 1, 2], 7);
    await lake.repair();
    expect(await lake.problems({ deep: true })).toEqual([]);
    expect((await lake.tools.ledger.get(path, 0n))?.entry).toMatchObject({ generation: 8 });
  });

  it.each([
    ['a row that no listed object has', (lake: AuditedLake) => putBeside(lake, [0, 1, 3])],
    [
      'rows of another partition',
      async (lake: AuditedLake) => {
        const beside = await putBeside(lake, [0]);
        await writeFile(beside, await fileOfOffsets(1, [0, 1]));
      },
    ],
    [
      'another object of a record that holds several',
      async (lake: AuditedLake) => writeFile(await putBeside(lake, [0]), await fileOfOffsets(0, [0], 1)),
    ],
    ['bytes that are no Parquet file', async (lake: AuditedLake) => writeFile(await putBeside(lake, [0]), 'PAR1')],
    [
      'a name that is not ours',
      async (lake: AuditedLake) => {
        const beside = await putBeside(lake, [0]);
        await copyFile(beside, join(dirname(beside), 'mine.parquet'));
        await rm(beside);
      },
    ],
    [
      'a range that no entry has, and a row that is nowhere else',
      async (lake: AuditedLake) => rename(...(await otherRange(lake, [0, 3], '-0-0-10-'))),
    ],
    [
      'a range behind the ledger’s end',
      async (lake: AuditedLake) => rename(...(await otherRange(lake, [50], '-0-40-60-'))),
    ],
  ])('never touches an object with %s', async (_what, put) => {
    const lake = await AuditedLake.open();
    await put(lake);
    expect(await lake.problems()).toEqual(['object-unlisted']);
    expect(await lake.repair()).toEqual([]);
    expect(await lake.problems()).toEqual(['object-unlisted']);
  });

  it('never touches what a replay is writing, nor what it replaces', async () => {
    const lake = await AuditedLake.open();
    const found = await lake.tools.ledger.get(path, 0n);
    if (found?.entry.state !== 'committed') throw new Error('expected a committed entry');
    const replacement = {
      generation: 2,
      writer: 'w',
      startedAt: '2026-11-23T00:00:00Z',
      recipe: testRecipe,
      plan: [],
      why: 'replay' as const,
    };
    await lake.tools.ledger.replace(found, { ...found.entry, state: 'replacing', replacement });
    await putBeside(lake, [0, 1, 2], 2);
    expect(await lake.problems()).toEqual(['unfinished-replacement']);
    expect(await lake.repair()).toEqual([]);
  });

  it('leaves alone what was listed after the audit', async () => {
    const lake = await AuditedLake.open();
    const beside = await putBeside(lake, [0, 1, 2]);
    const { repairs } = await lake.verify();
    expect(repairs).toHaveLength(1);
    await lake.replay({ partition: 0, from: 0n, to: 20n });
    await rm(beside);
    const done: string[] = [];
    const { store, catalog } = lake.lake;
    const [listed] = (await lake.objects(0, 0)).map((file) => file.slice(lake.lake.root.length + 1));
    const key = listed ?? '';
    await carryOut([{ kind: 'delete', key }], {
      ledger: new Ledger(store),
      store,
      catalog,
      parquet: hyparquetReader,
      table: testTable,
      topic: testTopic,
      onDone: (line) => done.push(line),
    });
    expect(done).toEqual([`left ${key} alone: it changed meanwhile`]);
    expect(await lake.problems({ deep: true })).toEqual([]);
  });
});
