import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../src/consumer/ledger/ledger.ts';
import { listMerged, readMerged } from '../../../src/consumer/ledger/notes/merged-partition.ts';
import { mergedKey } from '../../../src/consumer/ledger/keys/object-keys.ts';
import { updateMerged } from '../../../src/consumer/maintain/hive/update-merged.ts';
import { removeExpired } from '../../../src/consumer/maintain/hive/remove-expired.ts';
import { removeLeftovers } from '../../../src/consumer/maintain/hive/remove-leftovers.ts';
import type { UpkeepEvent } from '../../../src/consumer/maintain/upkeep.ts';
import { adoptedByParameter } from '../../../src/consumer/table/catalog/shared-table.ts';
import { parseColumns } from '../../../src/schema/types/hive-ddl.ts';
import type { AuditedLake } from '../../support/audited-lake.ts';
import { testTimestampMs } from '../../support/chunks.ts';
import { testTable, testTopic } from '../../support/lake.ts';
import { createMergeTools, hourOf, mergeLake, onChanges, rowsByCatalog } from '../../support/merge-lake.ts';

const values = ['2026-11-23', '09'];
const hivePath = 'event_date=2026-11-23/event_hour=09';
const dayMs = 86_400_000;

async function tableOf({ lake }: AuditedLake) {
  const table = await lake.catalog.load(testTable);
  if (table === undefined) throw new Error('the table is not there');
  return table;
}

async function place(lake: AuditedLake, folder: string): Promise<void> {
  const { store, catalog } = lake.lake;
  await catalog.movePartition(await tableOf(lake), { values, location: store.uri(`${folder}/${hivePath}/`) });
}

async function locations({ lake }: AuditedLake): Promise<string[]> {
  const found = await Array.fromAsync(lake.catalog.listPartitions(testTable));
  return found.map(({ location }) => location.slice(lake.store.uri('').length));
}

const seen = ({ lake }: AuditedLake): Promise<string[]> => rowsByCatalog(lake.store, lake.catalog);

describe('the location of a merged partition', () => {
  it('is set again where somebody has set it back, before anything is deleted', async () => {
    const lake = await hourOf(2);
    const { store } = lake.lake;
    await mergeLake(store);
    await place(lake, testTable);
    const placed = { kind: 'placed', table: testTable, partition: values };
    const sources = { kind: 'sources-deleted', table: testTable, files: 2 };
    expect(await mergeLake(store, { orphansBeforeMs: Infinity })).toMatchObject([placed, sources]);
    expect(await locations(lake)).toEqual([`${testTable}.merged/${hivePath}/`]);
    expect(await seen(lake)).toEqual(['0/0', '0/1']);
  });

  it('is left alone where somebody has moved or dropped it, and nothing is deleted', async () => {
    const lake = await hourOf(2);
    const { store, catalog } = lake.lake;
    await mergeLake(store);
    await place(lake, 'elsewhere');
    const left = { kind: 'left-alone', partition: values };
    const old = { orphansBeforeMs: Infinity };
    expect(await mergeLake(store, old)).toMatchObject([{ ...left, why: expect.stringContaining('lies elsewhere') }]);
    await catalog.removePartitions(testTable, [values]);
    expect(await mergeLake(store, old)).toMatchObject([
      { ...left, why: expect.stringContaining('not in the catalog') },
    ]);
    expect(await Array.fromAsync(store.list(`${testTable}/`))).toHaveLength(2);
  });

  it('is set to the table’s folder where it was moved without a note and a file', async () => {
    const lake = await hourOf(1);
    await place(lake, `${testTable}.merged`);
    await mergeLake(lake.lake.store);
    // one that has no note at all, in a table that has others
    expect(await locations(lake)).toEqual([`${testTable}/${hivePath}/`]);
  });

  it('stays where its note is gone and its files are there', async () => {
    const lake = await hourOf(2);
    const { store } = lake.lake;
    await mergeLake(store);
    await store.delete([`_ledger/${testTable}.merged/${hivePath}.json`]);
    const why = expect.stringContaining('restore _ledger/');
    expect(await mergeLake(store, { mayMerge: true })).toMatchObject([{ kind: 'left-alone', why }]);
    expect(await locations(lake)).toEqual([`${testTable}.merged/${hivePath}/`]);
  });

  it('takes in what a service writes there, which finds it at its place', async () => {
    const lake = await hourOf(2);
    await mergeLake(lake.lake.store);
    // a service that has registered nothing yet
    const { AuditedLake: fresh } = await import('../../support/audited-lake.ts');
    const other = await fresh.empty({}, lake.lake);
    other.append(0, 3);
    await other.replay({ partition: 0, from: 2n, to: 3n });
    expect(await locations(lake)).toEqual([`${testTable}.merged/${hivePath}/`]);
    await mergeLake(lake.lake.store);
    expect(await seen(lake)).toEqual(['0/0', '0/1', '0/2']);
  });
});

describe('a dry run', () => {
  it('says what would be done to a partition that has moved, and changes nothing', async () => {
    const lake = await hourOf(3);
    const { store } = lake.lake;
    await mergeLake(store);
    await lake.write(0, 1);
    await lake.replay({ partition: 0, from: 1n, to: 2n });
    let changes = 0;
    const watched = onChanges(store, async () => void changes++);
    const told = { kind: 'caught-up', table: testTable, partition: values, added: 2, replaced: 1 };
    expect(await mergeLake(watched, { isDryRun: true, orphansBeforeMs: Infinity })).toEqual([told]);
    expect(await mergeLake(watched, { isDryRun: true, mayMerge: false })).toEqual([told]);
    expect(changes).toBe(0);
  });
});

describe('merging is refused', () => {
  it.each([
    ['a table whose files an Iceberg table shares', { [adoptedByParameter]: 'other' }, 'the Iceberg table other'],
    ['partition projection', { 'projection.enabled': 'true' }, 'partition projection'],
  ])('with %s', async (_what, parameters, why) => {
    const lake = await hourOf(2);
    const { store, catalog } = lake.lake;
    const { version: expectedVersion } = await tableOf(lake);
    await catalog.evolve({ table: testTable, expectedVersion, addColumns: [], parameters });
    const told = { kind: 'not-merged', table: testTable, why: expect.stringContaining(why) };
    expect(await mergeLake(store)).toEqual([told]);
    expect(await mergeLake(store, { mayMerge: false })).toEqual([]);
    expect(await Array.fromAsync(listMerged(store, testTable))).toEqual([]);
  });

  it('of a partition with a file that nobody knows, or one of a range that is worked on', async () => {
    const lake = await hourOf(2);
    const { store } = lake.lake;
    const stranger = `${testTable}/${hivePath}/part-0.parquet`;
    await store.put(stranger, Buffer.from('x'));
    const left = { kind: 'left-alone', table: testTable, partition: values, files: 1 };
    expect(await mergeLake(store)).toEqual([{ ...left, why: 'they are not of our making' }]);
    await store.delete([stranger]);
    const unlisted = `${testTable}/${hivePath}/kafka-${testTopic}-0-7-8-g1.parquet`;
    await store.put(unlisted, Buffer.from('x'));
    expect(await mergeLake(store)).toEqual([{ ...left, why: expect.stringContaining('no ledger entry describes') }]);
    await store.delete([unlisted]);
    expect(await mergeLake(store)).toMatchObject([{ kind: 'merged', rows: 2 }]);
  });

  it.each([
    ['a column', 'n double, place struct<lat:double,lon:double>', 'the table lacks its column extra'],
    ['a field', 'n double, extra string, place struct<lat:double>', 'its column place has fields that the table lacks'],
  ])('of files with %s that the table has lost, whose values would be', async (_what, data, why) => {
    const lake = await hourOf(0);
    const { store, catalog } = lake.lake;
    const timestampMs = testTimestampMs;
    const eventTime = new Date(timestampMs).toISOString();
    for (const from of [0n, 1n]) {
      const value = JSON.stringify({ n: 1, extra: 'x', place: { lat: 1, lon: 2 }, eventTime });
      lake.topic.append(0, { value, timestampMs });
      await lake.replay({ partition: 0, from, to: from + 1n });
    }
    const { columns } = await tableOf(lake);
    const others = columns.filter(({ name }) => !['n', 'extra', 'place'].includes(name));
    const changed = { ...(await tableOf(lake)), columns: [...parseColumns(data), ...others] };
    const events = await mergeLake(store, {}, { catalog: { ...catalog, load: async () => changed } });
    expect(events).toMatchObject([{ kind: 'left-alone', why: expect.stringContaining(why) }]);
    expect(await locations(lake)).toEqual([`${testTable}/${hivePath}/`]);
  });

  it('of new partitions where the setting is off; those that were merged go on', async () => {
    const lake = await hourOf(2);
    const { store } = lake.lake;
    expect(await mergeLake(store, { mayMerge: false })).toEqual([]);
    await mergeLake(store);
    await lake.write(0, 1);
    expect(await mergeLake(store, { mayMerge: false })).toMatchObject([{ kind: 'caught-up', added: 1 }]);
    expect(await seen(lake)).toEqual(['0/0', '0/1', '0/2']);
  });
});

describe('a replay of merged rows', () => {
  it('is followed at once for the partitions that it has touched', async () => {
    const lake = await hourOf(3);
    const { store } = lake.lake;
    await mergeLake(store);
    await mergeLake(store, { orphansBeforeMs: Infinity });
    await lake.replay({ partition: 0, from: 1n, to: 2n });
    await updateMerged(testTable, [hivePath, 'event_date=2026-11-23/event_hour=10'], createMergeTools(store));
    expect(await seen(lake)).toEqual(['0/0', '0/1', '0/2']);
    expect(await mergeLake(store)).toEqual([]);
  });

  it('counts what was merged as there: what it has replaced goes', async () => {
    const lake = await hourOf(2);
    const { store, catalog } = lake.lake;
    const key = `${testTable}/${hivePath}/kafka-${testTopic}-0-0-1-g1.parquet`;
    const stored = await store.get(key);
    await lake.replay({ partition: 0, from: 0n, to: 1n });
    await mergeLake(store);
    await mergeLake(store, { orphansBeforeMs: Infinity });
    // the deletion of a replay that is carried out late, and a put before it
    await store.put(key, stored?.bytes ?? Buffer.of());
    const events: UpkeepEvent[] = [];
    const about = { table: testTable, topic: testTopic, upkeep: { isDryRun: false } };
    await removeLeftovers({
      ledger: new Ledger(store),
      store,
      catalog,
      ...about,
      observe: (event) => events.push(event),
    });
    expect(events).toMatchObject([{ kind: 'orphans-deleted', files: 1 }]);
    expect(await seen(lake)).toEqual(['0/0', '0/1']);
  });
});

describe('days that expire', () => {
  it('go from both folders with their notes, and those that stay are whole', async () => {
    const lake = await hourOf(2);
    const { store, catalog } = lake.lake;
    for (const _batch of [1, 2]) await lake.write(1, 1, testTimestampMs - 2 * dayMs);
    await mergeLake(store);
    await lake.write(1, 1, testTimestampMs - 2 * dayMs);
    // a frozen process has put it behind its note, which is gone
    const late = mergedKey(
      { table: `${testTable}.merged`, topic: testTopic, id: randomUUID() },
      'event_date=2026-11-20/event_hour=09',
    );
    await store.put(late, Buffer.from('x'));
    const about = { ledger: new Ledger(store), store, catalog, table: testTable, nowMs: testTimestampMs };
    const expire = async (isDryRun: boolean) => {
      const events: UpkeepEvent[] = [];
      const observe = (event: UpkeepEvent): void => void events.push(event);
      await removeExpired({ ...about, before: '2026-11-22', upkeep: { isDryRun }, observe });
      return events;
    };
    const told = {
      kind: 'partitions-removed',
      table: testTable,
      before: '2026-11-22',
      partitions: 1,
      files: 5,
      rows: 3,
    };
    expect(await expire(true)).toEqual([told]);
    expect(await expire(false)).toEqual([told]);
    expect(await expire(false)).toEqual([]);
    expect(await seen(lake)).toEqual(['0/0', '0/1']);
    expect(await readMerged(store, testTable, 'event_date=2026-11-21/event_hour=09')).toBeUndefined();
    for (const folder of [testTable, `${testTable}.merged`])
      expect(await Array.fromAsync(store.list(`${folder}/event_date=2026-11-21`))).toEqual([]);
    expect(await mergeLake(store, { expiredBefore: '2026-11-22' })).toEqual([]);
  });

  it('are refused where all that stays would be nothing, also with all files merged', async () => {
    const lake = await hourOf(2);
    const { store, catalog } = lake.lake;
    await mergeLake(store);
    await mergeLake(store, { orphansBeforeMs: Infinity });
    const about = { ledger: new Ledger(store), store, catalog, table: testTable, nowMs: testTimestampMs };
    const expiry = { ...about, upkeep: { isDryRun: false }, observe: () => {} };
    await expect(removeExpired({ ...expiry, before: '2026-11-24' })).rejects.toMatchObject({ code: 'EXPIRY_REFUSED' });
    await removeExpired({ ...expiry, before: '2026-11-23' });
    expect(await seen(lake)).toEqual(['0/0', '0/1']);
  });
});
